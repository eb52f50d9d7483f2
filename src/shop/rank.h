/* SPDX-License-Identifier: MIT */
/*
 * The ranking: what sold most pieces in 72 hour buckets, the current hour and
 * the 71 before it: all it sold, less what it had sold before the first of
 * them in which it did, as a mark of that hour tells.
 */
#ifndef SHOP_RANK_H
#define SHOP_RANK_H

#include "base/limits.h"
#include "base/num.h"
#include "shop/attempt.h"

struct rank {
	char from[NUM_TIME_BYTES];	/* start of the oldest hour */
	char to[NUM_TIME_BYTES];	/* when it was computed */
	size_t n;
	struct rank_item {
		int64_t product_id;
		const char *name;	/* the arena's */
		int64_t price_pt;
		int64_t sold;		/* pieces */
	} item[RANK_ITEMS];	/* best first; equal: the smaller id first */
};

/* From the database.  What attempt_read returns. */
enum err rank_compute(struct ctx *, struct rank *) MUST_CHECK;

#endif
