/* SPDX-License-Identifier: MIT */
/* What is answered of an order, and why there is none: for all its handlers. */
#ifndef SHOP_ORDERED_H
#define SHOP_ORDERED_H

#include "shop/order.h"
#include "web/http.h"

/* Answer with the order; with 201 also where it is.  E_INTERNAL. */
enum err ordered_put(struct ctx *, struct resp *, int status,
    const struct order *) MUST_CHECK;

/* Tell the reason, line by line; returns it, or E_INTERNAL. */
enum err ordered_refuse(struct ctx *, struct resp *, enum err why,
    const struct order_wish *, const struct order_refusal *) MUST_CHECK;

#endif
