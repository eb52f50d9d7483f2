/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "shop/audit.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/file.h"
#include "shop/script.h"

static enum err
run_one(struct ctx *ctx, const char *name, const char *sql, FILE *out,
    size_t *violations)
{
	struct db_result r;
	const char *limited = arena_printf(ctx->arena,
	    "SELECT v.violation FROM (%s) v LIMIT %d", sql,
	    AUDIT_ROWS_MAX + 1);

	if (limited == NULL ||
	    db_text(ctx->db, ctx->arena, limited, &r) != DB_OK)
		return E_UNAVAILABLE;
	for (size_t i = 0; i < r.rows && i < AUDIT_ROWS_MAX; i++)
		fprintf(out, "%s: %s\n", name, db_at(&r, i, 0)->s);
	if (r.rows > AUDIT_ROWS_MAX)
		fprintf(out, "%s: and more\n", name);
	*violations += r.rows;
	return E_OK;
}

/* Everything is seen as it is at one moment, while the shop goes on. */
static enum err
snapshot(struct ctx *ctx)
{
	static const char *const begin[] = {
		"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
		"START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
	};
	struct db_result r;

	for (size_t i = 0; i < sizeof begin / sizeof begin[0]; i++)
		if (db_text(ctx->db, ctx->arena, begin[i], &r) != DB_OK)
			return E_UNAVAILABLE;
	return E_OK;
}

enum err
audit_run(struct ctx *ctx, FILE *out, size_t *violations, const char **why)
{
	const char *path = arena_printf(ctx->arena, "%s/invariants.sql",
	    ctx->conf->schema_dir);
	char *text = path != NULL ? file_read(ctx->arena, path) : NULL;
	const char *sql, *name;
	enum err e;

	*violations = 0;
	if (text == NULL) {
		*why = arena_printf(ctx->arena, "%s: %s", path,
		    strerror(errno));
		return E_UNAVAILABLE;
	}
	e = snapshot(ctx);
	while (e == E_OK && (sql = script_next(&text, &name)) != NULL)
		e = run_one(ctx, name != NULL ? name : "invariant", sql, out,
		    violations);
	if (e != E_OK)
		*why = db_error(ctx->db);
	return e;
}
