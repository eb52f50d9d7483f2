/* SPDX-License-Identifier: MIT */
/* Orders: products for points, all lines or none; and what becomes of them. */
#ifndef SHOP_ORDER_H
#define SHOP_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/err.h"
#include "base/limits.h"
#include "shop/caller.h"
#include "shop/idem.h"
#include "shop/lines.h"
#include "shop/payment.h"

enum order_status { ORDER_PAID, ORDER_CANCELLED, ORDER_FULFILLED };

/* The names that tables and wire have for it; ends with NULL. */
extern const char *const order_statuses[];

/* What is asked for. */
struct order_wish {
	const struct order_line *line;
	size_t n;		/* 1..ORDER_LINES_MAX, no product twice */
	int64_t total_price_pt;	/* as the buyer was shown it; 0: not said */
	bool from_cart;		/* the lines are the cart's, and n is 0 */
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
	int status;			/* enum order_status */
	int64_t total_price_pt;
	int64_t balance_after_pt;
	const char *created_at;		/* RFC 3339 */
	const char *cancelled_at, *fulfilled_at;	/* the same; or NULL */
	struct payment payment;
	size_t n;
	struct order_item *item;	/* n of them */
	bool replayed;
	int64_t user_id;		/* for the operator's order_get; else 0 */
};

/* Why an order was refused. */
struct order_refusal {
	/* E_INSUFFICIENT_POINTS; of E_PRICE_CHANGED the total is required. */
	int64_t required_pt, available_pt;
	size_t asked_n;
	struct order_line asked[ORDER_LINES_MAX];	/* the wish's, or the cart's */
	/* E_PRODUCT_NOT_FOUND, E_INSUFFICIENT_STOCK, E_PRICE_CHANGED: lines at
	   fault, with the pieces that are left, or the price that is right. */
	size_t n;
	struct order_told told[ORDER_LINES_MAX];
};

/*
 * Order and pay.  E_UNKNOWN_USER, E_INVALID_TOKEN; then, told in *refusal and in
 * this order, E_CART_EMPTY, E_PRODUCT_NOT_FOUND, E_PRICE_CHANGED,
 * E_INSUFFICIENT_POINTS, E_INSUFFICIENT_STOCK; E_VALIDATION_FAILED when the
 * total exceeds POINTS_MAX; E_PAYMENT_FAILED, of which a row of payments tells;
 * E_KEY_REUSED, E_IN_PROGRESS; and what attempt_write returns.
 */
enum err order_place(struct ctx *, const struct caller *, const struct idem *,
    const struct order_wish *, struct order *, struct order_refusal *)
    MUST_CHECK;

/*
 * The caller's order, or anybody's where the caller is an admin.
 * E_UNKNOWN_USER, E_INVALID_TOKEN; E_ORDER_NOT_FOUND, also for another user's;
 * what attempt_read returns.
 */
enum err order_get(struct ctx *, const struct caller *, int64_t id,
    struct order *) MUST_CHECK;

/*
 * Give back points and stock; once, however often it is asked.  As order_get,
 * and E_ORDER_NOT_CANCELLABLE for one that is fulfilled; E_KEY_REUSED,
 * E_IN_PROGRESS, and what attempt_write returns.
 */
enum err order_cancel(struct ctx *, const struct caller *, const struct idem *,
    int64_t id, struct order *) MUST_CHECK;

/*
 * It was sent (an admin's).  The same, and E_FORBIDDEN;
 * E_ORDER_NOT_FULFILLABLE for one that is cancelled.
 */
enum err order_fulfil(struct ctx *, const struct caller *, const struct idem *,
    int64_t id, struct order *) MUST_CHECK;

/* An order in a list; texts are the arena's. */
struct order_summary {
	int64_t id;
	int status;			/* enum order_status */
	int64_t total_price_pt;
	const char *created_at;		/* RFC 3339 */
	int64_t user_id;
	int64_t lines;
	struct order_item first;	/* its first line; without a price */
};

#define ORDER_ANY_STATUS (-1)

/* Which orders, newest first. */
struct order_list {
	bool all;		/* everybody's, for an admin; else the caller's */
	int64_t user_id;	/* for the operator: this user's; 0: all */
	int status;		/* enum order_status, or ORDER_ANY_STATUS */
	int64_t before_id;	/* older than this one */
	int64_t limit;		/* so many at most */
};

/*
 * E_UNKNOWN_USER, E_INVALID_TOKEN; E_FORBIDDEN for all where the caller is no
 * admin; what attempt_read returns.
 */
enum err order_find(struct ctx *, const struct caller *,
    const struct order_list *, struct order_summary **, size_t *n) MUST_CHECK;

#endif
