/* SPDX-License-Identifier: MIT */
/*
 * A user's cart: what the user means to order.  Nothing is reserved by it; the
 * order that is made of it is shop/order's.
 */
#ifndef SHOP_CART_H
#define SHOP_CART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/err.h"
#include "shop/caller.h"
#include "shop/idem.h"

/* Texts are the arena's; name, price and stock are the product's of now. */
struct cart_item {
	int64_t product_id;
	const char *name;
	const char *image_url;		/* or NULL */
	int64_t quantity;		/* pieces */
	int64_t price_pt;
	int64_t stock;
	bool on_sale;
};

struct cart {
	size_t n;
	struct cart_item *item;		/* in the order in which they came */
	int64_t total_price_pt;		/* of all, off sale too; at most
					   INT64_MAX, should prices have risen */
	bool replayed;
};

enum cart_how {
	CART_ADD,	/* so many more */
	CART_SET,	/* so many */
	CART_TAKE,	/* so many less; 0: all of it */
	CART_CLEAR	/* the whole cart */
};

struct cart_change {
	enum cart_how how;
	int64_t product_id;
	int64_t quantity;
};

/* Why a change was refused. */
struct cart_refusal {
	int64_t requested;	/* pieces that the cart would have */
	int64_t available;	/* pieces that there are; of E_VALIDATION_FAILED
				   that there is room for */
	bool is_total;		/* E_VALIDATION_FAILED: over POINTS_MAX */
};

/* E_UNKNOWN_USER, E_INVALID_TOKEN; what attempt_read returns. */
enum err cart_get(struct ctx *, const struct caller *, struct cart *)
    MUST_CHECK;

/*
 * Change it, and answer with the cart as it is then.  The same, and, told in
 * *refusal: E_PRODUCT_NOT_FOUND, E_VALIDATION_FAILED, E_CART_FULL,
 * E_INSUFFICIENT_STOCK, E_INSUFFICIENT_CART_QUANTITY; E_KEY_REUSED,
 * E_IN_PROGRESS, and what attempt_write returns.
 */
enum err cart_change(struct ctx *, const struct caller *, const struct idem *,
    const struct cart_change *, struct cart *, struct cart_refusal *)
    MUST_CHECK;

#endif
