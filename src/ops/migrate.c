/* SPDX-License-Identifier: MIT */
/*
 * Looks at everything before changing anything; each step may run again.  What
 * only looks goes by migrate_ask(), what changes something by
 * migrate_change(), which does nothing in a dry run.
 */
#include "config.h"

#include "ops/migrate.h"

#include <stdlib.h>
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
	bool dry;		/* say it, and change nothing */
	/* Which tables of schema_own_tables are there. */
	struct own { bool migrations, routines, releases; } has;
	struct grants grants;
};

static enum err
migrate_ask(struct job *j, const char *sql, struct db_result *r)
{
	return ddl_run(j->ctx, sql, r, j->why);
}

/* sql is NULL where the arena was full. */
static enum err
migrate_change(struct job *j, const char *sql)
{
	return j->dry && sql != NULL ? E_OK
	    : ddl_run(j->ctx, sql, NULL, j->why);
}

static enum err
run_script(struct job *j, char *text)
{
	const char *sql;
	char *name;
	enum err e = E_OK;

	while (e == E_OK && (sql = script_next(&text, &name)) != NULL)
		e = migrate_change(j, sql);
	return e;
}

/* What a migration would do, each line behind a tab. */
static void
print_script(FILE *out, char *text)
{
	const char *sql;
	char *name;

	while ((sql = script_next(&text, &name)) != NULL) {
		while (*sql != '\0') {
			int len = (int)strcspn(sql, "\n");

			fprintf(out, "\t%.*s%s\n", len, sql,
			    sql[len] == '\0' ? ";" : "");
			sql += len + (sql[len] == '\n');
		}
	}
}

static bool
is_applied(const struct db_result *applied, const char *version)
{
	for (size_t i = 0; i < applied->rows; i++)
		if (strcmp(db_at(applied, i, 0)->s, version) == 0)
			return true;
	return false;
}

static const char *
file_of(const char **file, size_t n, const char *version)
{
	size_t len = strlen(version);

	for (size_t i = 0; i < n; i++)
		if (strncmp(file[i], version, len) == 0 && file[i][len] == '_')
			return file[i];
	return NULL;
}

/* A version that no file has was made by a newer program. */
static enum err
refuse_newer(struct job *j, const struct db_result *applied,
    const char **file, size_t n)
{
	for (size_t i = 0; i < applied->rows; i++) {
		const char *version = db_at(applied, i, 0)->s;

		if (file_of(file, n, version) != NULL)
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
	if (j->dry)
		print_script(j->out, text);
	else if ((e = run_script(j, text)) != E_OK)
		return e;
	return migrate_change(j, arena_printf(j->ctx->arena,
	    "INSERT INTO schema_migrations (version) VALUES ('%s')", version));
}

/* Those that were run; in a database that has had none there is no table. */
static enum err
read_applied(struct job *j, struct db_result *applied)
{
	return migrate_ask(j, j->has.migrations ? "SELECT version FROM schema_migrations "
	    "ORDER BY version" : "SELECT '' LIMIT 0", applied);
}

static enum err
migrations(struct job *j)
{
	struct db_result applied;
	const char **file, *version;
	size_t n;
	enum err e;

	if ((e = schema_list(j->ctx, "migrations", &file, &n, j->why)) != E_OK
	    || (e = read_applied(j, &applied)) != E_OK ||
	    (e = refuse_newer(j, &applied, file, n)) != E_OK)
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
	if ((e = migrate_ask(j, "SELECT VERSION() LIKE '%MariaDB%'", &is)) != E_OK)
		return e;
	if (strcmp(db_at(&is, 0, 0)->s, "1") != 0 && (e = migrate_change(j,
	    arena_printf(a, "DROP PROCEDURE IF EXISTS `%s`", r->name)))
	    != E_OK)
		return e;
	if ((e = migrate_change(j, r->create)) != E_OK ||
	    (e = migrate_change(j, arena_printf(a, "REPLACE INTO schema_routines "
	    "(name, digest) VALUES ('%s', SHA2(%s, 256))", r->name,
	    r->quoted))) != E_OK)
		return e;
	return migrate_change(j, arena_printf(a, "REPLACE INTO schema_prints "
	    "(name, print, worker) SELECT '%s', %s, %d "
	    "FROM information_schema.routines r WHERE r.routine_schema = "
	    "DATABASE() AND r.routine_name = '%s' AND r.routine_type = "
	    "'PROCEDURE'", r->name, schema_print, r->grant != NULL, r->name));
}

static enum err
routine(struct job *j, const char *file)
{
	const struct account *definer = &j->grants.definer;
	struct routine r;
	const char *wrong = "is not noted";
	enum err e;

	if ((e = schema_routine(j->ctx, file, definer, &r, j->why)) != E_OK ||
	    (j->has.routines && (e = schema_routine_state(j->ctx, &r, definer,
	    &wrong, j->why)) != E_OK) || (wrong != NULL && (e = make_routine(j, &r)) != E_OK))
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
	return migrate_change(j, "CALL products_index()");
}

/* Notes this set of routines as the one in force, unless it is. */
static enum err
release(struct job *j)
{
	const char *digest;
	struct db_result is;
	enum err e = schema_digest(j->ctx, &digest, j->why);

	if (e != E_OK || (e = migrate_ask(j, j->has.releases ? "SELECT digest "
	    "FROM schema_releases ORDER BY id DESC LIMIT 1"
	    : "SELECT '' LIMIT 0", &is)) != E_OK ||
	    (is.rows > 0 && strcmp(db_at(&is, 0, 0)->s, digest) == 0))
		return e;
	fprintf(j->out, "release %.12s\n", digest);
	return migrate_change(j, arena_printf(j->ctx->arena,
	    "INSERT INTO schema_releases (digest, made_at) "
	    "VALUES ('%s', UTC_TIMESTAMP())", digest));
}

/*
 * The shop's id (shop/identity.h).  The row of a database that was copied
 * under another name is the other shop's.
 */
static enum err
identity(struct job *j)
{
	return migrate_change(j, "REPLACE INTO shop_identity (one, id, database_name) "
	    "SELECT 1, LEFT(SHA2(CONCAT(UUID(), RAND(), RAND()), 256), 16), "
	    "DATABASE() FROM (SELECT 1) one WHERE NOT EXISTS (SELECT 1 "
	    "FROM shop_identity WHERE BINARY database_name "
	    "= BINARY DATABASE())");
}

/* A database of an older version may lack some: it has had its migrations. */
static enum err
look_own(struct job *j)
{
	struct db_result is;
	enum err e = migrate_ask(j, "SELECT COUNT(CASE table_name "
	    "WHEN 'schema_migrations' THEN 1 END), COUNT(CASE WHEN table_name "
	    "IN ('schema_routines', 'schema_prints') THEN 1 END), "
	    "COUNT(CASE table_name WHEN 'schema_releases' THEN 1 END) "
	    "FROM information_schema.tables "
	    "WHERE table_schema = DATABASE()", &is);

	if (e != E_OK)
		return e;
	j->has.migrations = strcmp(db_at(&is, 0, 0)->s, "1") == 0;
	j->has.routines = strcmp(db_at(&is, 0, 1)->s, "2") == 0;
	j->has.releases = strcmp(db_at(&is, 0, 2)->s, "1") == 0;
	return E_OK;
}

/*
 * Fail now, before anything is changed, if anything could stop us later.  Only
 * what changes something needs to be alone.
 */
static enum err
look_first(struct job *j, bool take)
{
	const char *grant;
	enum err e;

	if ((e = grant_password(j->ctx, j->why)) != E_OK ||
	    (e = ddl_begin(j->ctx, j->why)) != E_OK ||
	    (!j->dry && (e = ddl_lock(j->ctx, "CONCAT('shop.migrate.', "
	    "LEFT(SHA2(DATABASE(), 256), 32))", 30, j->why)) != E_OK) ||
	    (e = rights_check(j->ctx, &grant, j->why)) != E_OK ||
	    (e = grant_check(j->ctx, take, &j->grants, j->why)) != E_OK)
		return e;
	j->grants.dry = j->dry;
	return look_own(j);
}

/* Everything, in its order. */
static enum err
migrate_all(struct job *j, bool take)
{
	struct ctx *ctx = j->ctx;
	char *own = arena_copy(ctx->arena, schema_own_tables,
	    strlen(schema_own_tables));
	enum err e;

	why_say(j->why, "out of memory");
	if (own == NULL)
		return E_UNAVAILABLE;
	if ((e = look_first(j, take)) != E_OK ||
	    (e = run_script(j, own)) != E_OK)
		return e;
	if (!j->dry)
		j->has = (struct own){ true, true, true };
	if ((e = identity(j)) != E_OK || (e = migrations(j)) != E_OK ||
	    (e = grant_definer(ctx, &j->grants, j->out, j->why)) != E_OK ||
	    (e = grant_worker(ctx, &j->grants, j->out, j->why)) != E_OK ||
	    (e = routines(j)) != E_OK || (e = index_products(j)) != E_OK)
		return e;
	return release(j);
}

enum err
migrate_run(struct ctx *ctx, bool take, FILE *out, char *why)
{
	struct job j = { .ctx = ctx, .out = out, .why = why };

	return migrate_all(&j, take);
}

enum err
migrate_dry(struct ctx *ctx, bool take, FILE *out, char *why)
{
	struct job j = { .ctx = ctx, .out = out, .why = why, .dry = true };

	return migrate_all(&j, take);
}

/* A line for each migration that was run, from here or by a newer version. */
static enum err
print_applied(struct job *j)
{
	struct db_result applied;
	const char **file;
	size_t n;
	enum err e;

	if ((e = look_own(j)) != E_OK || (e = read_applied(j, &applied)) !=
	    E_OK || (e = schema_list(j->ctx, "migrations", &file, &n, j->why))
	    != E_OK)
		return e;
	for (size_t i = 0; i < applied.rows; i++) {
		const char *version = db_at(&applied, i, 0)->s;
		const char *is = file_of(file, n, version);

		fprintf(j->out, "applied migration %s\n",
		    is != NULL ? is : version);
	}
	return E_OK;
}

/* Each line of a dry run that tells of a step. */
static size_t
print_pending(FILE *out, const char *told)
{
	size_t n = 0;

	while (*told != '\0') {
		int len = (int)strcspn(told, "\n");

		if (*told != '\t') {
			fprintf(out, "pending %.*s\n", len, told);
			n++;
		}
		told += len + (told[len] == '\n');
	}
	return n;
}

enum err
migrate_status(struct ctx *ctx, bool take, FILE *out, size_t *pending,
    char *why)
{
	struct job j = { .ctx = ctx, .out = out, .why = why };
	char *told = NULL;
	size_t size;
	enum err e = print_applied(&j);
	FILE *to = e == E_OK ? open_memstream(&told, &size) : NULL;

	*pending = 0;
	if (e != E_OK)
		return e;
	why_say(why, "out of memory");
	if (to == NULL)
		return E_UNAVAILABLE;
	e = migrate_dry(ctx, take, to, why);
	if (fclose(to) != 0)
		e = E_UNAVAILABLE;
	*pending = print_pending(out, told != NULL ? told : "");
	free(told);
	return e;
}
