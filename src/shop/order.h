/* SPDX-License-Identifier: MIT */
/* Orders: products for points, all lines or none. */
#ifndef SHOP_ORDER_H
#define SHOP_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/err.h"
#include "base/limits.h"
#include "shop/idem.h"
#include "shop/payment.h"

/* What is asked for. */
struct order_line {
	int64_t product_id;
	int64_t quantity;	/* 1..QUANTITY_MAX pieces */
};

/* What was bought. */
struct order_item {
	int64_t product_id;
	const char *name;	/* when it was bought */
	int64_t quantity;	/* pieces */
	int64_t price_pt;	/* a piece, when it was bought */
};

/* Texts and items are the arena's. */
struct order {
	int64_t id;
	const char *status;
	int64_t total_price_pt;
	int64_t balance_after_pt;
	const char *created_at;		/* RFC 3339 */
	struct payment payment;
	size_t n;
	struct order_item *item;	/* n of them */
	bool replayed;
};

/* Why an order was refused. */
struct order_refusal {
	int64_t required_pt, available_pt;	/* E_INSUFFICIENT_POINTS */
	const char *lines;	/* as the routine tells them */
	size_t n;		/* lines at fault: E_PRODUCT_NOT_FOUND, */
	struct {		/* E_INSUFFICIENT_STOCK */
		size_t line;		/* from 0, as they were asked */
		int64_t available;	/* pieces */
	} line[ORDER_LINES_MAX];
};

/*
 * Order and pay.  The lines are n of 1..ORDER_LINES_MAX, no product twice.
 * E_UNKNOWN_USER; then, told in *refusal and in this order,
 * E_PRODUCT_NOT_FOUND, E_INSUFFICIENT_POINTS, E_INSUFFICIENT_STOCK;
 * E_VALIDATION_FAILED when the total exceeds POINTS_MAX; E_PAYMENT_FAILED, of
 * which a row of payments tells; E_KEY_REUSED, E_IN_PROGRESS; and what
 * attempt_write returns.
 */
enum err order_place(struct ctx *, int64_t user_id, const struct idem *,
    const struct order_line *, size_t n, struct order *,
    struct order_refusal *) MUST_CHECK;

/*
 * E_UNKNOWN_USER; E_ORDER_NOT_FOUND, also for another user's; what
 * attempt_read returns.
 */
enum err order_get(struct ctx *, int64_t user_id, int64_t id, struct order *)
    MUST_CHECK;

#endif
