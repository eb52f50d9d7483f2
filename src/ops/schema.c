/* SPDX-License-Identifier: MIT */
/* The files of schema_dir, and how the server has a routine of one of them. */
#include "config.h"

#include "ops/schema.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/file.h"
#include "ops/script.h"

/* The line above a table that the workers may read. */
#define SCHEMA_GRANT "-- grant: worker\n"

const char schema_own_tables[] =
    SCHEMA_GRANT "CREATE TABLE IF NOT EXISTS schema_migrations ("
    "version VARCHAR(128) NOT NULL COMMENT 'number of a file in migrations', "
    "PRIMARY KEY (version)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 "
    "COLLATE=utf8mb4_bin COMMENT='migrations that were run';\n"
    "CREATE TABLE IF NOT EXISTS schema_routines ("
    "name VARCHAR(64) NOT NULL COMMENT 'the routine', "
    "digest CHAR(64) NOT NULL COMMENT 'SHA-256 of its file', "
    "PRIMARY KEY (name)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 "
    "COLLATE=utf8mb4_bin COMMENT='routines as they were made';\n"
    SCHEMA_GRANT "CREATE TABLE IF NOT EXISTS shop_identity ("
    "one TINYINT NOT NULL COMMENT 'there is one row', "
    "id CHAR(16) NOT NULL COMMENT 'of this shop and no other', "
    "database_name VARCHAR(64) NOT NULL COMMENT 'for which it was made', "
    "PRIMARY KEY (one)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 "
    "COLLATE=utf8mb4_bin COMMENT='what tells shops apart';\n"
    SCHEMA_GRANT "CREATE TABLE IF NOT EXISTS schema_prints ("
    "name VARCHAR(64) NOT NULL COMMENT 'the routine', "
    "print CHAR(64) NOT NULL COMMENT 'SHA-256 of all the server had of it', "
    "worker TINYINT NOT NULL COMMENT '1: the workers may execute it', "
    "PRIMARY KEY (name)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 "
    "COLLATE=utf8mb4_bin COMMENT='routines as the server took them';\n"
    "CREATE TABLE IF NOT EXISTS schema_releases ("
    "id BIGINT NOT NULL AUTO_INCREMENT COMMENT 'in the order they came', "
    "digest CHAR(64) NOT NULL COMMENT 'SHA-256 of all files of routines', "
    "made_at DATETIME NOT NULL COMMENT 'UTC', "
    "PRIMARY KEY (id)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 "
    "COLLATE=utf8mb4_bin COMMENT='sets of routines; the newest is in force';\n";

const char schema_print[] =
    "SHA2(CONCAT_WS(_utf8mb4'|' COLLATE utf8mb4_bin, r.definer, "
    "r.security_type, r.sql_data_access, "
    "r.sql_mode, r.character_set_client, r.collation_connection, "
    "r.database_collation, r.routine_definition), 256)";

static int
is_sql(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return len > 4 && strcmp(d->d_name + len - 4, ".sql") == 0;
}

enum err
schema_list(struct ctx *ctx, const char *dir, const char ***file, size_t *n,
    char *why)
{
	struct arena *a = ctx->arena;
	const char *path = arena_printf(a, "%s/%s", ctx->conf->schema_dir, dir);
	struct dirent **entry;
	int found = path != NULL ? scandir(path, &entry, is_sql, alphasort)
	    : -1;

	if (found < 0) {
		why_say(why, "%s: %s", path, strerror(errno));
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
	why_say(why, "out of memory");
	return *file != NULL ? E_OK : E_UNAVAILABLE;
}

enum err
schema_read(struct ctx *ctx, const char *dir, const char *file, char **text,
    char *why)
{
	struct arena *a = ctx->arena;
	const char *path = arena_printf(a, "%s/%s/%s", ctx->conf->schema_dir,
	    dir, file);

	*text = path != NULL ? file_read(a, path) : NULL;
	if (*text != NULL)
		return E_OK;
	why_say(why, "%s: %s", path, strerror(errno));
	return E_UNAVAILABLE;
}

enum err
schema_read_up(struct ctx *ctx, const char *file, char **text,
    char *why)
{
	enum err e = schema_read(ctx, "migrations", file, text, why);
	char *down = e == E_OK ? strstr(*text, "-- migrate:down") : NULL;

	if (down != NULL)
		*down = '\0';
	return e;
}

/* Adds the tables of a text that the workers may read. */
static bool
add_readable(struct arena *a, const char *text, const char **name, size_t *n)
{
	static const char mark[] = SCHEMA_GRANT "CREATE TABLE IF NOT EXISTS ";

	while ((text = strstr(text, mark)) != NULL) {
		text += sizeof mark - 1;
		if (*n == SCHEMA_TABLES_MAX || (name[(*n)++] = arena_copy(a,
		    text, strcspn(text, " "))) == NULL)
			return false;
	}
	return true;
}

enum err
schema_readable(struct ctx *ctx, const char *name[SCHEMA_TABLES_MAX],
    size_t *n, char *why)
{
	const char **file;
	size_t files;
	char *text;
	enum err e = schema_list(ctx, "migrations", &file, &files, why);

	*n = 0;
	if (e != E_OK)
		return e;
	if (!add_readable(ctx->arena, schema_own_tables, name, n))
		return E_UNAVAILABLE;
	for (size_t i = 0; i < files; i++) {
		if ((e = schema_read_up(ctx, file[i], &text, why)) != E_OK)
			return e;
		why_say(why, "out of memory");
		if (!add_readable(ctx->arena, text, name, n))
			return E_UNAVAILABLE;
	}
	return E_OK;
}

const char *
schema_version_of(struct arena *a, const char *file)
{
	return arena_copy(a, file, strcspn(file, "_"));
}

/* Up to its last line that is no comment: MySQL keeps none behind a routine. */
static size_t
routine_len(const char *text)
{
	size_t len = strlen(text), line;

	for (;;) {
		while (len > 0 && text[len - 1] == '\n')
			len--;
		for (line = len; line > 0 && text[line - 1] != '\n'; line--)
			continue;
		if (line == 0 || strncmp(text + line, "--", 2) != 0)
			return len;
		len = line;
	}
}

/*
 * The parts of "CREATE ... PROCEDURE name(arguments)\n  MODIFIES SQL DATA SQL
 * SECURITY DEFINER\nbody", which is what each file has after its comments.
 */
static bool
take_apart(struct arena *a, struct routine *r, const struct account *definer)
{
	static const char after[] = "\n  MODIFIES SQL DATA SQL SECURITY DEFINER\n";
	char *name = arena_printf(a, " PROCEDURE %s(", r->name);
	const char *at = name != NULL ? strstr(r->text, name) : NULL;
	const char *open, *close;

	if (at == NULL)
		return false;
	open = at + strlen(name) - 1;
	if ((close = strstr(open, after)) == NULL)
		return false;
	r->create = arena_printf(a, "%.*s DEFINER = %s%s",
	    (int)(at - r->text), r->text, definer->sql, at);
	r->arguments = arena_copy(a, open, (size_t)(close - open));
	r->body = close + strlen(after);
	r->body = arena_copy(a, r->body, routine_len(r->body));
	return r->create != NULL && r->arguments != NULL && r->body != NULL;
}

enum err
schema_routine(struct ctx *ctx, const char *file,
    const struct account *definer, struct routine *r, char *why)
{
	struct arena *a = ctx->arena;
	const char *db = account_identifier(a, ctx->conf->db_name);
	char *text;
	enum err e = schema_read(ctx, "routines", file, &text, why);

	if (e != E_OK)
		return e;
	why_say(why, "out of memory");
	r->name = arena_copy(a, file, strlen(file) - 4);
	r->text = text;
	r->quoted = db_quote(ctx->db, a, text);
	r->grant = NULL;
	if (r->name == NULL || r->quoted == NULL || db == NULL)
		return E_UNAVAILABLE;
	if (!take_apart(a, r, definer)) {
		why_say(why, "%s is no file of a routine", file);
		return E_UNAVAILABLE;
	}
	if (strstr(text, "-- grant: worker\n") == NULL)
		return E_OK;
	r->grant = arena_printf(a, "EXECUTE ON PROCEDURE %s.`%s`", db,
	    r->name);
	return r->grant != NULL ? E_OK : E_UNAVAILABLE;
}

static bool
has_suffix(const char *text, const char *end)
{
	size_t len = strlen(text), n = strlen(end);

	return len >= n && strcmp(text + len - n, end) == 0;
}

/* What is wrong with "CREATE DEFINER=... PROCEDURE `name`(...) ..."; or NULL. */
static const char *
judge_text(struct arena *a, const char *text, const struct routine *r,
    const struct account *definer)
{
	const char *begin = arena_printf(a, "CREATE DEFINER=%s PROCEDURE ",
	    definer->sql);
	const char *head = arena_printf(a, "`%s`%s", r->name, r->arguments);
	const char *tail;
	size_t len;

	text = arena_copy(a, text, routine_len(text));
	if (begin == NULL || head == NULL || text == NULL)
		return "could not be looked at, out of memory";
	if (strncmp(text, begin, strlen(begin)) != 0)
		return arena_printf(a, "is not %s's", definer->user);
	text += strlen(begin);
	if (strncmp(text, head, strlen(head)) != 0 ||
	    !has_suffix(text + strlen(head), r->body))
		return "is not its file's";
	tail = text + strlen(head);
	len = strlen(tail) - strlen(r->body);
	tail = arena_copy(a, tail, len);
	if (tail == NULL || strstr(tail, "SECURITY INVOKER") != NULL)
		return "has its caller's rights";
	return strstr(tail, "MODIFIES SQL DATA") != NULL ? NULL
	    : "is not its file's";
}

/* It runs in the modes and character sets of the session that made it. */
static const char *
judge_session(struct arena *a, const struct db_result *is,
    const struct db_result *ours)
{
	static const struct { size_t column; const char *name; } part[] = {
	    { 1, "sql_mode" }, { 3, "character_set_client" },
	    { 4, "collation_connection" }, { 5, "collation_database" } };

	for (size_t i = 0; i < sizeof part / sizeof part[0]; i++) {
		const char *has = db_at(is, 0, part[i].column)->s;
		const char *wanted = db_at(ours, 0, i)->s;

		if (has == NULL || wanted == NULL || strcmp(has, wanted) != 0)
			return arena_printf(a, "has the %s %s instead of %s",
			    part[i].name, has != NULL ? has : "NULL",
			    wanted != NULL ? wanted : "NULL");
	}
	return NULL;
}

/* The digests tell which file it was made from, comments and all. */
static enum err
judge_routine(struct ctx *ctx, const struct routine *r,
    const struct account *definer, const char **wrong, char *why)
{
	struct arena *a = ctx->arena;
	struct db_result is, ours, kept;
	enum err e;

	if ((e = script_run(ctx, arena_printf(a, "SHOW CREATE PROCEDURE `%s`",
	    r->name), &is, why)) != E_OK || (e = script_run(ctx,
	    "SELECT @@sql_mode, @@character_set_client, "
	    "@@collation_connection, @@collation_database", &ours, why))
	    != E_OK || (e = script_run(ctx, arena_printf(a, "SELECT 1 FROM "
	    "schema_routines s JOIN schema_prints p ON p.name = s.name "
	    "JOIN information_schema.routines r ON r.routine_name = s.name "
	    "WHERE r.routine_schema = DATABASE() AND s.name = '%s' "
	    "AND s.digest = SHA2(%s, 256) AND p.worker = %d "
	    "AND p.print = %s", r->name, r->quoted, r->grant != NULL,
	    schema_print), &kept, why)) != E_OK)
		return e;
	if (db_at(&is, 0, 2)->null) {
		why_say(why, "the text of %s is not shown to this "
		    "account: an administrator must grant it SELECT ON "
		    "mysql.*, on MySQL SHOW_ROUTINE ON *.*", r->name);
		return E_UNAVAILABLE;
	}
	if ((*wrong = judge_text(a, db_at(&is, 0, 2)->s, r, definer)) == NULL)
		*wrong = judge_session(a, &is, &ours);
	if (*wrong == NULL && kept.rows == 0)
		*wrong = "is not its file's";
	return E_OK;
}

enum err
schema_routine_state(struct ctx *ctx, const struct routine *r,
    const struct account *definer, const char **wrong, char *why)
{
	struct arena *a = ctx->arena;
	struct db_result is;
	const char *owner = arena_printf(a, "%s@%s", definer->user,
	    definer->host), *has;
	const char *sql = arena_printf(a, "SELECT definer "
	    "FROM information_schema.routines WHERE routine_schema = "
	    "DATABASE() AND routine_name = '%s' "
	    "AND routine_type = 'PROCEDURE'", r->name);
	enum err e = script_run(ctx, sql, &is, why);

	if (e != E_OK)
		return e;
	*wrong = "is missing";
	if (is.rows == 0)
		return E_OK;
	/* The server may not show us the text of another account's routine. */
	has = db_at(&is, 0, 0)->s;
	*wrong = arena_printf(a, "is not %s's", definer->user);
	if (owner == NULL || has == NULL || strcmp(has, owner) != 0)
		return E_OK;
	return judge_routine(ctx, r, definer, wrong, why);
}

enum err
schema_digest(struct ctx *ctx, const char **digest, char *why)
{
	struct arena *a = ctx->arena;
	const char **file;
	char *text, *all = arena_copy(a, "", 0), *quoted;
	struct db_result is;
	size_t n;
	enum err e = schema_list(ctx, "routines", &file, &n, why);

	for (size_t i = 0; e == E_OK && i < n && all != NULL; i++)
		if ((e = schema_read(ctx, "routines", file[i], &text, why))
		    == E_OK)
			all = arena_printf(a, "%s%s", all, text);
	quoted = all != NULL ? db_quote(ctx->db, a, all) : NULL;
	if (e != E_OK || (e = script_run(ctx, quoted == NULL ? NULL
	    : arena_printf(a, "SELECT SHA2(%s, 256)", quoted), &is, why))
	    != E_OK)
		return e;
	*digest = db_at(&is, 0, 0)->s;
	return E_OK;
}
