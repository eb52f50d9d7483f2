/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "shop/audit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/file.h"
#include "shop/script.h"

struct job {
	struct ctx *ctx;
	FILE *out;
	struct audit *audit;
	const char **why;
};

static enum err
run(struct job *j, const char *sql, struct db_result *r)
{
	return script_run(j->ctx, sql, r, j->why);
}

static enum err
run_one(struct job *j, const char *name, const char *sql)
{
	struct db_result r;
	enum err e = run(j, arena_printf(j->ctx->arena,
	    "SELECT v.violation FROM (%s) v LIMIT %d", sql,
	    AUDIT_ROWS_MAX + 1), &r);

	if (e != E_OK)
		return e;
	for (size_t i = 0; i < r.rows && i < AUDIT_ROWS_MAX; i++)
		fprintf(j->out, "%s: %s\n", name, db_at(&r, i, 0)->s);
	if (r.rows > AUDIT_ROWS_MAX)
		fprintf(j->out, "%s: and more\n", name);
	j->audit->violations += r.rows;
	return E_OK;
}

/*
 * Everything is seen as it is at one moment, while the shop goes on.  Whole
 * tables are sorted and summed: in memory, where there is a million rows.
 */
static enum err
snapshot(struct job *j)
{
	static const char *const begin[] = {
		"SET SESSION tmp_table_size = 268435456, "
		    "max_heap_table_size = 268435456, "
		    "sort_buffer_size = 33554432",
		"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
		"START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
	};
	enum err e = E_OK;

	for (size_t i = 0; e == E_OK && i < sizeof begin / sizeof begin[0];
	    i++)
		e = run(j, begin[i], NULL);
	return e;
}

/*
 * The database's clock, read before the snapshot is taken, less the time a
 * transaction may take: one that was in flight then, and which the snapshot
 * doesn't show, has a later created_at than this, and is the next audit's.
 */
static enum err
take_mark(struct job *j)
{
	struct db_result r;
	enum err e = run(j, arena_printf(j->ctx->arena,
	    "SELECT UTC_TIMESTAMP(3) - INTERVAL %d SECOND",
	    AUDIT_IN_FLIGHT_S), &r);

	if (e != E_OK || num_rfc3339(db_at(&r, 0, 0)->s, j->audit->mark))
		return e;
	*j->why = "the database tells no time";
	return E_UNAVAILABLE;
}

/* The largest id of a table; 0 where there is none. */
static enum err
last_id(struct job *j, const char *table, int64_t *id)
{
	struct db_result r;
	enum err e = run(j, arena_printf(j->ctx->arena,
	    "SELECT COALESCE(MAX(id), 0) FROM %s", table), &r);

	if (e == E_OK)
		*id = strtoll(db_at(&r, 0, 0)->s, NULL, 10);
	return e;
}

/*
 * Sets @NAME to an id of the table below which nothing was created since
 * @hour, by halving the ids: created_at has no key.  A row that is older than
 * the hour by AUDIT_DISORDER_S has none of the hour before it, whichever row
 * of the disorder around there the search ends at.
 */
static enum err
set_from(struct job *j, const char *name, const char *table)
{
	struct arena *a = j->ctx->arena;
	int64_t low = 1, high = 0, middle;
	struct db_result r;
	enum err e = last_id(j, table, &high);

	for (high++; e == E_OK && low < high; ) {
		middle = low + (high - low) / 2;
		e = run(j, arena_printf(a, "SELECT id, created_at >= "
		    "@hour - INTERVAL %d SECOND FROM %s WHERE id >= %lld "
		    "ORDER BY id LIMIT 1", AUDIT_DISORDER_S, table,
		    (long long)middle), &r);
		if (e != E_OK)
			return e;
		if (strcmp(db_at(&r, 0, 1)->s, "1") == 0)
			high = middle;
		else
			low = strtoll(db_at(&r, 0, 0)->s, NULL, 10) + 1;
	}
	return e != E_OK ? e : run(j, arena_printf(a, "SET @%s = %lld", name,
	    (long long)low), NULL);
}

/* What the queries of invariants_since.sql begin at. */
static enum err
set_since(struct job *j, const char *since)
{
	static const struct {
		const char *name, *table;
	} from[] = {
		{ "ledger_from", "points_ledger" },
		{ "order_from", "orders" },
		{ "payment_from", "payments" },
	};
	struct db_result r;
	enum err e = run(j, arena_printf(j->ctx->arena, "SELECT "
	    "CAST('%s' AS DATETIME(3)) > UTC_TIMESTAMP(3)", since), &r);

	if (e == E_OK && strcmp(db_at(&r, 0, 0)->s, "0") != 0) {
		*j->why = "that time is ahead of the database's clock";
		return E_UNAVAILABLE;
	}
	if (e == E_OK)
		e = run(j, arena_printf(j->ctx->arena,
		    "SET @hour = CAST('%.13s:00:00' AS DATETIME)", since),
		    NULL);
	for (size_t i = 0; e == E_OK && i < sizeof from / sizeof from[0]; i++)
		e = set_from(j, from[i].name, from[i].table);
	return e;
}

enum err
audit_run(struct ctx *ctx, const char *since, FILE *out, struct audit *audit,
    const char **why)
{
	struct job j = { ctx, out, audit, why };
	const char *path = arena_printf(ctx->arena, "%s/%s.sql",
	    ctx->conf->schema_dir,
	    since != NULL ? "invariants_since" : "invariants");
	char *text = path != NULL ? file_read(ctx->arena, path) : NULL;
	const char *sql, *name;
	enum err e;

	memset(audit, 0, sizeof *audit);
	if (text == NULL) {
		*why = arena_printf(ctx->arena, "%s: %s", path,
		    strerror(errno));
		return E_UNAVAILABLE;
	}
	if ((e = take_mark(&j)) != E_OK || (e = snapshot(&j)) != E_OK ||
	    (since != NULL && (e = set_since(&j, since)) != E_OK))
		return e;
	while (e == E_OK && (sql = script_next(&text, &name)) != NULL)
		e = run_one(&j, name != NULL ? name : "invariant", sql);
	return e;
}
