/* SPDX-License-Identifier: MIT */
/* A change answers with what its routine noted, so that a repetition can, too. */
#include "config.h"

#include "shop/cart.h"

#include <string.h>

#include "base/num.h"
#include "shop/attempt.h"
#include "shop/row.h"

static const char *const hows[] = {
	[CART_ADD] = "add",
	[CART_SET] = "set",
	[CART_TAKE] = "take",
	[CART_CLEAR] = "clear",
};

/* Of the cart itself; a change has its outcome and two numbers before them. */
#define ITEM_COLUMNS \
	ROW_INT(struct cart_item, product_id), \
	ROW_STR(struct cart_item, name), \
	ROW_STR(struct cart_item, image_url), \
	ROW_INT(struct cart_item, quantity), \
	ROW_INT(struct cart_item, price_pt), \
	ROW_INT(struct cart_item, stock), \
	ROW_BOOL(struct cart_item, on_sale), \
	ROW_END

static const struct row_column cart_columns[] = { ITEM_COLUMNS };
static const struct row_column changed_columns[] = {
	ROW_SKIP(3), ITEM_COLUMNS
};

static const struct row_column refusal_columns[] = {
	ROW_SKIP(1),
	ROW_INT(struct cart_refusal, requested),
	ROW_INT(struct cart_refusal, available),
	ROW_END
};

/* The rows, of which an empty cart has one without a product. */
static enum err
read_cart(struct ctx *ctx, const struct db_result *r,
    const struct row_column *columns, struct cart *c)
{
	int64_t line_pt;
	enum err e = row_list(ctx->arena, r, columns, sizeof *c->item,
	    &c->item, &c->n);

	if (e != E_OK)
		return e;
	if (c->n > 0 && c->item[0].product_id == 0)
		c->n = 0;
	for (size_t i = 0; i < c->n; i++)
		if (!num_mul(c->item[i].quantity, c->item[i].price_pt,
		    &line_pt) || !num_add(c->total_price_pt, line_pt,
		    &c->total_price_pt))
			c->total_price_pt = INT64_MAX;
	return E_OK;
}

enum err
cart_get(struct ctx *ctx, const struct caller *caller, struct cart *c)
{
	struct db_arg arg[] = { CALLER_ARGS(caller) };
	struct db_result r;
	enum err e;

	memset(c, 0, sizeof *c);
	if ((e = attempt_read(ctx, SQL_CART, arg, 2, &r)) != E_OK)
		return e;
	return r.rows == 0 ? caller_refused(ctx, caller)
	    : read_cart(ctx, &r, cart_columns, c);
}

/* Why not, from the one row of a refusal that has numbers. */
static enum err
read_cart_refusal(struct ctx *ctx, enum err why, const struct db_result *r,
    struct cart_refusal *f)
{
	enum err e;

	if (why != E_VALIDATION_FAILED && why != E_INSUFFICIENT_STOCK &&
	    why != E_INSUFFICIENT_CART_QUANTITY)
		return why;
	e = row_read(ctx->arena, r, 0, refusal_columns, f);
	f->is_total = why == E_VALIDATION_FAILED &&
	    f->requested <= QUANTITY_MAX;
	return e != E_OK ? e : why;
}

enum err
cart_change(struct ctx *ctx, const struct caller *caller,
    const struct idem *idem, const struct cart_change *change,
    struct cart *c, struct cart_refusal *refusal)
{
	const char *how = hows[change->how];
	struct db_arg arg[] = { IDEM_ARGS(caller, idem),
	    DB_TEXT(how, strlen(how)), DB_INT(change->product_id),
	    DB_INT(change->quantity) };
	struct attempt w = { SQL_CART_CHANGE, arg, 8, NULL, E_UNAVAILABLE };
	struct db_result r;
	enum err e;

	memset(c, 0, sizeof *c);
	memset(refusal, 0, sizeof *refusal);
	e = attempt_write(ctx, &w, &r, &c->replayed);
	c->replayed = c->replayed && idem->from_client;
	return e == E_OK ? read_cart(ctx, &r, changed_columns, c)
	    : read_cart_refusal(ctx, e, &r, refusal);
}
