/* SPDX-License-Identifier: MIT */
/* One product: looked at; made and changed by admins. */
#ifndef SHOP_PRODUCT_H
#define SHOP_PRODUCT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/err.h"
#include "base/limits.h"
#include "shop/caller.h"
#include "shop/idem.h"

/* Texts are the arena's. */
struct product {
	int64_t id;
	const char *name, *description;
	int64_t price_pt;
	int64_t stock;			/* pieces left */
	const char *image_url;		/* NULL: none */
	int64_t version;		/* 1, and 1 more with each change */
	bool on_sale;			/* known to those who may change it */
	bool replayed;			/* of a write: its key came before */
};

/* What anybody may see: E_PRODUCT_NOT_FOUND, also off sale; as attempt_read. */
enum err product_get(struct ctx *, int64_t id, struct product *) MUST_CHECK;

/*
 * What the caller may see: an admin also what is off sale, and *is_admin is true.
 * The same; E_UNKNOWN_USER, E_INVALID_TOKEN.
 */
enum err product_get_for(struct ctx *, const struct caller *, int64_t id,
    struct product *, bool *is_admin) MUST_CHECK;

/* ---- Changes, an admin's */

/* A sum of them: what product_change() is to set. */
enum product_part {
	PRODUCT_NAME = 1, PRODUCT_DESCRIPTION = 2, PRODUCT_PRICE = 4,
	PRODUCT_IMAGE_URL = 8, PRODUCT_ON_SALE = 16
};

/* Why not. */
struct product_refusal {
	int64_t requested;	/* E_INSUFFICIENT_STOCK: pieces to go */
	int64_t available;	/* and those there are; E_EDIT_CONFLICT: the
				   version; E_VALIDATION_FAILED: the stock */
};

/*
 * Of p its name, description, price, stock and image_url; p is the product then.
 * E_UNKNOWN_USER, E_INVALID_TOKEN, E_FORBIDDEN, E_KEY_REUSED, E_IN_PROGRESS, and
 * what attempt_write returns.
 */
enum err product_create(struct ctx *, const struct caller *,
    const struct idem *, struct product *) MUST_CHECK;

/*
 * Set these parts of p, whose id and version tell which; p is the product then.
 * The same; E_PRODUCT_NOT_FOUND; E_EDIT_CONFLICT where its version is another.
 */
enum err product_change(struct ctx *, const struct caller *,
    const struct idem *, unsigned parts, struct product *,
    struct product_refusal *) MUST_CHECK;

/*
 * So many pieces more, or less where quantity is negative, of product p->id;
 * reason NULL: none.  As product_create; E_PRODUCT_NOT_FOUND,
 * E_INSUFFICIENT_STOCK; E_VALIDATION_FAILED for more than POINTS_MAX pieces.
 */
enum err product_restock(struct ctx *, const struct caller *,
    const struct idem *, int64_t quantity, const char *reason,
    struct product *, struct product_refusal *) MUST_CHECK;

/* Stock that came or went otherwise than by an order; texts are the arena's. */
struct product_movement {
	int64_t id;
	const char *type;		/* opening, restock */
	int64_t quantity;		/* + into the stock */
	const char *reason;		/* NULL: none */
	const char *created_at;		/* RFC 3339 */
};

/* The newest of a product, at most limit; as attempt_read. */
enum err product_movements(struct ctx *, int64_t id, int64_t limit,
    struct product_movement **, size_t *n) MUST_CHECK;

/*
 * A new product, whose id is set, with its opening stock (shopctl's).  E_UNAVAILABLE;
 * E_OUTCOME_UNKNOWN: the connection was lost, and it may be done.
 */
enum err product_add(struct ctx *, struct product *) MUST_CHECK;

#endif
