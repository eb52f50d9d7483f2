/* SPDX-License-Identifier: MIT */
/*
 * Rows that are dated ahead of the database's clock: they were written while it
 * was wrong, unless it is wrong now.  Neither money nor stock is lost by it,
 * and the ranking doesn't count such rows before their time; shopctl redate
 * dates them anew.
 */
#ifndef SHOP_AHEAD_H
#define SHOP_AHEAD_H

#include <stdbool.h>
#include <stdio.h>

#include "shop/attempt.h"

/* Less is what clocks differ by, and are set by, every day. */
#define AHEAD_S 60

/* Of large tables doctor looks at the newest rows alone. */
#define AHEAD_ROWS 1000000

/* The remedy, for an operator. */
#define AHEAD_REMEDY "see that the database's clock is right, then run " \
    "shopctl redate"

/*
 * A statement whose rows name it, a table each: "orders: 2 dated ahead of the
 * clock, ids 7 to 9, up to 2027-01-31 12:34:56.789".  It reads the tables
 * whole, or the newest rows.  NULL at the arena's maximum.
 */
const char *ahead_query(struct arena *, bool whole) MUST_CHECK;

/*
 * Dates them by the clock, all or none, and tells out how many rows of each
 * table.  Returns as attempt_write does.
 */
enum err ahead_redate(struct ctx *, FILE *out) MUST_CHECK;

#endif
