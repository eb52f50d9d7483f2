/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "shop/migrate.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "shop/ddl.h"
#include "shop/schema.h"
#include "shop/script.h"

#define PASSWORD_BYTES_MAX 256

struct job {
	struct ctx *ctx;
	FILE *out;
	const char **why;
};

static enum err
run(struct job *j, const char *sql, struct db_result *r)
{
	return ddl_run(j->ctx, sql, r, j->why);
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
apply(struct job *j, const char *file, const char *version)
{
	char *text;
	enum err e = schema_read_up(j->ctx, file, &text, j->why);

	if (e != E_OK)
		return e;
	fprintf(j->out, "migration %s\n", file);
	if ((e = run_script(j, text)) != E_OK)
		return e;
	return run(j, arena_printf(j->ctx->arena,
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
	    || (e = run(j, "SELECT version FROM schema_migrations", &applied))
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
make(struct job *j, const struct routine *r)
{
	struct arena *a = j->ctx->arena;
	struct db_result is;
	enum err e;

	fprintf(j->out, "routine %s\n", r->name);
	if ((e = run(j, "SELECT VERSION() LIKE '%MariaDB%'", &is)) != E_OK)
		return e;
	if (strcmp(db_at(&is, 0, 0)->s, "1") != 0 && (e = run(j,
	    arena_printf(a, "DROP PROCEDURE IF EXISTS `%s`", r->name), NULL))
	    != E_OK)
		return e;
	if ((e = run(j, r->text, NULL)) != E_OK)
		return e;
	return run(j, arena_printf(a, "REPLACE INTO schema_routines "
	    "(name, digest) VALUES ('%s', SHA2(%s, 256))", r->name,
	    r->quoted), NULL);
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
routine(struct job *j, const char *file)
{
	enum routine_state state = ROUTINE_MISSING;
	struct routine r;
	const char *to;
	enum err e;

	if ((e = schema_routine(j->ctx, file, &r, j->why)) != E_OK ||
	    (e = schema_routine_state(j->ctx, &r, &state, j->why)) != E_OK ||
	    (state != ROUTINE_CURRENT && (e = make(j, &r)) != E_OK))
		return e;
	if (r.grant == NULL || !has_own_account(j->ctx->conf))
		return E_OK;
	to = grantee(j);
	return run(j, arena_printf(j->ctx->arena, "%s TO %s", r.grant, to),
	    NULL);
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

static void
wipe(char *text)
{
	if (text != NULL)
		explicit_bzero(text, strlen(text));
}

/* The password in the workers' file; "" where there is none. */
static enum err
quoted_password(struct job *j, char **quoted)
{
	const struct conf *c = j->ctx->conf;
	char why[CONF_WHY_BYTES], *password = NULL;
	size_t len;

	if (c->db_password_file[0] != '\0' && conf_read_secret(
	    c->db_password_file, PASSWORD_BYTES_MAX, &password, &len, why)
	    != E_OK) {
		*j->why = arena_printf(j->ctx->arena, "%s", why);
		return E_UNAVAILABLE;
	}
	*quoted = db_quote(j->ctx->db, j->ctx->arena, password != NULL
	    ? password : "");
	wipe(password);
	free(password);
	return E_OK;
}

/* No one may come in with it in the clear where the workers don't. */
static enum err
make_account(struct job *j, const char *to)
{
	struct arena *a = j->ctx->arena;
	char *quoted, *sql;
	enum err e = quoted_password(j, &quoted);

	if (e != E_OK)
		return e;
	sql = quoted == NULL ? NULL : arena_printf(a,
	    "ALTER USER %s IDENTIFIED BY %s REQUIRE %s", to, quoted,
	    db_uses_tls(j->ctx->conf) ? "SSL" : "NONE");
	e = run(j, arena_printf(a, "CREATE USER IF NOT EXISTS %s", to), NULL);
	if (e == E_OK)
		e = run(j, sql, NULL);
	wipe(quoted);
	wipe(sql);
	return e;
}

/* The workers' account with the password in its file, and what it may. */
static enum err
account(struct job *j)
{
	const char *to = grantee(j);
	enum err e;

	if (!has_own_account(j->ctx->conf))
		return E_OK;
	if ((e = make_account(j, to)) != E_OK)
		return e;
	return run(j, arena_printf(j->ctx->arena, "%s TO %s",
	    schema_select_grant(j->ctx), to), NULL);
}

/*
 * The shop's id (shop/identity.h).  The row of a database that was copied
 * under another name is the other shop's.
 */
static enum err
identity(struct job *j)
{
	return run(j, "REPLACE INTO shop_identity (one, id, database_name) "
	    "SELECT 1, LEFT(SHA2(CONCAT(UUID(), RAND(), RAND()), 256), 16), "
	    "DATABASE() FROM (SELECT 1) one WHERE NOT EXISTS (SELECT 1 "
	    "FROM shop_identity WHERE BINARY database_name "
	    "= BINARY DATABASE())", NULL);
}

enum err
migrate_run(struct ctx *ctx, FILE *out, const char **why)
{
	struct job j = { ctx, out, why };
	char *own = arena_copy(ctx->arena, schema_own_tables,
	    strlen(schema_own_tables));
	enum err e;

	*why = "out of memory";
	if (own == NULL)
		return E_UNAVAILABLE;
	if ((e = ddl_begin(ctx, why)) != E_OK ||
	    (e = ddl_lock(ctx, "CONCAT('shop.migrate.', "
	    "LEFT(SHA2(DATABASE(), 256), 32))", 30, why)) != E_OK ||
	    (e = run_script(&j, own)) != E_OK || (e = identity(&j)) != E_OK ||
	    (e = migrations(&j)) != E_OK || (e = account(&j)) != E_OK)
		return e;
	return routines(&j);
}
