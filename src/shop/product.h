/* SPDX-License-Identifier: MIT */
/* The catalogue. */
#ifndef SHOP_PRODUCT_H
#define SHOP_PRODUCT_H

#include <stdint.h>

#include "base/ctx.h"
#include "base/err.h"

struct product {
	int64_t id;
	const char *name, *description;	/* the arena's */
	int64_t price_pt;
	int64_t stock;			/* pieces left */
};

/* E_PRODUCT_NOT_FOUND, and what attempt_read returns. */
enum err product_get(struct ctx *, int64_t id, struct product *) MUST_CHECK;

/* A new product, whose id is set, with its opening stock (shopctl's).  E_UNAVAILABLE. */
enum err product_add(struct ctx *, struct product *) MUST_CHECK;

#endif
