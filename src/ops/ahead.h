/* SPDX-License-Identifier: MIT */
/*
 * What is dated ahead of the database's clock: written while that was wrong,
 * if it isn't wrong now.  Neither money nor stock is lost by it, and the
 * ranking doesn't count it before its time; shopctl redate dates it anew.
 */
#ifndef SHOP_AHEAD_H
#define SHOP_AHEAD_H

#include <stdbool.h>
#include <stdio.h>

#include "shop/attempt.h"

/* Clocks that are set by so much are no accident. */
#define AHEAD_S 60

/* Of the large tables doctor looks at the newest rows alone. */
#define AHEAD_ROWS 1000000

/* What to do about it. */
#define AHEAD_REMEDY "see that the database's clock is right, then run " \
    "shopctl redate"

/*
 * A statement whose rows name it, a table each: "orders: 2 dated ahead of the
 * clock, ids 7 to 9, up to 2027-01-31 12:34:56.789".  It reads the tables
 * whole, or the newest rows.  NULL at the arena's maximum.
 */
const char *ahead_query(struct arena *, bool whole) MUST_CHECK;

/*
 * Date it by the clock, all or nothing, and tell out how many rows of each
 * table.  What attempt_write returns.
 */
enum err ahead_redate(struct ctx *, FILE *out) MUST_CHECK;

#endif
