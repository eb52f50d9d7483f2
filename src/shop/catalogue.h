/* SPDX-License-Identifier: MIT */
/* Lists of products: in an order, searched, or of ids that are named. */
#ifndef SHOP_CATALOGUE_H
#define SHOP_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/err.h"

#define PRODUCT_KEYS 2		/* integers that order a list, ascending */

enum product_order {
	PRODUCT_BY_ID, PRODUCT_NEWEST, PRODUCT_CHEAPEST, PRODUCT_DEAREST
};

struct product_list {
	enum product_order order;	/* ties by ascending id */
	bool on_sale;			/* false: what is off sale */
	const char *text;		/* that the name has; "": any */
	bool is_first;
	int64_t after[PRODUCT_KEYS];	/* behind this one, unless first */
	int64_t limit;			/* so many at most */
};

struct product_summary {
	int64_t id;
	const char *name, *image_url;	/* the arena's; NULL: no picture */
	int64_t price_pt, stock;
	int64_t key[PRODUCT_KEYS];	/* its place in the list */
};

/*
 * A text is found without regard to case: by its suffixes where few names have
 * it, and else, where the list's own order comes upon some soon, by looking at
 * one name after the other.  What is off sale has no suffixes, and is always
 * looked at so.  What attempt_read returns.
 */
enum err catalogue_find(struct ctx *, const struct product_list *,
    struct product_summary **, size_t *n) MUST_CHECK;

/* Those of n ids, in their order; what is not on sale is not among them. */
enum err catalogue_some(struct ctx *, const int64_t *id, size_t n,
    struct product_summary **, size_t *found) MUST_CHECK;

#endif
