/* SPDX-License-Identifier: MIT */
/*
 * Rows that are dated ahead of the clock: one statement finds them, a routine
 * dates them anew.
 */
#include "config.h"

#include "ops/ahead.h"

#include <inttypes.h>

#include "base/arena.h"

/* Each column that a clock is written to, and by which number its rows are told. */
static const struct {
	const char *name, *table, *date, *id;
} of[] = {
	{ "orders", "orders", "created_at", "id" },
	{ "orders.cancelled_at", "orders", "cancelled_at", "id" },
	{ "orders.fulfilled_at", "orders", "fulfilled_at", "id" },
	{ "payments", "payments", "created_at", "id" },
	{ "points_ledger", "points_ledger", "created_at", "id" },
	{ "stock_movements", "stock_movements", "created_at", "id" },
	{ "users", "users", "created_at", "id" },
	{ "products", "products", "created_at", "id" },
	{ "sales_marks", "sales_marks", "hour", "id" },
	{ "credentials", "credentials", "changed_at", "user_id" },
	{ "grants", "grants", "created_at", "ledger_id" },
	{ "cart_items", "cart_items", "added_at", "user_id" },
	{ "requests", "requests", "created_at", "user_id" },
};

/* Ids grow in the order of making, whatever the clock says. */
const char *
ahead_query(struct arena *a, bool whole)
{
	const char *sql = "";

	for (size_t i = 0; sql != NULL && i < sizeof of / sizeof of[0]; i++) {
		const char *t = of[i].table, *d = of[i].date, *id = of[i].id;
		const char *newest = whole ? "" : arena_printf(a, "AND %s > "
		    "(SELECT MAX(%s) FROM %s) - %d ", id, id, t, AHEAD_ROWS);

		sql = newest == NULL ? NULL : arena_printf(a, "%s%sSELECT "
		    "CONCAT('%s: ', COUNT(*), ' dated ahead of the clock, "
		    "%ss ', MIN(%s), ' to ', MAX(%s), ', up to ', MAX(%s)) "
		    "FROM %s WHERE %s > UTC_TIMESTAMP(3) + INTERVAL %d SECOND "
		    "%sHAVING COUNT(*) > 0", sql, i > 0 ? " UNION ALL " : "",
		    of[i].name, id, id, id, d, t, d, AHEAD_S, newest);
	}
	return sql;
}

enum err
ahead_redate(struct ctx *ctx, FILE *out)
{
	static const char *const told[] = { "orders", "payments", "ledger",
		"marks", "others" };
	struct db_arg arg[] = { DB_INT(AHEAD_S) };
	struct attempt w = { SQL_REDATE, arg, 1, NULL, E_UNAVAILABLE };
	struct db_result r;
	bool replayed;
	enum err e = attempt_write(ctx, &w, &r, &replayed);

	for (size_t i = 0; e == E_OK && i < sizeof told / sizeof told[0]; i++)
		fprintf(out, "%s %" PRId64 "\n", told[i], db_at(&r, 0, i + 1)->i);
	return e;
}
