/* SPDX-License-Identifier: MIT */
/*
 * One snapshot, and all queries in it: a difference between two of them is then
 * a violation, and not the shop going on meanwhile.
 */
#include "config.h"

#include "ops/audit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/num.h"
#include "ops/ahead.h"
#include "ops/schema.h"
#include "ops/script.h"

/* Both servers' number: altered or emptied since the snapshot, it can't be read. */
#define TABLE_CHANGED	1412

/* An archive that is emptied has six tables, one after the other. */
#define CHANGED_TRIES	10
#define CHANGED_PAUSE_MS 200

struct job {
	struct ctx *ctx;
	FILE *out;
	struct audit *audit;
	char *why;
	const char *since;
	bool by_mark;			/* since is a mark, not a time */
	struct audit_mark from, next;
	const char *hour;		/* of since, where it is a time */
};

static enum err
run_query(struct job *j, const char *sql, struct db_result *r)
{
	return script_run(j->ctx, sql, r, j->why);
}

static int64_t
number_at(const struct db_result *r, size_t row, size_t col)
{
	const struct db_cell *c = db_at(r, row, col);

	return c->null ? 0 : strtoll(c->s, NULL, 10);
}

/* ---- One invariant */

static enum err
run_one(struct job *j, const char *name, const char *sql)
{
	struct db_result r;
	enum err e = run_query(j, arena_printf(j->ctx->arena,
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

/* The part of a query among those of an invariant, by its name's end. */
enum scope { SCOPE_WHOLE, SCOPE_SINCE, SCOPE_SUSPICION, SCOPE_BOTH };

/* Cuts that end off. */
static enum scope
scope_of(char *name)
{
	static const struct {
		const char *end;
		enum scope scope;
	} ends[] = { { "@since", SCOPE_SINCE }, { "@since?", SCOPE_SUSPICION },
	    { "@both", SCOPE_BOTH } };
	char *end = strchr(name, '@');

	for (size_t i = 0; end != NULL && i < sizeof ends / sizeof ends[0];
	    i++)
		if (strcmp(end, ends[i].end) == 0) {
			*end = '\0';
			return ends[i].scope;
		}
	return SCOPE_WHOLE;
}

static enum err
read_invariants(struct job *j, char **text)
{
	return schema_read(j->ctx, ".", "invariants.sql", text, j->why);
}

/* The next query of the file; NULL at its end. */
static const char *
next_query(char **text, const char **name, enum scope *scope)
{
	static char nameless[] = "invariant";
	char *label;
	const char *sql = script_next(text, &label);

	*name = label = label != NULL ? label : nameless;
	*scope = scope_of(label);
	return sql;
}

/* The query of this name that reads everything, and whose answer counts. */
static enum err
run_whole(struct job *j, const char *wanted)
{
	const char *sql, *name;
	enum scope scope;
	char *text;
	enum err e = read_invariants(j, &text);

	if (e != E_OK)
		return e;
	while ((sql = next_query(&text, &name, &scope)) != NULL)
		if (scope == SCOPE_WHOLE && strcmp(name, wanted) == 0)
			return run_one(j, name, sql);
	why_say(j->why, "invariants.sql is not this program's");
	return E_UNAVAILABLE;
}

/* A quick query: rows mean a suspicion, which the whole one then judges. */
static enum err
run_suspicion(struct job *j, const char *name, const char *sql)
{
	struct db_result r;
	enum err e = run_query(j, arena_printf(j->ctx->arena,
	    "SELECT 1 FROM (%s) v LIMIT 1", sql), &r);

	return e != E_OK || r.rows == 0 ? e : run_whole(j, name);
}

static enum err
run_all(struct job *j)
{
	const char *sql, *name;
	enum scope scope;
	char *text;
	enum err e = read_invariants(j, &text);

	while (e == E_OK && (sql = next_query(&text, &name, &scope)) != NULL) {
		bool wanted = scope == SCOPE_BOTH ||
		    (j->since == NULL) == (scope == SCOPE_WHOLE);

		if (wanted && scope == SCOPE_SUSPICION)
			e = run_suspicion(j, name, sql);
		else if (wanted)
			e = run_one(j, name, sql);
	}
	return e;
}

/*
 * Everything is seen as it is at one moment, while the shop goes on.  Whole
 * tables are sorted and summed: in memory, where there is a million rows.
 */
static enum err
snapshot(struct job *j)
{
	static const char *const begin[] = {
		"SET @ledger_from = NULL, @order_from = NULL, "
		    "@mark_from = NULL",
		"SET SESSION tmp_table_size = 268435456, "
		    "max_heap_table_size = 268435456, "
		    "sort_buffer_size = 33554432",
		"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
		"START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
	};
	enum err e = E_OK;

	for (size_t i = 0; e == E_OK && i < sizeof begin / sizeof begin[0];
	    i++)
		e = run_query(j, begin[i], NULL);
	return e;
}

/* ---- What is since */

bool
audit_since_is_valid(const char *since)
{
	char time[NUM_TIME_BYTES];
	struct audit_mark m;

	return audit_mark_parse(since, &m) || num_db_time(since, time);
}

/* The last id before the first row that is dated in the hour or later. */
static enum err
last_before(struct job *j, const char *table, const char *date, int64_t *id)
{
	struct db_result r;
	enum err e = run_query(j, arena_printf(j->ctx->arena, "SELECT COALESCE("
	    "(SELECT id FROM %s WHERE %s >= '%s' ORDER BY id LIMIT 1) - 1, "
	    "(SELECT MAX(id) FROM %s), 0)", table, date, j->hour, table), &r);

	if (e == E_OK)
		*id = number_at(&r, 0, 0);
	return e;
}

static enum err
find_hour(struct job *j)
{
	struct arena *a = j->ctx->arena;
	struct audit_mark *m = &j->from;
	int64_t order = 0;
	char time[NUM_TIME_BYTES];
	struct db_result r;
	enum err e;

	if (!num_db_time(j->since, time))
		return E_INTERNAL;
	e = run_query(j, arena_printf(a, "SELECT CAST('%s' AS DATETIME(3)) > "
	    "UTC_TIMESTAMP(3)", time), &r);
	if (e == E_OK && number_at(&r, 0, 0) != 0) {
		why_say(j->why, "that time is ahead of the database's clock");
		return E_STALE;
	}
	j->hour = arena_printf(a, "%.13s:00:00", time);
	if (e != E_OK || (e = last_before(j, "points_ledger", "created_at",
	    &m->ledger)) != E_OK || (e = last_before(j, "payments",
	    "created_at", &m->payment)) != E_OK || (e = last_before(j,
	    "orders", "created_at", &order)) != E_OK)
		return e;
	if (order < m->payment)
		m->payment = order;
	return last_before(j, "sales_marks", "hour", &m->mark);
}

/* Sets the variables at which queries for new rows begin. */
static enum err
set_since(struct job *j)
{
	enum err e = j->by_mark ? audit_mark_check(j->ctx, &j->from, j->why)
	    : find_hour(j);

	return e != E_OK ? e : run_query(j, arena_printf(j->ctx->arena, "SET "
	    "@ledger_from = %" PRId64 ", @order_from = %" PRId64 ", "
	    "@mark_from = %" PRId64, j->from.ledger + 1, j->from.payment + 1,
	    j->from.mark + 1), NULL);
}

/*
 * The mark's checksum tells what was sold before it.  Without a mark, or if the
 * checksum differs, all lines are read.
 */
static enum err
check_sold(struct job *j)
{
	struct audit_mark now = j->from;
	enum err e;

	if (j->since == NULL)
		return E_OK;
	if (j->by_mark) {
		e = audit_mark_sold(j->ctx, &now, j->why);
		if (e != E_OK || now.sold == j->from.sold)
			return e;
	}
	return run_whole(j, "sold_is_orders");
}

/* ---- What is dated ahead */

/* The latest date of all rows, or of those since the mark and before it. */
static enum err
take_dated(struct job *j)
{
	int64_t ledger = j->by_mark ? j->from.ledger : 0;
	int64_t payment = j->by_mark ? j->from.payment : 0;
	struct db_result r;
	enum err e = run_query(j, arena_printf(j->ctx->arena, "SELECT GREATEST("
	    "%" PRId64 ", COALESCE((SELECT TO_SECONDS(MAX(created_at)) "
	    "FROM points_ledger WHERE id > %" PRId64 "), 0), "
	    "COALESCE((SELECT TO_SECONDS(MAX(created_at)) FROM payments "
	    "WHERE id > %" PRId64 "), 0), COALESCE((SELECT "
	    "TO_SECONDS(MAX(created_at)) FROM orders WHERE id > %" PRId64
	    "), 0)), TO_SECONDS(UTC_TIMESTAMP())",
	    j->by_mark ? j->from.dated_s : 0, ledger, payment, payment), &r);

	if (e != E_OK)
		return e;
	j->next.dated_s = number_at(&r, 0, 0);
	if (j->by_mark && j->next.dated_s > number_at(&r, 0, 1) + AHEAD_S) {
		/*
		 * There are such rows, before the mark or behind it, unless
		 * they have been dated anew meanwhile: look at all.
		 */
		j->by_mark = false;
		return take_dated(j);
	}
	return E_OK;
}

/*
 * With a mark all tables are read only if its date lies ahead of the clock, and
 * then the new mark has the latest date of all rows again.
 */
static enum err
find_ahead(struct job *j)
{
	struct db_result *r = arena_alloc(j->ctx->arena, sizeof *r);
	enum err e = take_dated(j);

	if (e != E_OK || j->by_mark || r == NULL)
		return e;
	e = run_query(j, ahead_query(j->ctx->arena, true), r);
	if (e == E_OK)
		j->audit->ahead = r;
	return e;
}

/* ---- All of it */

static enum err
take_next(struct job *j)
{
	struct audit *audit = j->audit;
	enum err e = audit_mark_sold(j->ctx, &j->next, j->why);

	if (e != E_OK)
		return e;
	if (audit->kept == NULL)
		audit_mark_print(&j->next, audit->mark);
	else if (j->since != NULL)
		snprintf(audit->mark, sizeof audit->mark, "%s", j->since);
	return E_OK;
}

static enum err
audit_once(struct ctx *ctx, const char *since, FILE *out, struct audit *audit,
    char *why)
{
	struct job j = { .ctx = ctx, .out = out, .audit = audit, .why = why,
	    .since = since };
	enum err e;

	memset(audit, 0, sizeof *audit);
	j.by_mark = since != NULL && audit_mark_parse(since, &j.from);
	if ((e = audit_mark_take(ctx, &j.next, &audit->kept, why)) != E_OK ||
	    (e = snapshot(&j)) != E_OK ||
	    (since != NULL && (e = set_since(&j)) != E_OK) ||
	    (e = run_all(&j)) != E_OK || (e = check_sold(&j)) != E_OK ||
	    (e = find_ahead(&j)) != E_OK)
		return e;
	return take_next(&j);
}

/* archive empty and migrate may be at work meanwhile: then a newer snapshot. */
enum err
audit_run(struct ctx *ctx, const char *since, FILE *out, struct audit *audit,
    char *why)
{
	const struct timespec pause = { 0, CHANGED_PAUSE_MS * 1000000L };
	enum err e = audit_once(ctx, since, out, audit, why);

	for (int i = 1; e == E_UNAVAILABLE && i < CHANGED_TRIES &&
	    db_error_number(ctx->db) == TABLE_CHANGED; i++) {
		nanosleep(&pause, NULL);
		e = audit_once(ctx, since, out, audit, why);
	}
	return e;
}
