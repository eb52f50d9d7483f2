/* SPDX-License-Identifier: MIT */
/*
 * Where an audit ended, for the next one to go on from: ids, no time, so that
 * no step of the clock makes it see anything twice or never.
 *
 * Whatever is written from then on has larger ids.  What has none larger is
 * final: a mark is taken from what is committed, and is good when each
 * transaction that was open then has ended, for one of them may have taken a
 * smaller id and not committed yet.
 */
#ifndef SHOP_AUDIT_MARK_H
#define SHOP_AUDIT_MARK_H

#include <stdbool.h>

#include "shop/attempt.h"

/* How long a transaction that was open may keep a mark from being good. */
#define AUDIT_OPEN_MAX_S 10

#define AUDIT_MARK_BYTES 160

struct audit_mark {
	int64_t ledger, payment, mark;	/* last ids of points_ledger, of
					   payments and orders, of sales_marks */
	int64_t sold;		/* all products' sold up to there: a checksum */
	int64_t dated_s;	/* the latest date up to there, TO_SECONDS() */
	int64_t history;	/* checksum of that row of the ledger: another
				   database, or a restored one, has another */
};

/* As one word.  Parsing is strict: false for all but what was printed. */
void audit_mark_print(const struct audit_mark *, char out[AUDIT_MARK_BYTES]);
bool audit_mark_parse(const char *text, struct audit_mark *) MUST_CHECK;

/*
 * Takes the ids, and waits until they are good; the caller's snapshot must
 * come later.  Leaves sold and dated_s alone.  *open is NULL, or which
 * session has a transaction open for so long that they are not good.
 * E_UNAVAILABLE: why says why.
 */
enum err audit_mark_take(struct ctx *, struct audit_mark *, const char **open,
    char *why) MUST_CHECK;

/* Is what the mark has seen still there?  Else E_STALE. */
enum err audit_mark_check(struct ctx *, const struct audit_mark *,
    char *why) MUST_CHECK;

/* The checksum, now, of what was sold by orders of an id up to the mark's. */
enum err audit_mark_sold(struct ctx *, struct audit_mark *, char *why)
    MUST_CHECK;

#endif
