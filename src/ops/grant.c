/* SPDX-License-Identifier: MIT */
/* Accounts are made whole in one statement, so that none is ever half safe. */
#include "config.h"

#include "ops/grant.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "ops/ddl.h"
#include "ops/schema.h"

/* mysql.db has room for so many characters of a pattern. */
#define PATTERN_CHARS_MAX 64

static enum err
refuse_change(char *why, const char *text)
{
	if (text != NULL)
		why_say(why, "%s; nothing was changed", text);
	else
		why_say(why, "out of memory");
	return E_UNAVAILABLE;
}

/* ---- Looking */

static const char *
right_elsewhere(struct ctx *ctx, const struct account_state *s)
{
	for (size_t i = 0; s->right[i] != NULL; i++)
		if (!account_is_here(ctx, s->right[i]))
			return s->right[i];
	return NULL;
}

static enum err
check_pattern(struct ctx *ctx, char *why)
{
	const char *db = ctx->conf->db_name;
	int64_t chars = utf8_chars(db);

	for (; *db != '\0'; db++)
		chars += strchr("_%\\", *db) != NULL;
	return chars <= PATTERN_CHARS_MAX ? E_OK : refuse_change(why,
	    "db_name is too long: a GRANT wants a \\ before each _, % and \\, "
	    "and takes 64 characters");
}

static void
wipe(char *text)
{
	if (text != NULL)
		explicit_bzero(text, strlen(text));
}

static enum err
quoted_password(struct ctx *ctx, char **quoted, char *why)
{
	const struct conf *c = ctx->conf;
	char *password = NULL;
	size_t len;

	if (conf_read_secret(c->db_password_file, PASSWORD_BYTES_MAX,
	    &password, &len, why) != E_OK)
		return E_UNAVAILABLE;
	*quoted = db_quote(ctx->db, ctx->arena, password);
	wipe(password);
	free(password);
	why_say(why, "out of memory");
	return *quoted != NULL ? E_OK : E_UNAVAILABLE;
}

static bool
asks_for_tls(const char *made)
{
	return strstr(made, " REQUIRE ") != NULL &&
	    strstr(made, " REQUIRE NONE") == NULL;
}

/*
 * Does it have the workers' password, by its digest?  An account from the time
 * when TLS was on lets nobody in without; MariaDB shows the digest.
 */
static bool
has_digest(struct ctx *ctx, const struct account_state *s)
{
	char *quoted, *sql;
	const char *digest;
	char why[WHY_BYTES];
	struct db_result r;
	bool has = false;

	if (db_uses_tls(ctx->conf) || !asks_for_tls(s->made) ||
	    quoted_password(ctx, &quoted, why) != E_OK)
		return false;
	sql = arena_printf(ctx->arena, "SELECT PASSWORD(%s)", quoted);
	if (ddl_run(ctx, sql, &r, why) == E_OK) {
		digest = db_at(&r, 0, 0)->s;
		has = digest != NULL && strlen(digest) > 40 &&
		    strstr(s->made, digest) != NULL;
	}
	wipe(quoted);
	wipe(sql);
	return has;
}

/* Which account lets the workers in, and is it theirs? */
static enum err
check_entry(struct ctx *ctx, struct grants *g, bool take, char *why)
{
	struct arena *a = ctx->arena;
	char words[WHY_BYTES];
	const char *as, *self = arena_printf(a, "%s@%s",
	    g->worker.user, g->worker.host);

	switch (account_try(ctx, true, &as, words)) {
	case ENTRY_AWAY:
		return refuse_change(why, arena_printf(a, "%s can't be tried: "
		    "%s", g->worker.sql, words));
	case ENTRY_OPEN:
		g->has_entry = self != NULL &&
		    (as == NULL || strcmp(as, self) == 0);
		break;
	case ENTRY_REFUSED:
		g->has_entry = has_digest(ctx, &g->worker_is);
		break;
	}
	if (g->has_entry || take)
		return E_OK;
	return refuse_change(why, arena_printf(a, "%s is there, and does not "
	    "come in by the password in %s: where it is another's, set "
	    "db_user; where it is this shop's, shopctl migrate "
	    "--take-account gives it this password", g->worker.sql,
	    ctx->conf->db_password_file));
}

static enum err
check_worker(struct ctx *ctx, bool take, struct grants *g, char *why)
{
	const char *right;
	enum err e = account_look(ctx, &g->worker, &g->worker_is, why);

	if (e != E_OK || !g->worker_is.exists)
		return e;
	right = right_elsewhere(ctx, &g->worker_is);
	if (right != NULL && !take)
		return refuse_change(why, arena_printf(ctx->arena, "%s is "
		    "there, and works elsewhere, too (GRANT %s): set db_user "
		    "to an account of this shop's own; or shopctl migrate "
		    "--take-account makes it this one's", g->worker.sql,
		    right));
	return check_entry(ctx, g, take, why);
}

static enum err
check_definer(struct ctx *ctx, bool take, struct grants *g, char *why)
{
	const char *right;
	enum err e = account_look(ctx, &g->definer, &g->definer_is, why);

	if (e != E_OK || !g->definer_is.exists || g->definer_is.locked || take)
		return e;
	right = right_elsewhere(ctx, &g->definer_is);
	return right == NULL ? E_OK : refuse_change(why, arena_printf(
	    ctx->arena, "%s, which is to be the routines', is there, not "
	    "locked, and works elsewhere (GRANT %s): DROP or RENAME it; or "
	    "shopctl migrate --take-account locks it and takes its other "
	    "rights away", g->definer.sql, right));
}

enum err
grant_password(struct ctx *ctx, char *why)
{
	if (!account_is_own(ctx->conf) ||
	    ctx->conf->db_password_file[0] != '\0')
		return E_OK;
	return refuse_change(why, "db_password_file is not set, and anybody "
	    "could come in by an account without a password: write one to a "
	    "file of mode 0600 and name it there");
}

enum err
grant_check(struct ctx *ctx, bool take, struct grants *g, char *why)
{
	enum err e;

	memset(g, 0, sizeof *g);
	if (account_database(ctx, why) != E_OK)
		return refuse_change(why, why);
	if ((e = account_definer(ctx, &g->definer, why)) != E_OK ||
	    (e = account_worker(ctx, &g->worker, why)) != E_OK ||
	    !account_is_own(ctx->conf))
		return e;
	if ((e = check_pattern(ctx, why)) != E_OK ||
	    (e = check_worker(ctx, take, g, why)) != E_OK)
		return e;
	return check_definer(ctx, take, g, why);
}

/* ---- The definer */

/* A random password, for an account that lets nobody in. */
static bool
make_password(char *to, size_t bytes)
{
	unsigned char chance[18];
	size_t at;

	if (getrandom(chance, sizeof chance, 0) != sizeof chance)
		return false;
	/* With characters of each kind that a server may ask for. */
	at = (size_t)snprintf(to, bytes, "Aa1!");
	for (size_t i = 0; i < sizeof chance; i++)
		at += (size_t)snprintf(to + at, bytes - at, "%02x", chance[i]);
	return true;
}

static enum err
lock(struct ctx *ctx, const struct grants *g, char *why)
{
	char password[64];

	why_say(why, "there are no random bytes");
	if (!make_password(password, sizeof password))
		return E_UNAVAILABLE;
	return ddl_run(ctx, arena_printf(ctx->arena, "%s USER %s "
	    "IDENTIFIED BY '%s' ACCOUNT LOCK", g->definer_is.exists ? "ALTER"
	    : "CREATE", g->definer.sql, password), NULL, why);
}

static bool
is_in(const char *list, const char *name, size_t len)
{
	for (; *list != '\0'; list += strcspn(list, ","), list +=
	    strspn(list, ", "))
		if (strcspn(list, ",") == len && strncmp(list, name, len) == 0)
			return true;
	return false;
}

/* The names of a list, ", " between them, that are not in keep; "" for none. */
static const char *
without(struct arena *a, const char *names, const char *keep)
{
	const char *left = "";

	while (left != NULL && *names != '\0') {
		size_t len = strcspn(names, ",");

		if (!is_in(keep, names, len))
			left = arena_printf(a, "%s%s%.*s", left,
			    left[0] != '\0' ? ", " : "", (int)len, names);
		names += len;
		names += strspn(names, ", ");
	}
	return left;
}

/* Take a right away, except for the part that is wanted. */
static enum err
revoke(struct ctx *ctx, const struct account *from, const char *right,
    const char *wanted, char *why)
{
	static const char more[] = " WITH GRANT OPTION";
	struct arena *a = ctx->arena;
	char *what = arena_copy(a, right, strlen(right));
	const char *keep = arena_copy(a, wanted, strcspn(wanted, "`") - 4);
	char *option = what != NULL ? strstr(what, more) : NULL, *on;
	bool same;
	enum err e = E_OK;

	why_say(why, "out of memory");
	if (what == NULL || keep == NULL)
		return E_UNAVAILABLE;
	if (option != NULL)
		*option = '\0';
	if ((on = strstr(what, " ON ")) == NULL)	/* a role */
		return ddl_run(ctx, arena_printf(a, "REVOKE %s FROM %s",
		    what, from->sql), NULL, why);
	if (option != NULL)
		e = ddl_run(ctx, arena_printf(a, "REVOKE GRANT OPTION%s "
		    "FROM %s", on, from->sql), NULL, why);
	same = strcmp(on, wanted + strlen(keep)) == 0;
	*on = '\0';
	what = arena_printf(a, "%s", without(a, what, same ? keep : ""));
	if (e != E_OK || what == NULL || what[0] == '\0' ||
	    strcmp(what, "USAGE") == 0)
		return e;
	return ddl_run(ctx, arena_printf(a, "REVOKE %s ON %s FROM %s",
	    what, on + 4, from->sql), NULL, why);
}

static enum err
revoke_others(struct ctx *ctx, const struct grants *g, const char *wanted,
    char *why)
{
	const char **right = g->definer_is.right;
	enum err e = E_OK;

	for (size_t i = 0; right != NULL && e == E_OK && right[i] != NULL; i++)
		if (strcmp(right[i], wanted) != 0)
			e = revoke(ctx, &g->definer, right[i], wanted, why);
	return e;
}

static bool
has_just(const struct account_state *s, const char *wanted)
{
	return s->exists && s->right[0] != NULL && s->right[1] == NULL &&
	    strcmp(s->right[0], wanted) == 0;
}

enum err
grant_definer(struct ctx *ctx, const struct grants *g, FILE *out,
    char *why)
{
	const char *wanted = account_definer_right(ctx);
	enum err e = E_OK;

	why_say(why, "out of memory");
	if (!account_is_own(ctx->conf))
		return E_OK;
	if (wanted == NULL)
		return E_UNAVAILABLE;
	if (g->definer_is.locked && has_just(&g->definer_is, wanted))
		return E_OK;
	fprintf(out, "account %s\n", g->definer.user);
	if (g->dry)
		return E_OK;
	if (!g->definer_is.locked)
		e = lock(ctx, g, why);
	if (e == E_OK)
		e = revoke_others(ctx, g, wanted, why);
	if (e != E_OK)
		return e;
	return ddl_run(ctx, arena_printf(ctx->arena, "GRANT %s TO %s",
	    wanted, g->definer.sql), NULL, why);
}

/* ---- The workers */

/* If the workers don't come in the clear, nobody may with their password. */
static enum err
set_password(struct ctx *ctx, const struct grants *g, char *why)
{
	bool exists = g->worker_is.exists;
	char *quoted, *sql;
	enum err e = quoted_password(ctx, &quoted, why);

	if (e != E_OK)
		return e;
	sql = arena_printf(ctx->arena, "%s USER %s IDENTIFIED BY %s "
	    "REQUIRE %s%s", exists ? "ALTER" : "CREATE", g->worker.sql,
	    quoted, db_uses_tls(ctx->conf) ? "SSL" : "NONE",
	    exists ? " ACCOUNT UNLOCK" : "");
	e = ddl_run(ctx, sql, NULL, why);
	wipe(quoted);
	wipe(sql);
	return e;
}

/* What is asked for beyond TLS (X509, say) is the operator's. */
static enum err
set_account_tls(struct ctx *ctx, const struct grants *g, char *why)
{
	return ddl_run(ctx, arena_printf(ctx->arena, "ALTER USER %s "
	    "REQUIRE %s", g->worker.sql, db_uses_tls(ctx->conf) ? "SSL"
	    : "NONE"), NULL, why);
}

static bool
has_right(const struct account_state *s, const char *right)
{
	for (size_t i = 0; s->right != NULL && s->right[i] != NULL; i++)
		if (strcmp(s->right[i], right) == 0)
			return true;
	return false;
}

static enum err
grant_tables(struct ctx *ctx, const struct grants *g, FILE *out,
    char *why)
{
	const char *table[SCHEMA_TABLES_MAX];
	size_t n;
	enum err e = schema_readable(ctx, table, &n, why);

	for (size_t i = 0; e == E_OK && i < n; i++)
		e = grant_right(ctx, g, account_table_right(ctx, table[i]),
		    true, out, why);
	return e;
}

/* In former versions the workers could read every table. */
static enum err
revoke_former(struct ctx *ctx, const struct grants *g, FILE *out,
    char *why)
{
	const char *right = account_former_right(ctx);

	why_say(why, "out of memory");
	if (right == NULL)
		return E_UNAVAILABLE;
	if (!has_right(&g->worker_is, right))
		return E_OK;
	fprintf(out, "no right %s\n", right);
	return g->dry ? E_OK : ddl_run(ctx, arena_printf(ctx->arena,
	    "REVOKE %s FROM %s", right, g->worker.sql), NULL, why);
}

enum err
grant_worker(struct ctx *ctx, const struct grants *g, FILE *out,
    char *why)
{
	bool entry = g->worker_is.exists && g->has_entry;
	enum err e = E_OK;

	if (!account_is_own(ctx->conf))
		return E_OK;
	if (!entry || asks_for_tls(g->worker_is.made) !=
	    db_uses_tls(ctx->conf)) {
		fprintf(out, "account %s\n", g->worker.user);
		if (!g->dry)
			e = entry ? set_account_tls(ctx, g, why)
			    : set_password(ctx, g, why);
	}
	if (e == E_OK)
		e = grant_tables(ctx, g, out, why);
	return e != E_OK ? e : revoke_former(ctx, g, out, why);
}

enum err
grant_right(struct ctx *ctx, const struct grants *g, const char *right,
    bool had, FILE *out, char *why)
{
	if (right == NULL || !account_is_own(ctx->conf))
		return right == NULL ? refuse_change(why, NULL) : E_OK;
	if (had && has_right(&g->worker_is, right))
		return E_OK;
	if (had && g->worker_is.exists)
		fprintf(out, "right %s\n", right);
	return g->dry ? E_OK : ddl_run(ctx, arena_printf(ctx->arena,
	    "GRANT %s TO %s", right, g->worker.sql), NULL, why);
}
