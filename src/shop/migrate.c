/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "shop/migrate.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/file.h"
#include "shop/script.h"

#define PASSWORD_BYTES_MAX 256

struct job {
	struct ctx *ctx;
	FILE *out;
	const char **why;
};

static const char tables[] =
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    "version VARCHAR(128) NOT NULL COMMENT 'number of a file in migrations', "
    "PRIMARY KEY (version)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 "
    "COLLATE=utf8mb4_bin COMMENT='migrations that were run';\n"
    "CREATE TABLE IF NOT EXISTS schema_routines ("
    "name VARCHAR(64) NOT NULL COMMENT 'the routine', "
    "digest CHAR(64) NOT NULL COMMENT 'SHA-256 of its file', "
    "PRIMARY KEY (name)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 "
    "COLLATE=utf8mb4_bin COMMENT='routines as they were made';\n";

/* One statement; sql may be NULL where the arena was full. */
static enum err
run(struct job *j, const char *sql, struct db_result *r)
{
	struct db_result ignored;

	if (sql != NULL && db_text(j->ctx->db, j->ctx->arena, sql,
	    r != NULL ? r : &ignored) == DB_OK)
		return E_OK;
	*j->why = sql != NULL ? db_error(j->ctx->db) : "out of memory";
	return E_UNAVAILABLE;
}

static enum err
run_script(struct job *j, char *text)
{
	const char *sql, *name;
	enum err e = E_OK;

	while (e == E_OK && (sql = script_next(&text, &name)) != NULL)
		e = run(j, sql, NULL);
	return e;
}

static int
is_sql(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return len > 4 && strcmp(d->d_name + len - 4, ".sql") == 0;
}

/* The *.sql of a directory of schema_dir, sorted; names are the arena's. */
static enum err
list(struct job *j, const char *dir, const char ***names, size_t *n)
{
	struct arena *a = j->ctx->arena;
	struct dirent **entry;
	int found = scandir(dir, &entry, is_sql, alphasort);

	if (found < 0) {
		*j->why = arena_printf(a, "%s: %s", dir, strerror(errno));
		return E_UNAVAILABLE;
	}
	*n = (size_t)found;
	*names = arena_alloc(a, (*n + 1) * sizeof **names);
	for (size_t i = 0; i < *n; i++) {
		if (*names != NULL)
			(*names)[i] = arena_copy(a, entry[i]->d_name,
			    strlen(entry[i]->d_name));
		free(entry[i]);
	}
	free(entry);
	*j->why = "out of memory";
	return *names != NULL ? E_OK : E_UNAVAILABLE;
}

static enum err
read_sql(struct job *j, const char *dir, const char *name, char **text)
{
	struct arena *a = j->ctx->arena;
	const char *path = arena_printf(a, "%s/%s", dir, name);

	*text = path != NULL ? file_read(a, path) : NULL;
	if (*text != NULL)
		return E_OK;
	*j->why = arena_printf(a, "%s: %s", path, strerror(errno));
	return E_UNAVAILABLE;
}

/* "0001_shop.sql" is version "0001". */
static const char *
version_of(struct arena *a, const char *file)
{
	return arena_copy(a, file, strcspn(file, "_"));
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
		*j->why = arena_printf(j->ctx->arena, "the schema is newer "
		    "than this program: it has migration %s", version);
		return E_UNAVAILABLE;
	}
	return E_OK;
}

static enum err
apply(struct job *j, const char *dir, const char *file, const char *version)
{
	char *text, *down;
	enum err e;

	if ((e = read_sql(j, dir, file, &text)) != E_OK)
		return e;
	if ((down = strstr(text, "-- migrate:down")) != NULL)
		*down = '\0';
	fprintf(j->out, "migration %s\n", file);
	if ((e = run_script(j, text)) != E_OK)
		return e;
	return run(j, arena_printf(j->ctx->arena,
	    "INSERT INTO schema_migrations (version) VALUES ('%s')", version),
	    NULL);
}

static enum err
migrations(struct job *j, const char *dir)
{
	struct db_result applied;
	const char **file, *version;
	size_t n;
	enum err e;

	if ((e = list(j, dir, &file, &n)) != E_OK ||
	    (e = run(j, "SELECT version FROM schema_migrations", &applied))
	    != E_OK || (e = refuse_newer(j, &applied, file, n)) != E_OK)
		return e;
	for (size_t i = 0; i < n && e == E_OK; i++) {
		version = version_of(j->ctx->arena, file[i]);
		if (version == NULL || is_applied(&applied, version))
			continue;
		e = apply(j, dir, file[i], version);
	}
	return e;
}

/* Is the routine there as its file has it? */
static enum err
is_current(struct job *j, const char *name, const char *quoted, bool *current)
{
	struct db_result r;
	enum err e = run(j, arena_printf(j->ctx->arena,
	    "SELECT COUNT(*) FROM schema_routines s "
	    "JOIN information_schema.routines r ON r.routine_schema = "
	    "DATABASE() AND r.routine_name = s.name "
	    "WHERE s.name = '%s' AND s.digest = SHA2(%s, 256)", name, quoted),
	    &r);

	if (e == E_OK)
		*current = strcmp(db_at(&r, 0, 0)->s, "1") == 0;
	return e;
}

/* MariaDB replaces a routine in one step, MySQL has to drop it first. */
static enum err
make(struct job *j, const char *name, const char *text, const char *quoted)
{
	struct arena *a = j->ctx->arena;
	struct db_result r;
	enum err e;

	fprintf(j->out, "routine %s\n", name);
	if ((e = run(j, "SELECT VERSION() LIKE '%MariaDB%'", &r)) != E_OK)
		return e;
	if (strcmp(db_at(&r, 0, 0)->s, "1") != 0 && (e = run(j, arena_printf(a,
	    "DROP PROCEDURE IF EXISTS `%s`", name), NULL)) != E_OK)
		return e;
	if ((e = run(j, text, NULL)) != E_OK)
		return e;
	return run(j, arena_printf(a, "REPLACE INTO schema_routines "
	    "(name, digest) VALUES ('%s', SHA2(%s, 256))", name, quoted),
	    NULL);
}

/* 'user'@'host' of the workers' account; NULL at the arena's maximum. */
static const char *
grantee(struct job *j)
{
	const struct conf *c = j->ctx->conf;
	const char *user = db_quote(j->ctx->db, j->ctx->arena, c->db_user);

	return user == NULL ? NULL : arena_printf(j->ctx->arena, "%s@'%s'",
	    user, c->db_socket[0] != '\0' ? "localhost" : "%");
}

static bool
has_own_account(const struct conf *c)
{
	return strcmp(c->db_user, c->db_admin_user) != 0;
}

static enum err
routine(struct job *j, const char *dir, const char *file)
{
	struct arena *a = j->ctx->arena;
	const char *name = arena_copy(a, file, strlen(file) - 4), *quoted, *to;
	bool current = false;
	char *text;
	enum err e;

	if ((e = read_sql(j, dir, file, &text)) != E_OK)
		return e;
	quoted = db_quote(j->ctx->db, a, text);
	if ((e = is_current(j, name, quoted, &current)) != E_OK ||
	    (!current && (e = make(j, name, text, quoted)) != E_OK))
		return e;
	if (strstr(text, "-- grant: worker\n") == NULL ||
	    !has_own_account(j->ctx->conf))
		return E_OK;
	to = grantee(j);
	return run(j, arena_printf(a, "GRANT EXECUTE ON PROCEDURE `%s`.`%s` "
	    "TO %s", j->ctx->conf->db_name, name, to), NULL);
}

static enum err
routines(struct job *j, const char *dir)
{
	const char **file;
	size_t n;
	enum err e = list(j, dir, &file, &n);

	for (size_t i = 0; e == E_OK && i < n; i++)
		e = routine(j, dir, file[i]);
	return e;
}

/* In a GRANT's database name _ stands for any character. */
static const char *
grant_name(struct arena *a, const char *db_name)
{
	char *name = arena_alloc(a, 2 * strlen(db_name) + 1), *at = name;

	for (; name != NULL && *db_name != '\0'; *at++ = *db_name++)
		if (*db_name == '_')
			*at++ = '\\';
	return name;
}

/* The workers' account with the password in its file, and what it may. */
static enum err
account(struct job *j)
{
	const struct conf *c = j->ctx->conf;
	struct arena *a = j->ctx->arena;
	char why[CONF_WHY_BYTES], *password = NULL;
	const char *quoted, *to = grantee(j);
	size_t len;
	enum err e;

	if (!has_own_account(c))
		return E_OK;
	if (c->db_password_file[0] != '\0' && conf_read_secret(
	    c->db_password_file, PASSWORD_BYTES_MAX, &password, &len, why)
	    != E_OK) {
		*j->why = arena_printf(a, "%s", why);
		return E_UNAVAILABLE;
	}
	quoted = db_quote(j->ctx->db, a, password != NULL ? password : "");
	free(password);
	if ((e = run(j, arena_printf(a, "CREATE USER IF NOT EXISTS %s", to),
	    NULL)) != E_OK || (e = run(j, arena_printf(a,
	    "ALTER USER %s IDENTIFIED BY %s", to, quoted), NULL)) != E_OK)
		return e;
	return run(j, arena_printf(a, "GRANT SELECT ON `%s`.* TO %s",
	    grant_name(a, c->db_name), to), NULL);
}

enum err
migrate_run(struct ctx *ctx, FILE *out, const char **why)
{
	struct job j = { ctx, out, why };
	const char *dir = ctx->conf->schema_dir;
	const char *m = arena_printf(ctx->arena, "%s/migrations", dir);
	const char *r = arena_printf(ctx->arena, "%s/routines", dir);
	char *made = arena_copy(ctx->arena, tables, sizeof tables - 1);
	struct db_result locked;
	enum err e;

	*why = "out of memory";
	if (m == NULL || r == NULL || made == NULL)
		return E_UNAVAILABLE;
	if ((e = run(&j, "SELECT GET_LOCK('shop.migrate', 30)", &locked))
	    != E_OK)
		return e;
	if (db_at(&locked, 0, 0)->null ||
	    strcmp(db_at(&locked, 0, 0)->s, "1") != 0) {
		*why = "another migration is running";
		return E_UNAVAILABLE;
	}
	if ((e = run_script(&j, made)) != E_OK ||
	    (e = migrations(&j, m)) != E_OK || (e = account(&j)) != E_OK)
		return e;
	return routines(&j, r);
}
