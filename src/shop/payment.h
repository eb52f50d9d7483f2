/* SPDX-License-Identifier: MIT */
/*
 * Payments.  The payment service is the routine payment_request, which takes
 * the total from the user's points inside the order's transaction: approved
 * and ordered are one event.  What remains for here is what the service said
 * when it said no.
 */
#ifndef SHOP_PAYMENT_H
#define SHOP_PAYMENT_H

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

#endif
