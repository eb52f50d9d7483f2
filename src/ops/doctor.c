/* SPDX-License-Identifier: MIT */
/* The list of checks, and those about settings, server, clock and schema. */
#include "config.h"

#include "ops/doctor.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/num.h"
#include "io/cache.h"
#include "io/jwt.h"
#include "ops/doctor_part.h"
#include "shop/health.h"
#include "ops/schema.h"

#define FAULTS_TOLD 4
#define CACHE_PATIENCE_MS 1000

bool
doctor_bad(struct doctor *d, const char *remedy, const char *format, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	d->wrong = arena_copy(d->ctx->arena, text, strlen(text));
	d->remedy = remedy;
	return false;
}

bool
doctor_skip(struct doctor *d, const char *format, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	d->skipped = arena_copy(d->ctx->arena, text, strlen(text));
	return d->skipped != NULL;
}

bool
doctor_ask(struct doctor *d, struct ctx *ctx, const char *sql,
    struct db_result *r)
{
	if (sql != NULL && db_text(ctx->db, ctx->arena, sql, r) == DB_OK)
		return true;
	return doctor_bad(d, "see that the account may do this",
	    "could not be looked at, %s",
	    sql != NULL ? db_error(ctx->db) : "out of memory");
}

void
doctor_add(struct doctor *d, struct faults *f, const char *format, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	if (++f->n <= FAULTS_TOLD)
		f->text = arena_printf(d->ctx->arena, "%s%s%s",
		    f->text != NULL ? f->text : "",
		    f->text != NULL ? ", " : "", text);
	else if (f->n == FAULTS_TOLD + 1)
		f->text = arena_printf(d->ctx->arena, "%s, and more", f->text);
}

/* ---- The settings and their secrets */

/* Without a settings file and SHOP_* it would look at nobody's shop. */
static bool
settings(struct doctor *d)
{
	const struct conf *c = d->ctx->conf;

	return c->settings_file[0] != '\0' || c->from_environment > 0 ||
	    doctor_bad(d, "name yours by --config or SHOP_CONFIG",
	    "%s, nor is any SHOP_* set", conf_source(c));
}

static bool
timeouts(struct doctor *d)
{
	char why[WHY_BYTES];

	return conf_check(d->ctx->conf, why) == E_OK ||
	    doctor_bad(d, "each must be longer than the one before it",
	    "%s", why);
}

static bool
token_keys(struct doctor *d)
{
	struct jwt_keys *keys = NULL;
	char why[WHY_BYTES];
	bool ok = jwt_keys_load(d->ctx->conf, &keys, why) == E_OK;

	jwt_keys_free(keys);
	return ok || doctor_bad(d, "put 32 random bytes "
	    "or more into a file of mode 0600, which jwt_secret_file or "
	    "jwt_key_dir names", "%s", why);
}

/* Those who sell points need a key of their payment backend. */
static bool
grant_keys(struct doctor *d)
{
	struct jwt_keys *keys = NULL;
	char why[WHY_BYTES];
	bool ok;

	if (d->ctx->conf->charge_by != CHARGE_BY_GRANT)
		return doctor_skip(d, "charge_by is user");
	ok = jwt_grant_keys_load(d->ctx->conf, &keys, why) == E_OK;
	jwt_keys_free(keys);
	return ok || doctor_bad(d, "put 32 random bytes or more into a file "
	    "NAME.key of mode 0600 in grant_key_dir, and the same where the "
	    "payment backend has it", "%s", why);
}

/* What one pays who has stolen the hashes: libxcrypt's default, or more. */
static bool
passwords(struct doctor *d)
{
	return d->ctx->conf->password_cost >= PASSWORD_COST_CHEAP ||
	    doctor_bad(d, "set it to 5 or more", "password_cost is %" PRId64
	    ", so that stolen hashes are cheap to try",
	    d->ctx->conf->password_cost);
}

/*
 * Three looks of a second: the 20 ms that a request waits may be too short on
 * a busy machine.
 */
static const char *
cache_seen(const struct conf *conf, char *why)
{
	struct conf patient = *conf;
	struct cache *cache;
	const char *state = why;

	patient.cache_timeout_ms = CACHE_PATIENCE_MS;
	cache = cache_new(&patient, why);
	for (int i = 0; cache != NULL && i < 3; i++)
		if (strcmp(state = cache_state(cache), "away") != 0)
			break;
	cache_free(cache);
	return state;
}

static bool
memcached(struct doctor *d)
{
	char why[WHY_BYTES];
	const char *state = cache_seen(d->ctx->conf, why);

	if (strcmp(state, "off") == 0)
		return doctor_skip(d, "memcached is not set");
	return strcmp(state, "ok") == 0 ||
	    doctor_bad(d, "start memcached, or set memcached right",
	    "%s is %s", d->ctx->conf->memcached, state);
}

/* ---- The server */

static bool
database(struct doctor *d)
{
	struct db_result r;
	char why[WHY_BYTES];

	d->has_admin = db_text(d->ctx->db, d->ctx->arena, "SELECT 1", &r)
	    == DB_OK;
	if (!d->has_admin)
		return doctor_bad(d, "start the server, or set db_socket, "
		    "db_name and db_admin_user right", "%s",
		    db_error(d->ctx->db));
	return account_database(d->ctx, why) == E_OK ||
	    doctor_bad(d, "set db_name right, and run shopctl migrate", "%s",
	    why);
}

static bool
is_this_machine(const struct place *p)
{
	return p->port == 0 || strcmp(p->host, "localhost") == 0 ||
	    strcmp(p->host, "::1") == 0 || strncmp(p->host, "127.", 4) == 0;
}

/* A machine in between could read all orders, and answer as the database. */
static bool
tls(struct doctor *d)
{
	static const char remedy[] = "set db_tls = verify and db_tls_ca";
	const struct conf *c = d->ctx->conf;
	const struct place *p = db_where(d->ctx->db);
	bool loose = db_verifies_loosely() && p->port != 0 &&
	    c->db_tls == DB_TLS_VERIFY;
	struct db_result r;

	if (loose && strcmp(p->host, "127.0.0.1") == 0)
		return doctor_bad(d, "write db_host = localhost",
		    "this client library takes any name of a server at "
		    "127.0.0.1");
	if (is_this_machine(p))
		return true;
	if (loose && c->db_tls_ca[0] == '\0')
		return doctor_bad(d, "set db_tls_ca (Debian has the system's "
		    "in /etc/ssl/certs/ca-certificates.crt)", "without "
		    "db_tls_ca this client library also takes a certificate "
		    "that nobody has signed");
	if (!doctor_ask(d, d->ctx, "SHOW SESSION STATUS WHERE "
	    "Variable_name = 'Ssl_cipher'", &r))
		return false;
	if (r.rows == 0 || db_at(&r, 0, 1)->s[0] == '\0')
		return doctor_bad(d, remedy, "the connection to %s is not "
		    "encrypted", p->host);
	return c->db_tls == DB_TLS_VERIFY || doctor_bad(d, remedy,
	    "the connection to %s is encrypted, but whose certificate it is "
	    "was not verified", p->host);
}

bool
doctor_variable(struct doctor *d, struct ctx *ctx, const char *scope,
    const char *name, const char **value)
{
	struct db_result r = { 0 };

	*value = "";
	if (!doctor_ask(d, ctx, arena_printf(ctx->arena, "SHOW %s VARIABLES "
	    "WHERE Variable_name = '%s'", scope, name), &r))
		return false;
	if (r.rows > 0)
		*value = db_at(&r, 0, 1)->s;
	return true;
}

static bool
schema_version(struct doctor *d)
{
	struct arena *a = d->ctx->arena;
	const char **file, *has, *newest = NULL;
	char why[WHY_BYTES];
	size_t n;
	int order;

	if (schema_list(d->ctx, "migrations", &file, &n, why) != E_OK)
		return doctor_bad(d, "set schema_dir right", "%s", why);
	if (n > 0)
		newest = schema_version_of(a, file[n - 1]);
	if (newest == NULL || strcmp(newest, SCHEMA_VERSION) != 0)
		return doctor_bad(d, "set schema_dir to this version's files",
		    "the newest file is %s, this program's %s",
		    newest != NULL ? newest : "none", SCHEMA_VERSION);
	/*
	 * Doctor has no deadline: the checks before this one may have been
	 * slow.
	 */
	d->ctx->start_us = num_monotonic_us();
	if (health_version(d->ctx, &has) != E_OK)
		return doctor_bad(d, "run shopctl migrate",
		    "there is none, %s", db_error(d->ctx->db));
	if ((order = strcmp(has, newest)) == 0)
		return true;
	return doctor_bad(d, order < 0 ? "run shopctl migrate"
	    : "install the version that made it, or a newer one",
	    "it is %s, the newest file %s", has, newest);
}

/* ---- The workers' sessions */

/* Tokens and the ranking's age are by this machine's clock. */
static bool
same_clock(struct doctor *d)
{
	int64_t skew_ms;

	if (!doctor_skew(d, d->worker.db, &skew_ms))
		return false;
	return skew_ms < DOCTOR_SKEW_MAX_MS || doctor_bad(d,
	    "let both keep time by NTP", "the database's differs by %" PRId64
	    " ms from this machine's", skew_ms);
}

/* ---- All of them */

/* EACH: the admin's, and it is done at each database of the list. */
enum needs { NEEDS_NOTHING, NEEDS_ADMIN, NEEDS_EACH, NEEDS_WORKER };

static const struct check {
	const char *name;
	enum needs needs;
	bool (*is_well)(struct doctor *);
} table[] = {
	{ "settings", NEEDS_NOTHING, settings },
	{ "timeouts", NEEDS_NOTHING, timeouts },
	{ "token-keys", NEEDS_NOTHING, token_keys },
	{ "grant-keys", NEEDS_NOTHING, grant_keys },
	{ "passwords", NEEDS_NOTHING, passwords },
	{ "memcached", NEEDS_NOTHING, memcached },
	{ "files", NEEDS_NOTHING, doctor_files },
	{ "pool", NEEDS_NOTHING, doctor_pool },
	{ "nginx", NEEDS_NOTHING, doctor_nginx },
	{ "nginx-connections", NEEDS_NOTHING, doctor_nginx_connections },
	{ "database", NEEDS_NOTHING, database },
	{ "databases", NEEDS_ADMIN, doctor_places },
	{ "cluster", NEEDS_ADMIN, doctor_cluster },
	{ "tls", NEEDS_EACH, tls },
	{ "flush", NEEDS_EACH, doctor_server },
	{ "binlog", NEEDS_EACH, doctor_server },
	{ "local-infile", NEEDS_EACH, doctor_server },
	{ "server", NEEDS_EACH, doctor_server },
	{ "redo-log", NEEDS_EACH, doctor_redo_log },
	{ "disk", NEEDS_EACH, doctor_disk },
	{ "open-accounts", NEEDS_EACH, doctor_open_accounts },
	{ "writable", NEEDS_ADMIN, doctor_writable },
	{ "connections", NEEDS_EACH, doctor_connections },
	{ "admin-rights", NEEDS_ADMIN, doctor_admin_rights },
	{ "schema-version", NEEDS_ADMIN, schema_version },
	{ "tables", NEEDS_ADMIN, doctor_tables },
	{ "columns", NEEDS_ADMIN, doctor_columns },
	{ "keys", NEEDS_ADMIN, doctor_keys },
	{ "constraints", NEEDS_ADMIN, doctor_constraints },
	{ "definer", NEEDS_ADMIN, doctor_definer },
	{ "routines", NEEDS_ADMIN, doctor_routines },
	{ "dates", NEEDS_ADMIN, doctor_dates },
	{ "worker-account", NEEDS_ADMIN, doctor_worker_account },
	{ "worker-rights", NEEDS_WORKER, doctor_worker_rights },
	{ "worker-session", NEEDS_WORKER, doctor_session },
	{ "clock", NEEDS_WORKER, same_clock },
	{ "replicas", NEEDS_WORKER, doctor_replicas },
};

/* What the last check found there; of several with one remedy it is told once. */
static void
add_fault(struct doctor *d, const char *name, struct faults *wrong,
    struct faults *remedy)
{
	const char *what = d->wrong != NULL ? d->wrong : "out of memory";
	const char *how = d->remedy != NULL ? d->remedy : "?";

	doctor_add(d, wrong, "%s%s", name, what);
	if (remedy->text == NULL || strstr(remedy->text, how) == NULL)
		doctor_add(d, remedy, "%s", how);
}

/*
 * At each one that can be reached.  What is bad at one is, and what was not looked
 * at at one was not.
 */
static bool
run_at_each(struct doctor *d, const struct check *c)
{
	struct faults wrong = { 0 }, remedy = { 0 }, skipped = { 0 };
	struct db *mine = d->ctx->db;

	if (d->nodes == 0)
		return doctor_skip(d, "the check databases is bad");
	for (size_t i = 0; i < d->nodes; i++) {
		const char *name = d->node[i].name;

		if ((d->ctx->db = d->node[i].db) == NULL)
			continue;
		d->skipped = NULL;
		if (!c->is_well(d))
			add_fault(d, name, &wrong, &remedy);
		else if (d->skipped != NULL)
			doctor_add(d, &skipped, "%s%s", name, d->skipped);
	}
	d->ctx->db = mine;
	d->skipped = skipped.text;
	d->wrong = wrong.text;
	d->remedy = remedy.text;
	return wrong.n == 0;
}

static bool
run_check(struct doctor *d, const struct check *c)
{
	d->check = c->name;
	d->skipped = NULL;
	if (c->needs != NEEDS_NOTHING && !d->has_admin)
		return doctor_skip(d, "the check database is bad");
	if (c->needs == NEEDS_WORKER && !d->has_worker)
		return doctor_skip(d, "the check worker-account is bad");
	return c->needs == NEEDS_EACH ? run_at_each(d, c) : c->is_well(d);
}

size_t
doctor_run(struct ctx *ctx, FILE *out, size_t *checks)
{
	struct doctor d = { .ctx = ctx };
	size_t bad = 0;

	db_patient(ctx->db, true);
	*checks = sizeof table / sizeof table[0];
	for (size_t i = 0; i < *checks; i++) {
		if (run_check(&d, &table[i])) {
			if (d.skipped != NULL)
				fprintf(out, "skip %s: %s\n", table[i].name,
				    d.skipped);
			else
				fprintf(out, "ok %s\n", table[i].name);
			continue;
		}
		bad++;
		fprintf(out, "bad %s: %s: %s\n", table[i].name,
		    d.wrong != NULL ? d.wrong : "out of memory",
		    d.remedy != NULL ? d.remedy : "?");
	}
	db_free(d.worker.db);
	doctor_places_close(&d);
	return bad;
}
