/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "shop/schema.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/file.h"

const char schema_own_tables[] =
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    "version VARCHAR(128) NOT NULL COMMENT 'number of a file in migrations', "
    "PRIMARY KEY (version)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 "
    "COLLATE=utf8mb4_bin COMMENT='migrations that were run';\n"
    "CREATE TABLE IF NOT EXISTS schema_routines ("
    "name VARCHAR(64) NOT NULL COMMENT 'the routine', "
    "digest CHAR(64) NOT NULL COMMENT 'SHA-256 of its file', "
    "PRIMARY KEY (name)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 "
    "COLLATE=utf8mb4_bin COMMENT='routines as they were made';\n"
    "CREATE TABLE IF NOT EXISTS shop_identity ("
    "one TINYINT NOT NULL COMMENT 'there is one row', "
    "id CHAR(16) NOT NULL COMMENT 'of this shop and no other', "
    "database_name VARCHAR(64) NOT NULL COMMENT 'for which it was made', "
    "PRIMARY KEY (one)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 "
    "COLLATE=utf8mb4_bin COMMENT='what tells shops apart';\n";

static int
is_sql(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return len > 4 && strcmp(d->d_name + len - 4, ".sql") == 0;
}

enum err
schema_list(struct ctx *ctx, const char *dir, const char ***file, size_t *n,
    const char **why)
{
	struct arena *a = ctx->arena;
	const char *path = arena_printf(a, "%s/%s", ctx->conf->schema_dir, dir);
	struct dirent **entry;
	int found = path != NULL ? scandir(path, &entry, is_sql, alphasort)
	    : -1;

	if (found < 0) {
		*why = arena_printf(a, "%s: %s", path, strerror(errno));
		return E_UNAVAILABLE;
	}
	*n = (size_t)found;
	*file = arena_alloc(a, (*n + 1) * sizeof **file);
	for (size_t i = 0; i < *n; i++) {
		if (*file != NULL)
			(*file)[i] = arena_copy(a, entry[i]->d_name,
			    strlen(entry[i]->d_name));
		free(entry[i]);
	}
	free(entry);
	*why = "out of memory";
	return *file != NULL ? E_OK : E_UNAVAILABLE;
}

enum err
schema_read(struct ctx *ctx, const char *dir, const char *file, char **text,
    const char **why)
{
	struct arena *a = ctx->arena;
	const char *path = arena_printf(a, "%s/%s/%s", ctx->conf->schema_dir,
	    dir, file);

	*text = path != NULL ? file_read(a, path) : NULL;
	if (*text != NULL)
		return E_OK;
	*why = arena_printf(a, "%s: %s", path, strerror(errno));
	return E_UNAVAILABLE;
}

enum err
schema_read_up(struct ctx *ctx, const char *file, char **text,
    const char **why)
{
	enum err e = schema_read(ctx, "migrations", file, text, why);
	char *down = e == E_OK ? strstr(*text, "-- migrate:down") : NULL;

	if (down != NULL)
		*down = '\0';
	return e;
}

const char *
schema_version_of(struct arena *a, const char *file)
{
	return arena_copy(a, file, strcspn(file, "_"));
}

enum err
schema_routine(struct ctx *ctx, const char *file, struct routine *r,
    const char **why)
{
	struct arena *a = ctx->arena;
	char *text;
	enum err e = schema_read(ctx, "routines", file, &text, why);

	if (e != E_OK)
		return e;
	*why = "out of memory";
	r->name = arena_copy(a, file, strlen(file) - 4);
	r->text = text;
	r->quoted = db_quote(ctx->db, a, text);
	r->grant = NULL;
	if (r->name == NULL || r->quoted == NULL)
		return E_UNAVAILABLE;
	if (strstr(text, "-- grant: worker\n") == NULL)
		return E_OK;
	r->grant = arena_printf(a, "GRANT EXECUTE ON PROCEDURE `%s`.`%s`",
	    ctx->conf->db_name, r->name);
	return r->grant != NULL ? E_OK : E_UNAVAILABLE;
}

/*
 * The digest tells which file it was made from, comments and all; its body,
 * which is the end of the file, whether somebody has changed it since.  It
 * runs in the sql_mode it was made in.
 */
enum err
schema_routine_state(struct ctx *ctx, const struct routine *r,
    enum routine_state *state, const char **why)
{
	struct db_result is;
	const char *sql = arena_printf(ctx->arena,
	    "SELECT COALESCE(s.digest = SHA2(f.text, 256), 0) "
	    "AND BINARY RIGHT(f.body, CHAR_LENGTH(r.routine_definition)) "
	    "= BINARY r.routine_definition AND r.security_type = 'DEFINER' "
	    "AND r.sql_mode LIKE '%%STRICT_ALL_TABLES%%' "
	    "FROM (SELECT TRIM(TRAILING '\\n' FROM %s) AS body, %s AS text) f "
	    "JOIN information_schema.routines r "
	    "LEFT JOIN schema_routines s ON s.name = r.routine_name "
	    "WHERE r.routine_schema = DATABASE() AND r.routine_name = '%s'",
	    r->quoted, r->quoted, r->name);

	if (sql == NULL || db_text(ctx->db, ctx->arena, sql, &is) != DB_OK) {
		*why = sql != NULL ? db_error(ctx->db) : "out of memory";
		return E_UNAVAILABLE;
	}
	*state = is.rows == 0 ? ROUTINE_MISSING
	    : strcmp(db_at(&is, 0, 0)->s, "1") == 0 ? ROUTINE_CURRENT
	    : ROUTINE_OTHER;
	return E_OK;
}

/* In a GRANT's database name _ stands for any character. */
const char *
schema_select_grant(struct ctx *ctx)
{
	const char *from = ctx->conf->db_name;
	char *name = arena_alloc(ctx->arena, 2 * strlen(from) + 1), *to = name;

	for (; name != NULL && *from != '\0'; *to++ = *from++)
		if (*from == '_')
			*to++ = '\\';
	return name == NULL ? NULL
	    : arena_printf(ctx->arena, "GRANT SELECT ON `%s`.*", name);
}
