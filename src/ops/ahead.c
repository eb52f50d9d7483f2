/* SPDX-License-Identifier: MIT */
/*
 * Rows that are dated ahead of the clock: one statement finds them, a routine
 * dates them anew.
 */
#include "config.h"

#include "ops/ahead.h"

#include <inttypes.h>

#include "base/arena.h"

/* Ids grow in the order of making, whatever the clock says. */
const char *
ahead_query(struct arena *a, bool whole)
{
	static const struct {
		const char *table, *date;
	} of[] = {
		{ "orders", "created_at" },
		{ "payments", "created_at" },
		{ "points_ledger", "created_at" },
		{ "stock_movements", "created_at" },
		{ "users", "created_at" },
		{ "products", "created_at" },
		{ "sales_marks", "hour" },
	};
	const char *sql = "";

	for (size_t i = 0; sql != NULL && i < sizeof of / sizeof of[0]; i++) {
		const char *t = of[i].table, *d = of[i].date;
		const char *newest = whole ? "" : arena_printf(a, "AND id > "
		    "(SELECT MAX(id) FROM %s) - %d ", t, AHEAD_ROWS);

		sql = newest == NULL ? NULL : arena_printf(a, "%s%sSELECT "
		    "CONCAT('%s: ', COUNT(*), ' dated ahead of the clock, "
		    "ids ', MIN(id), ' to ', MAX(id), ', up to ', MAX(%s)) "
		    "FROM %s WHERE %s > UTC_TIMESTAMP(3) + INTERVAL %d SECOND "
		    "%sHAVING COUNT(*) > 0", sql, i > 0 ? " UNION ALL " : "",
		    t, d, t, d, AHEAD_S, newest);
	}
	return sql;
}

enum err
ahead_redate(struct ctx *ctx, FILE *out)
{
	static const char *const of[] = { "orders", "payments", "ledger",
		"marks", "others" };
	struct db_arg arg[] = { DB_INT(AHEAD_S) };
	struct attempt w = { SQL_REDATE, arg, 1, NULL, E_UNAVAILABLE };
	struct db_result r;
	bool replayed;
	enum err e = attempt_write(ctx, &w, &r, &replayed);

	for (size_t i = 0; e == E_OK && i < sizeof of / sizeof of[0]; i++)
		fprintf(out, "%s %" PRId64 "\n", of[i], db_at(&r, 0, i + 1)->i);
	return e;
}
