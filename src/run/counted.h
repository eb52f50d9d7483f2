/* SPDX-License-Identifier: MIT */
/*
 * What a pool has counted since shopd was started, in a few figures: the sums
 * of what GET /metrics tells in series.
 */
#ifndef SHOP_COUNTED_H
#define SHOP_COUNTED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/metric.h"
#include "run/board.h"

struct counted {
	int64_t requests;	/* answered */
	int64_t replays;	/* writes that were found done already */
	int64_t failures;	/* attempts at a statement that failed */
	int64_t retries;	/* failed attempts that another one followed */
	int64_t in_hand;	/* retries that may still be made now */
	int64_t restarts[METRIC_REASONS];	/* of workers, but for rolls */
};

/*
 * False: shopd is a program that counts something else at these places; *counted
 * is nothing but zeroes then.
 */
bool counted_read(const struct board *, struct counted *);

#endif
