/* SPDX-License-Identifier: MIT */
/*
 * A loop a table.  Nothing is remembered between two runs: what is still there
 * and dated before the day is what is left to do.
 */
#include "config.h"

#include "ops/archive.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/num.h"
#include "ops/ddl.h"
#include "ops/script.h"

/* Bytes that one call's answer may take. */
#define CALL_ARENA_BYTES 65536

#define DAY_BYTES sizeof "2026-01-31"

static const char *const archived_tables[] = { "points_ledger", "orders",
    "order_items", "payments", "stock_movements", "sales_marks" };
#define TABLES (sizeof archived_tables / sizeof archived_tables[0])

/* What a row of archive_begin is, behind its outcome. */
enum floor { FLOOR_NONE, FLOOR_LEDGER, FLOOR_PAYMENTS, FLOOR_MOVEMENTS,
    FLOOR_MARKS, FLOORS };

struct move {
	struct ctx *ctx;	/* whose arena is emptied after each call */
	const char *day;
	bool paid;
	int64_t floor[FLOORS];
	FILE *out;
	char *why;
};

bool
archive_is_day(const char *day)
{
	char text[64], time[NUM_TIME_BYTES];

	return strlen(day) == DAY_BYTES - 1 && snprintf(text, sizeof text,
	    "%sT00:00:00.000Z", day) > 0 && num_db_time(text, time);
}

/* ---- One transaction after the other */

/* One CALL; it has a request's time of its own. */
static enum err
call_routine(struct move *m, enum sql sql, struct db_arg *arg, size_t n,
    struct db_result *r)
{
	struct attempt w = { sql, arg, n, NULL, E_UNAVAILABLE };
	bool replayed;

	m->ctx->start_us = num_monotonic_us();
	if (attempt_write(m->ctx, &w, r, &replayed) == E_OK)
		return E_OK;
	why_say(m->why, "%s", db_error(m->ctx->db));
	return E_UNAVAILABLE;
}

/* As long as it took; at least so long that others get to the processor. */
static void
leave_room(int64_t since_us)
{
	int64_t us = num_monotonic_us() - since_us;
	const struct timespec t = { (time_t)(us / 1000000),
	    (long)(us % 1000000) * 1000 + 1000 };

	nanosleep(&t, NULL);
}

/*
 * Calls it until there is nothing more: the argument `after` is set to what it
 * says the next one goes on behind.
 */
static enum err
move_all(struct move *m, const char *name, enum sql sql, struct db_arg *arg,
    size_t n, int64_t *after)
{
	int64_t moved = 0;
	struct db_result r;
	bool more = true;
	enum err e = E_OK;

	while (more && (e = call_routine(m, sql, arg, n, &r)) == E_OK) {
		int64_t began_us = m->ctx->start_us;

		moved += db_at(&r, 0, 2)->i;
		more = !db_at(&r, 0, 1)->null;
		if (more && after != NULL)
			*after = db_at(&r, 0, 1)->i;
		arena_reset(m->ctx->arena);
		if (more)
			leave_room(began_us);
	}
	fprintf(m->out, "%s %" PRId64 "\n", name, moved);
	return e;
}

/* Keys first: what they made must not be gone while they are asked for. */
static enum err
move_tables(struct move *m)
{
	struct db_arg keys[] = { DB_INT(ARCHIVE_ROWS) };
	struct db_arg ledger[] = { DB_INT(0), DB_INT(m->floor[FLOOR_LEDGER]),
	    DB_INT(ARCHIVE_ROWS) };
	struct db_arg orders[] = { DB_INT(0), DB_INT(m->floor[FLOOR_PAYMENTS]),
	    DB_TEXT(m->day, strlen(m->day)), DB_INT(ARCHIVE_ROWS),
	    DB_INT(m->paid) };
	struct db_arg movements[] = { DB_INT(0),
	    DB_INT(m->floor[FLOOR_MOVEMENTS]), DB_INT(ARCHIVE_ROWS) };
	struct db_arg marks[] = { DB_INT(0), DB_INT(m->floor[FLOOR_MARKS]),
	    DB_TEXT(m->day, strlen(m->day)), DB_INT(ARCHIVE_ROWS) };
	enum err e = move_all(m, "keys", SQL_ARCHIVE_KEYS, keys, 1, NULL);

	if (e == E_OK)
		e = move_all(m, "ledger", SQL_ARCHIVE_LEDGER, ledger, 3,
		    &ledger[0].i);
	if (e == E_OK)
		e = move_all(m, "orders", SQL_ARCHIVE_SETTLED, orders, 5,
		    &orders[0].i);
	if (e == E_OK)
		e = move_all(m, "movements", SQL_ARCHIVE_MOVEMENTS, movements,
		    3, &movements[0].i);
	return e != E_OK ? e : move_all(m, "marks", SQL_ARCHIVE_MARKS, marks, 4,
	    &marks[0].i);
}

/* ---- Whether it may be done */

/* One at a time; the lock ends with the connection. */
static enum err
archive_lock(struct ctx *ctx, char *why)
{
	struct db_result r;
	enum err e = script_run(ctx, "SELECT GET_LOCK(CONCAT('shop.archive.', "
	    "LEFT(SHA2(DATABASE(), 256), 32)), 0)", &r, why);

	if (e != E_OK || strcmp(db_at(&r, 0, 0)->null ? "" : db_at(&r, 0, 0)->s,
	    "1") == 0)
		return e;
	why_say(why, "another one is at work with the archive");
	return E_UNAVAILABLE;
}

struct archive {
	const char *day;	/* the latest of its rows'; NULL: it never had any */
	int64_t rows;
	bool emptying;		/* which was cut short */
};

static enum err
look_at_archive(struct ctx *ctx, struct archive *is, char *why)
{
	struct db_result r;
	enum err e = script_run(ctx, "SELECT MAX(before_day), "
	    "COALESCE(SUM(entries), 0), COALESCE(MAX(emptying), 0) "
	    "FROM archive_totals", &r, why);

	if (e != E_OK)
		return e;
	is->day = db_at(&r, 0, 0)->null ? NULL : db_at(&r, 0, 0)->s;
	is->rows = strtoll(db_at(&r, 0, 1)->s, NULL, 10);
	is->emptying = strcmp(db_at(&r, 0, 2)->s, "0") != 0;
	return E_OK;
}

static enum err
old_enough(struct ctx *ctx, const char *day, char *why)
{
	struct db_result r;
	enum err e = script_run(ctx, arena_printf(ctx->arena, "SELECT "
	    "d.latest, '%s' <= d.latest FROM (SELECT CAST(UTC_DATE() - "
	    "INTERVAL %d DAY AS CHAR) AS latest) d", day, ARCHIVE_DAYS_MIN),
	    &r, why);

	if (e != E_OK || strcmp(db_at(&r, 0, 1)->s, "1") == 0)
		return e;
	why_say(why, "%s is too late: keys of orders and charges are good for "
	    "%d days, so that %s is the latest", day, ARCHIVE_DAYS_MIN,
	    db_at(&r, 0, 0)->s);
	return E_STALE;
}

static enum err
may_archive(struct ctx *ctx, const char *day, char *why)
{
	struct archive is;
	enum err e;

	if ((e = archive_lock(ctx, why)) != E_OK ||
	    (e = look_at_archive(ctx, &is, why)) != E_OK ||
	    (e = old_enough(ctx, day, why)) != E_OK || !is.emptying)
		return e;
	why_say(why, "the archive is being emptied, which was cut short: run "
	    "shopctl archive empty --before %s --rows %" PRId64,
	    is.day != NULL ? is.day : day, is.rows);
	return E_UNAVAILABLE;
}

/* How far of each table it goes. */
static enum err
find_floors(struct move *m)
{
	struct db_arg arg[] = { DB_TEXT(m->day, strlen(m->day)) };
	struct db_result r;
	enum err e = call_routine(m, SQL_ARCHIVE_BEGIN, arg, 1, &r);

	for (int i = FLOOR_LEDGER; e == E_OK && i < FLOORS; i++)
		m->floor[i] = db_at(&r, 0, (size_t)i)->i;
	return e;
}

enum err
archive_run(struct ctx *ctx, const char *day, bool paid, FILE *out,
    char *why)
{
	struct ctx own = *ctx;
	struct move m = { .ctx = &own, .day = day, .paid = paid, .out = out,
	    .why = why };
	enum err e = may_archive(ctx, day, why);

	if (e != E_OK)
		return e;
	why_say(why, "out of memory");
	if ((own.arena = arena_new(CALL_ARENA_BYTES)) == NULL)
		return E_UNAVAILABLE;
	if ((e = find_floors(&m)) == E_OK)
		e = move_tables(&m);
	arena_free(own.arena);
	return e;
}

/* ---- Emptying it */

/* Until the totals say 0 no audit looks at the tables. */
static enum err
empty_tables(struct ctx *ctx, char *why)
{
	struct arena *a = ctx->arena;
	enum err e = ddl_run(ctx, "UPDATE archive_totals SET emptying = 1",
	    NULL, why);

	for (size_t i = 0; e == E_OK && i < TABLES; i++)
		e = ddl_run(ctx, arena_printf(a, "TRUNCATE TABLE archive_%s",
		    archived_tables[i]), NULL, why);
	return e != E_OK ? e : ddl_run(ctx, "UPDATE archive_totals SET "
	    "entries = 0, checksum = 0, emptying = 0", NULL, why);
}

static enum err
told_totals(struct ctx *ctx, FILE *out, char *why)
{
	struct db_result r;
	enum err e = script_run(ctx, "SELECT of_table, entries FROM "
	    "archive_totals ORDER BY of_table", &r, why);

	for (size_t i = 0; e == E_OK && i < r.rows; i++)
		fprintf(out, "%s %s\n", db_at(&r, i, 0)->s,
		    db_at(&r, i, 1)->s);
	return e;
}

enum err
archive_empty(struct ctx *ctx, const char *day, int64_t rows, FILE *out,
    char *why)
{
	struct archive is;
	enum err e;

	if ((e = ddl_begin(ctx, why)) != E_OK ||
	    (e = archive_lock(ctx, why)) != E_OK ||
	    (e = look_at_archive(ctx, &is, why)) != E_OK)
		return e;
	if (is.day == NULL)
		why_say(why, "nothing was ever archived");
	else if (strcmp(is.day, day) != 0)
		why_say(why, "the archive has rows of before %s: empty it by "
		    "that day", is.day);
	else if (is.rows != rows)
		why_say(why, "the archive has %" PRId64 " rows, and not %" PRId64
		    ": dump it, and count what the dump has", is.rows, rows);
	else
		return (e = told_totals(ctx, out, why)) != E_OK ? e
		    : empty_tables(ctx, why);
	return E_UNAVAILABLE;
}
