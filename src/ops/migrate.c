/* SPDX-License-Identifier: MIT */
/* Looks at everything before changing anything; each step may run again. */
#include "config.h"

#include "ops/migrate.h"

#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "ops/ddl.h"
#include "ops/grant.h"
#include "ops/rights.h"
#include "ops/schema.h"
#include "ops/script.h"

struct job {
	struct ctx *ctx;
	FILE *out;
	char *why;
	struct grants grants;
};

static enum err
run_ddl(struct job *j, const char *sql, struct db_result *r)
{
	return ddl_run(j->ctx, sql, r, j->why);
}

static enum err
run_script(struct job *j, char *text)
{
	const char *sql;
	char *name;
	enum err e = E_OK;

	while (e == E_OK && (sql = script_next(&text, &name)) != NULL)
		e = run_ddl(j, sql, NULL);
	return e;
}

static bool
is_applied(const struct db_result *applied, const char *version)
{
	for (size_t i = 0; i < applied->rows; i++)
		if (strcmp(db_at(applied, i, 0)->s, version) == 0)
			return true;
	return false;
}

/* A version that no file has was made by a newer program. */
static enum err
refuse_newer(struct job *j, const struct db_result *applied,
    const char **file, size_t n)
{
	for (size_t i = 0; i < applied->rows; i++) {
		const char *version = db_at(applied, i, 0)->s;
		size_t len = strlen(version), k;

		for (k = 0; k < n; k++)
			if (strncmp(file[k], version, len) == 0 &&
			    file[k][len] == '_')
				break;
		if (k < n)
			continue;
		why_say(j->why, "the schema is newer "
		    "than this program: it has migration %s", version);
		return E_UNAVAILABLE;
	}
	return E_OK;
}

static enum err
apply(struct job *j, const char *file, const char *version)
{
	char *text;
	enum err e = schema_read_up(j->ctx, file, &text, j->why);

	if (e != E_OK)
		return e;
	fprintf(j->out, "migration %s\n", file);
	if ((e = run_script(j, text)) != E_OK)
		return e;
	return run_ddl(j, arena_printf(j->ctx->arena,
	    "INSERT INTO schema_migrations (version) VALUES ('%s')", version),
	    NULL);
}

static enum err
migrations(struct job *j)
{
	struct db_result applied;
	const char **file, *version;
	size_t n;
	enum err e;

	if ((e = schema_list(j->ctx, "migrations", &file, &n, j->why)) != E_OK
	    || (e = run_ddl(j, "SELECT version FROM schema_migrations", &applied))
	    != E_OK || (e = refuse_newer(j, &applied, file, n)) != E_OK)
		return e;
	for (size_t i = 0; i < n && e == E_OK; i++) {
		version = schema_version_of(j->ctx->arena, file[i]);
		if (version == NULL || is_applied(&applied, version))
			continue;
		e = apply(j, file[i], version);
	}
	return e;
}

/* MariaDB replaces a routine in one step, MySQL has to drop it first. */
static enum err
make_routine(struct job *j, const struct routine *r)
{
	struct arena *a = j->ctx->arena;
	struct db_result is;
	enum err e;

	fprintf(j->out, "routine %s\n", r->name);
	if ((e = run_ddl(j, "SELECT VERSION() LIKE '%MariaDB%'", &is)) != E_OK)
		return e;
	if (strcmp(db_at(&is, 0, 0)->s, "1") != 0 && (e = run_ddl(j,
	    arena_printf(a, "DROP PROCEDURE IF EXISTS `%s`", r->name), NULL))
	    != E_OK)
		return e;
	if ((e = run_ddl(j, r->create, NULL)) != E_OK ||
	    (e = run_ddl(j, arena_printf(a, "REPLACE INTO schema_routines "
	    "(name, digest) VALUES ('%s', SHA2(%s, 256))", r->name,
	    r->quoted), NULL)) != E_OK)
		return e;
	return run_ddl(j, arena_printf(a, "REPLACE INTO schema_prints "
	    "(name, print, worker) SELECT '%s', %s, %d "
	    "FROM information_schema.routines r WHERE r.routine_schema = "
	    "DATABASE() AND r.routine_name = '%s' AND r.routine_type = "
	    "'PROCEDURE'", r->name, schema_print, r->grant != NULL, r->name),
	    NULL);
}

static enum err
routine(struct job *j, const char *file)
{
	const struct account *definer = &j->grants.definer;
	struct routine r;
	const char *wrong;
	enum err e;

	if ((e = schema_routine(j->ctx, file, definer, &r, j->why)) != E_OK ||
	    (e = schema_routine_state(j->ctx, &r, definer, &wrong, j->why))
	    != E_OK || (wrong != NULL && (e = make_routine(j, &r)) != E_OK))
		return e;
	/* MySQL drops a routine's rights with it. */
	return r.grant == NULL ? E_OK : grant_right(j->ctx, &j->grants,
	    r.grant, wrong == NULL, j->out, j->why);
}

static enum err
routines(struct job *j)
{
	const char **file;
	size_t n;
	enum err e = schema_list(j->ctx, "routines", &file, &n, j->why);

	for (size_t i = 0; e == E_OK && i < n; i++)
		e = routine(j, file[i]);
	return e;
}

/*
 * What the products of before need to be found.  Behind the routines: whatever
 * is made from here on is found already.
 */
static enum err
index_products(struct job *j)
{
	return run_ddl(j, "CALL products_index()", NULL);
}

/* Notes this set of routines as the one in force. */
static enum err
release(struct job *j)
{
	const char *digest;
	enum err e = schema_digest(j->ctx, &digest, j->why);

	return e != E_OK ? e : run_ddl(j, arena_printf(j->ctx->arena,
	    "INSERT INTO schema_releases (digest, made_at) "
	    "SELECT '%s', UTC_TIMESTAMP() FROM (SELECT 1) one "
	    "WHERE COALESCE((SELECT digest FROM (SELECT digest "
	    "FROM schema_releases ORDER BY id DESC LIMIT 1) newest), '') "
	    "<> '%s'", digest, digest), NULL);
}

/*
 * The shop's id (shop/identity.h).  The row of a database that was copied
 * under another name is the other shop's.
 */
static enum err
identity(struct job *j)
{
	return run_ddl(j, "REPLACE INTO shop_identity (one, id, database_name) "
	    "SELECT 1, LEFT(SHA2(CONCAT(UUID(), RAND(), RAND()), 256), 16), "
	    "DATABASE() FROM (SELECT 1) one WHERE NOT EXISTS (SELECT 1 "
	    "FROM shop_identity WHERE BINARY database_name "
	    "= BINARY DATABASE())", NULL);
}

/* Fail now, before anything is changed, if anything could stop us later. */
static enum err
look_first(struct job *j, bool take)
{
	const char *grant;
	enum err e;

	if ((e = grant_password(j->ctx, j->why)) != E_OK ||
	    (e = ddl_begin(j->ctx, j->why)) != E_OK ||
	    (e = ddl_lock(j->ctx, "CONCAT('shop.migrate.', "
	    "LEFT(SHA2(DATABASE(), 256), 32))", 30, j->why)) != E_OK ||
	    (e = rights_check(j->ctx, &grant, j->why)) != E_OK)
		return e;
	return grant_check(j->ctx, take, &j->grants, j->why);
}

enum err
migrate_run(struct ctx *ctx, bool take, FILE *out, char *why)
{
	struct job j = { .ctx = ctx, .out = out, .why = why };
	char *own = arena_copy(ctx->arena, schema_own_tables,
	    strlen(schema_own_tables));
	enum err e;

	why_say(why, "out of memory");
	if (own == NULL)
		return E_UNAVAILABLE;
	if ((e = look_first(&j, take)) != E_OK ||
	    (e = run_script(&j, own)) != E_OK ||
	    (e = identity(&j)) != E_OK || (e = migrations(&j)) != E_OK ||
	    (e = grant_definer(ctx, &j.grants, out, why)) != E_OK ||
	    (e = grant_worker(ctx, &j.grants, out, why)) != E_OK ||
	    (e = routines(&j)) != E_OK || (e = index_products(&j)) != E_OK)
		return e;
	return release(&j);
}
