/* SPDX-License-Identifier: MIT */
/*
 * Payments.  The payment service is the routine payment_request, which takes
 * the total from the user's points inside the order's transaction: approved
 * and ordered are one event.  What remains for here is what the service said
 * when it said no.
 */
#ifndef SHOP_PAYMENT_H
#define SHOP_PAYMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/err.h"

enum payment_status { PAYMENT_APPROVED, PAYMENT_FAILED, PAYMENT_REFUNDED };

struct payment {
	int64_t id;
	int status;		/* enum payment_status */
	int64_t amount_pt;
	int64_t attempts;	/* 1..ATTEMPTS_MAX */
};

/* The names that tables and wire have for it; ends with NULL. */
extern const char *const payment_statuses[];

/*
 * Record that the payment for these lines (as order_buy takes them) failed
 * in all of ctx->trace.attempts, because of ctx->trace.cause: one row, and
 * nothing else.  Tried once: E_UNAVAILABLE when even that fails.
 */
enum err payment_fail(struct ctx *, int64_t user_id, const char *lines)
    MUST_CHECK;

/* A payment in a list; texts are the arena's. */
struct payment_summary {
	int64_t id;			/* an approved one's order has the same */
	int64_t user_id, amount_pt;
	int status;			/* enum payment_status */
	int64_t attempts;
	const char *reason;		/* why it failed; else NULL */
	const char *created_at;		/* RFC 3339 */
};

/*
 * Everybody's, or those that failed, older than this one, newest first
 * (shopctl's).  What failed has no key: where it is rare all are read.
 * What attempt_read returns.
 */
enum err payment_find(struct ctx *, bool failed, int64_t before_id,
    int64_t limit, struct payment_summary **, size_t *n) MUST_CHECK;

#endif
