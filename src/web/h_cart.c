/* SPDX-License-Identifier: MIT */
/* The cart: each change answers with all of it. */
#include "config.h"

#include "base/arena.h"
#include "shop/cart.h"
#include "web/ordered.h"
#include "web/route.h"
#include "web/text.h"

static const struct json_field item_fields[] = {
	{ JSON_AT("productId", INT, struct cart_item, product_id) },
	{ JSON_AT("name", STR, struct cart_item, name) },
	{ JSON_AT("imageUrl", STR, struct cart_item, image_url),
	    .nullable = true },
	{ JSON_AT("quantity", INT, struct cart_item, quantity) },
	{ JSON_AT("price", INT, struct cart_item, price_pt) },
	{ JSON_AT("stock", INT, struct cart_item, stock) },
	{ JSON_AT("onSale", BOOL, struct cart_item, on_sale) },
	JSON_END
};

static const struct json_field cart_fields[] = {
	{ JSON_LIST_AT("items", struct cart, item, n, item_fields,
	    struct cart_item) },
	{ JSON_AT("totalPrice", INT, struct cart, total_price_pt) },
	JSON_END
};

static const struct json_field add_fields[] = {
	{ JSON_AT("productId", INT, struct cart_change, product_id),
	    .min = 1, .max = SAFE_INT_MAX },
	{ JSON_AT("quantity", INT, struct cart_change, quantity),
	    .min = 1, .max = QUANTITY_MAX },
	JSON_END
};

const struct input cart_add_body = {
	.fields = add_fields, .size = sizeof(struct cart_change),
};

static const struct json_field set_fields[] = {
	{ JSON_AT("quantity", INT, struct cart_change, quantity),
	    .min = 1, .max = QUANTITY_MAX },
	JSON_END
};

const struct input cart_set_body = {
	.fields = set_fields, .size = sizeof(struct cart_change),
};

static const struct json_field take_fields[] = {
	{ JSON_AT("quantity", INT, struct cart_change, quantity),
	    .optional = true, .min = 1, .max = QUANTITY_MAX },
	JSON_END
};

const struct input cart_take_query = {
	.fields = take_fields, .size = sizeof(struct cart_change),
};

struct checkout {
	int64_t total_price_pt;		/* 0: not said */
};

static const struct json_field checkout_fields[] = {
	{ JSON_AT("totalPrice", INT, struct checkout, total_price_pt),
	    .optional = true, .min = 1, .max = POINTS_MAX },
	JSON_END
};

const struct input checkout_body = {
	.fields = checkout_fields, .size = sizeof(struct checkout),
	.may_lack = true,
};

/*
 * GET /v1/cart: 200, the caller's cart, with prices and stock of now.
 * 401 for a user who is not there.
 */
enum err
h_cart_get(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	struct cart cart;
	enum err e = cart_get(ctx, &req->caller, &cart);

	return e != E_OK ? e : http_object(ctx, resp, 200, cart_fields, &cart);
}

/* The quantity is at fault: the body's, or the query's of what takes away. */
static enum err
quantity_fault(struct ctx *ctx, struct resp *resp, struct fault fault)
{
	if (fault.parameter == NULL)
		fault.pointer = "/quantity";
	return problem_fault(ctx->arena, resp, fault);
}

/* More pieces, or points, than a cart may have. */
static enum err
put_too_much(struct ctx *ctx, struct resp *resp, const struct cart_refusal *r)
{
	if (r->is_total)
		return quantity_fault(ctx, resp, (struct fault){
		    .code = FAULT_OUT_OF_RANGE, .number = { 1, POINTS_MAX },
		    .detail = text_of(TEXT_TOTAL_RANGE) });
	return quantity_fault(ctx, resp, (struct fault){
	    .code = FAULT_OUT_OF_RANGE, .number = { 1, r->available },
	    .detail = text_say(ctx->arena, TEXT_CART_ROOM,
	    TEXT_ARGS(TEXT_N(QUANTITY_MAX), TEXT_N(r->available))) });
}

static enum err
put_too_few(struct ctx *ctx, struct resp *resp, enum err why,
    int64_t product_id, const struct cart_refusal *r)
{
	enum text text = why == E_INSUFFICIENT_STOCK ? TEXT_TOO_FEW_LEFT
	    : TEXT_TOO_FEW_IN_CART;

	resp->problem.detail = text_say(ctx->arena, text,
	    TEXT_ARGS(TEXT_N(r->requested), TEXT_N(product_id),
	    TEXT_N(r->available)));
	return quantity_fault(ctx, resp, (struct fault){
	    .code = FAULT_INSUFFICIENT, .product_id = product_id,
	    .parameter = why == E_INSUFFICIENT_STOCK ? NULL : "quantity",
	    .number = { r->requested, r->available },
	    .detail = resp->problem.detail });
}

/* Why the cart is as it was; returns why. */
static enum err
refuse_cart(struct ctx *ctx, struct resp *resp, enum err why,
    int64_t product_id, const struct cart_refusal *r)
{
	enum err e = E_OK;

	if (why == E_VALIDATION_FAILED)
		e = put_too_much(ctx, resp, r);
	else if (why == E_INSUFFICIENT_STOCK ||
	    why == E_INSUFFICIENT_CART_QUANTITY)
		e = put_too_few(ctx, resp, why, product_id, r);
	else if (why == E_PRODUCT_NOT_FOUND)
		resp->problem.detail = text_say(ctx->arena, TEXT_NO_PRODUCT,
		    TEXT_ARGS(TEXT_N(product_id)));
	return e != E_OK ? e : why;
}

static enum err
change(struct ctx *ctx, const struct req *req, struct resp *resp,
    const struct cart_change *what)
{
	struct cart_refusal refusal;
	struct cart cart;
	enum err e = cart_change(ctx, &req->caller, &req->idem, what, &cart,
	    &refusal);

	if (e != E_OK)
		return refuse_cart(ctx, resp, e, what->product_id, &refusal);
	if (what->how == CART_CLEAR)
		return http_nothing(resp);
	if (cart.replayed)
		http_header(resp, "Idempotency-Replayed", "true");
	return http_object(ctx, resp, 200, cart_fields, &cart);
}

/*
 * POST /v1/cart/items: 200, the cart with so many pieces more.
 * 404 product_not_found; 409 insufficient_stock, cart_full, and while the key's
 * first request runs; 422 over QUANTITY_MAX, for a total that is too large, or
 * the key of another addition; 401.
 */
enum err
h_cart_add(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	struct cart_change what = *(const struct cart_change *)req->body_values;

	what.how = CART_ADD;
	return change(ctx, req, resp, &what);
}

/*
 * PUT /v1/cart/items/{productId}: 200, the cart with so many pieces of it.
 * As h_cart_add.
 */
enum err
h_cart_set(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	struct cart_change what = *(const struct cart_change *)req->body_values;

	what.how = CART_SET;
	what.product_id = req->id;
	return change(ctx, req, resp, &what);
}

/*
 * DELETE /v1/cart/items/{productId}: 200, the cart without it, or with so many
 * pieces less.
 * 409 insufficient_cart_quantity for more than there are; 401.
 */
enum err
h_cart_take(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	struct cart_change what = *(const struct cart_change *)req->query;

	what.how = CART_TAKE;
	what.product_id = req->id;
	return change(ctx, req, resp, &what);
}

/* DELETE /v1/cart: 204, the cart is empty; 401. */
enum err
h_cart_clear(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	const struct cart_change what = { .how = CART_CLEAR };

	return change(ctx, req, resp, &what);
}

/*
 * POST /v1/cart/checkout: 201, the order of all that is in the cart, which is
 * empty then.
 * 409 cart_empty; else as h_order_place, with the cart's lines.
 */
enum err
h_cart_checkout(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	const struct checkout *c = req->body_values;
	const struct order_wish wish = { NULL, 0, c->total_price_pt, true };
	struct order_refusal refusal;
	struct order o;
	enum err e = order_place(ctx, &req->caller, &req->idem, &wish, &o,
	    &refusal);

	return e != E_OK ? ordered_refuse(ctx, resp, e, &wish, &refusal)
	    : ordered_put(ctx, resp, 201, &o);
}
