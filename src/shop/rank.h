/* SPDX-License-Identifier: MIT */
/*
 * The ranking: what sold most pieces in 72 hour buckets, the current hour and
 * the 71 before it.
 *
 *	 pieces sold, ever
 *	   |                                         .--* products.sold, now
 *	   |                              .-----*---'
 *	   |                  .------*---'      |
 *	   |        .----*---'       |          |
 *	   | *-----'     |           |          |
 *	   +-|-----------|-----------|----------|---------> time
 *	   mark 1      mark 2      mark 3     mark 4
 *	         |<----- the window: 72 hours -------->|
 *
 * The first order of an hour makes a mark, which keeps the height of the curve
 * there, before it.  Here mark 2 is the first in the window:
 *	sold in the window = products.sold - sold_before of mark 2
 *
 * A product's marks, in the order of their ids, cut what it has ever sold into
 * segments, each of an hour: from its sold_before to the next one's, or to
 * products.sold.  Where the clock only went on, sold in the window =
 * products.sold - sold_before of the first mark of the product's first hour in
 * the window (redate may leave several of an hour): one jump a product.  Where
 * it was set back within the window or from an hour ahead (stepped_from of
 * products tells, and marks of hours to come), the segments of the window are
 * added up one by one, which takes ten times as long.
 */
#ifndef SHOP_RANK_H
#define SHOP_RANK_H

#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/err.h"

struct rank_item {
	int64_t rank;			/* from 1 */
	int64_t product_id;
	const char *name;
	int64_t price_pt;
	int64_t sold;			/* pieces */
};

/* Texts and items are the arena's. */
struct rank {
	const char *from;		/* start of the oldest hour */
	const char *to;			/* when it was computed */
	size_t n;			/* RANK_ITEMS at most */
	struct rank_item *item;		/* best first; equal: smaller id first */
};

/* From the database.  What attempt_read returns. */
enum err rank_compute(struct ctx *, struct rank *) MUST_CHECK;

#endif
