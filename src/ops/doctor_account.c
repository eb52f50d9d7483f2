/* SPDX-License-Identifier: MIT */
/* The rights of each account in the database: admin, definer, workers. */
#include "config.h"

#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "ops/doctor_part.h"
#include "shop/health.h"
#include "ops/rights.h"
#include "ops/schema.h"

static const char migrate_it[] = "run shopctl migrate";

static bool
unseen(struct doctor *d, const char *why)
{
	return doctor_bad(d, "set the check admin-rights right",
	    "could not be looked at, %s", why);
}

bool
doctor_admin_rights(struct doctor *d)
{
	const char *grant;
	char why[WHY_BYTES];

	if (rights_check(d->ctx, &grant, why) == E_OK)
		return true;
	if (grant == NULL)
		return doctor_bad(d, "see what the server's log says",
		    "could not be looked at, %s", why);
	return doctor_bad(d, arena_printf(d->ctx->arena, "let an "
	    "administrator run %s", grant), "%s may not do all that migrate "
	    "needs", d->ctx->conf->db_admin_user);
}

/* What the rights are more and less than wanted, a list that ends in NULL. */
static bool
compare_rights(struct doctor *d, const char *user, const char **has,
    const char **wanted, const char *remedy)
{
	struct faults many = { 0 }, few = { 0 };
	size_t k;

	for (; *has != NULL; has++) {
		for (k = 0; wanted[k] != NULL; k++)
			if (strcmp(*has, wanted[k]) == 0)
				break;
		if (wanted[k] == NULL)
			doctor_add(d, &many, "GRANT %s", *has);
		else
			wanted[k] = "";		/* seen */
	}
	for (k = 0; wanted[k] != NULL; k++)
		if (wanted[k][0] != '\0')
			doctor_add(d, &few, "GRANT %s", wanted[k]);
	if (many.n > 0)
		return doctor_bad(d, remedy, "%s has too many rights, %s",
		    user, many.text);
	return few.n == 0 || doctor_bad(d, migrate_it, "%s lacks %s", user,
	    few.text);
}

/* One account for all: read_only must stop it all the same. */
static bool
shared_definer(struct doctor *d, const struct account_state *s,
    const char *user)
{
	const char *right = account_passes_read_only(s->right);

	return right == NULL || doctor_bad(d, "give shopctl an account of "
	    "its own (db_admin_user), or take that right away",
	    "the workers, and the routines, are %s, who writes although "
	    "read_only is on (%s)", user, right);
}

bool
doctor_definer(struct doctor *d)
{
	const char *wanted[2] = { NULL, NULL };
	char why[WHY_BYTES];
	struct account_state state;
	struct account definer;

	if (account_definer(d->ctx, &definer, why) != E_OK)
		return unseen(d, why);
	if (!account_is_own(d->ctx->conf)) {
		if (account_look(d->ctx, &definer, &state, why) != E_OK)
			return unseen(d, why);
		return shared_definer(d, &state, definer.user);
	}
	if (account_look(d->ctx, &definer, &state, why) != E_OK)
		return unseen(d, why);
	if (!state.exists)
		return doctor_bad(d, migrate_it, "there is no %s, by whose "
		    "rights the routines run", definer.sql);
	if (!state.locked)
		return doctor_bad(d, migrate_it, "%s is not locked",
		    definer.sql);
	if ((wanted[0] = account_definer_right(d->ctx)) == NULL)
		return unseen(d, "out of memory");
	return compare_rights(d, definer.user, state.right, wanted,
	    migrate_it);
}

static bool
look_at_routines(struct doctor *d, const struct account *definer,
    struct faults *faults)
{
	const char **file, *wrong, *digest;
	char why[WHY_BYTES] = "out of memory";
	struct routine r;
	size_t n;

	if (schema_list(d->ctx, "routines", &file, &n, why) != E_OK ||
	    schema_digest(d->ctx, &digest, why) != E_OK)
		return doctor_bad(d, "set schema_dir right", "%s", why);
	if (strcmp(digest, health_digest) != 0)
		return doctor_bad(d, "set schema_dir to this version's files",
		    "the files of routines are not this program's");
	for (size_t i = 0; i < n; i++) {
		if (schema_routine(d->ctx, file[i], definer, &r, why) != E_OK)
			return doctor_bad(d, "set schema_dir right", "%s",
			    why);
		if (schema_routine_state(d->ctx, &r, definer, &wrong, why)
		    != E_OK)
			return doctor_bad(d, migrate_it, "%s", why);
		if (wrong != NULL)
			doctor_add(d, faults, "%s %s", r.name, wrong);
	}
	return true;
}

bool
doctor_routines(struct doctor *d)
{
	struct faults faults = { 0 };
	struct account definer;
	char why[WHY_BYTES];
	struct db_result r;

	if (account_definer(d->ctx, &definer, why) != E_OK)
		return unseen(d, why);
	if (!look_at_routines(d, &definer, &faults))
		return false;
	if (faults.n > 0)
		return doctor_bad(d, migrate_it, "%s", faults.text);
	if (!doctor_ask(d, d->ctx, arena_printf(d->ctx->arena, "SELECT 1 "
	    "FROM schema_releases WHERE digest = '%s' AND id = (SELECT "
	    "MAX(id) FROM schema_releases)", health_digest), &r))
		return false;
	return r.rows > 0 || doctor_bad(d, migrate_it,
	    "this program's are not noted as those in force");
}

/* Does the system vouch for the caller, rather than a password? */
static bool
is_by_system(struct doctor *d, struct ctx *worker)
{
	static const char *const plugin[] = { "unix_socket", "auth_socket",
	    "gssapi", "pam" };
	struct db_result r;

	if (!doctor_ask(d, worker, "SHOW CREATE USER CURRENT_USER()", &r))
		return false;
	for (size_t i = 0; i < sizeof plugin / sizeof plugin[0]; i++)
		if (strstr(db_at(&r, 0, 0)->s, plugin[i]) != NULL)
			return true;
	return false;
}

/* An account that lets anybody in is worse than none. */
static bool
has_password(struct doctor *d)
{
	char words[WHY_BYTES];
	const char *as;

	switch (account_try(d->ctx, false, &as, words)) {
	case ENTRY_REFUSED:
		return true;
	case ENTRY_AWAY:
		return doctor_bad(d, "try again", "could not be tried, %s",
		    words);
	case ENTRY_OPEN:
		break;
	}
	if (d->has_worker && is_by_system(d, &d->worker))
		return true;
	return doctor_bad(d, account_is_own(d->ctx->conf) ? "write a password "
	    "to a file of mode 0600, name it in db_password_file, and run "
	    "shopctl migrate --take-account" : "give it a password",
	    "%s comes in without a password, and so does anybody",
	    d->ctx->conf->db_user);
}

bool
doctor_worker_account(struct doctor *d)
{
	static const char remedy[] = "set db_user and db_password_file "
	    "(mode 0600) right, and run shopctl migrate";
	const struct conf *c = d->ctx->conf;
	char why[WHY_BYTES];
	struct db_result r;

	d->worker = *d->ctx;
	d->worker.db = db_new(c, DB_WORKER, sql_table, SQL_COUNT, why);
	if (d->worker.db == NULL)
		return doctor_bad(d, remedy, "%s", why);
	db_patient(d->worker.db, true);
	db_begin(d->worker.db, db_place(d->ctx->db));
	d->has_worker = db_text(d->worker.db, d->ctx->arena, "SELECT 1", &r)
	    == DB_OK;
	if (!d->has_worker)
		return doctor_bad(d, remedy, "%s", db_error(d->worker.db));
	return has_password(d);
}

/* What the workers may; NULL after the last. */
static bool
expected_rights(struct doctor *d, const char ***right)
{
	struct arena *a = d->ctx->arena;
	const char **file, *table[SCHEMA_TABLES_MAX];
	char why[WHY_BYTES] = "out of memory";
	struct account definer;
	struct routine r;
	size_t n, tables, k = 0;

	if (schema_list(d->ctx, "routines", &file, &n, why) != E_OK ||
	    schema_readable(d->ctx, table, &tables, why) != E_OK ||
	    (*right = arena_alloc(a, (n + tables + 1) * sizeof **right))
	    == NULL || account_definer(d->ctx, &definer, why) != E_OK)
		return doctor_bad(d, "set schema_dir right", "%s", why);
	for (size_t i = 0; i < tables; i++)
		if (((*right)[k++] = account_table_right(d->ctx, table[i]))
		    == NULL)
			return unseen(d, "out of memory");
	for (size_t i = 0; i < n; i++) {
		if (schema_routine(d->ctx, file[i], &definer, &r, why)
		    != E_OK)
			return doctor_bad(d, "set schema_dir right", "%s", why);
		if (r.grant != NULL)
			(*right)[k++] = r.grant;
	}
	return true;
}

/* Is it still allowed to read every table, as it was until each was named? */
static bool
reads_all(struct doctor *d, const struct account_state *s)
{
	const char *former = account_former_right(d->ctx);

	for (size_t i = 0; former != NULL && s->right[i] != NULL; i++)
		if (strcmp(s->right[i], former) == 0)
			return true;
	return false;
}

bool
doctor_worker_rights(struct doctor *d)
{
	struct account_state state;
	const char **right = NULL;
	char why[WHY_BYTES];

	if (!expected_rights(d, &right) || right == NULL)
		return false;
	if (account_rights(&d->worker, NULL, &state, why) != E_OK)
		return unseen(d, why);
	if (reads_all(d, &state))
		return doctor_bad(d, migrate_it, "%s may read every table",
		    d->ctx->conf->db_user);
	return compare_rights(d, d->ctx->conf->db_user, state.right, right,
	    "REVOKE it, or give the workers an account of their own");
}
