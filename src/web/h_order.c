/* SPDX-License-Identifier: MIT */
/* Orders: most of this tells a client, line by line, why it got none. */
#include "config.h"

#include <inttypes.h>

#include "base/arena.h"
#include "shop/order.h"
#include "web/route.h"
#include "web/text.h"

struct basket {
	size_t n;
	struct order_line *line;
};

static const struct json_field line_fields[] = {
	{ JSON_AT("productId", INT, struct order_line, product_id),
	    .min = 1, .max = SAFE_INT_MAX },
	{ JSON_AT("quantity", INT, struct order_line, quantity),
	    .min = 1, .max = QUANTITY_MAX },
	JSON_END
};

static const struct json_field basket_fields[] = {
	{ JSON_LIST_AT("items", struct basket, line, n, line_fields,
	    struct order_line), .min = 1, .max = ORDER_LINES_MAX },
	JSON_END
};

static const struct json_field item_fields[] = {
	{ JSON_AT("productId", INT, struct order_item, product_id) },
	{ JSON_AT("name", STR, struct order_item, name) },
	{ JSON_AT("quantity", INT, struct order_item, quantity) },
	{ JSON_AT("price", INT, struct order_item, price_pt) },
	JSON_END
};

static const struct json_field payment_fields[] = {
	{ JSON_AT("id", INT, struct payment, id) },
	{ JSON_AT("status", CHOICE, struct payment, status),
	    .choices = payment_statuses },
	{ JSON_AT("amount", INT, struct payment, amount_pt) },
	{ JSON_AT("attempts", INT, struct payment, attempts) },
	JSON_END
};

static const struct json_field order_fields[] = {
	{ JSON_AT("id", INT, struct order, id) },
	{ JSON_AT("status", STR, struct order, status) },
	{ JSON_AT("totalPrice", INT, struct order, total_price_pt) },
	{ JSON_LIST_AT("items", struct order, item, n, item_fields,
	    struct order_item) },
	{ JSON_AT("payment", OBJECT, struct order, payment),
	    .fields = payment_fields },
	{ JSON_AT("balanceAfter", INT, struct order, balance_after_pt) },
	{ JSON_AT("createdAt", STR, struct order, created_at) },
	JSON_END
};

_Static_assert(ORDER_LINES_MAX <= FAULTS_MAX, "each line's fault is told");

/* A fault at "/items/LINE/MEMBER". */
static enum err
line_fault(struct ctx *ctx, struct resp *resp, size_t line,
    const char *member, struct fault fault)
{
	fault.pointer = arena_printf(ctx->arena, "/items/%zu/%s", line, member);
	return fault.pointer != NULL ? problem_fault(ctx->arena, resp, fault)
	    : E_INTERNAL;
}

static enum err
tell_twice(struct ctx *ctx, struct resp *resp, size_t line, size_t first,
    int64_t product_id)
{
	enum err e = line_fault(ctx, resp, line, "productId", (struct fault){
	    .code = FAULT_DUPLICATE, .product_id = product_id,
	    .detail = text_say(ctx->arena, TEXT_LINE_TWICE,
	    TEXT_ARGS(TEXT_N(product_id), TEXT_N(first))) });

	return e != E_OK ? e : E_VALIDATION_FAILED;
}

/* What no table of fields can say: a product stands on one line only. */
static enum err
check_basket(struct ctx *ctx, struct resp *resp, const void *values)
{
	const struct basket *b = values;
	enum err e = E_OK;

	for (size_t i = 1; i < b->n && e != E_INTERNAL; i++)
		for (size_t j = 0; j < i; j++) {
			/* 0: that it is no id has been told. */
			if (b->line[i].product_id != b->line[j].product_id ||
			    b->line[i].product_id == 0)
				continue;
			e = tell_twice(ctx, resp, i, j, b->line[i].product_id);
			break;
		}
	return e;
}

const struct input order_body = {
	.fields = basket_fields, .size = sizeof(struct basket),
	.check = check_basket,
};

static enum err
tell_unknown(struct ctx *ctx, struct resp *resp, size_t i, int64_t product_id)
{
	return line_fault(ctx, resp, i, "productId", (struct fault){
	    .code = FAULT_NOT_FOUND, .product_id = product_id,
	    .detail = text_say(ctx->arena, TEXT_NO_PRODUCT,
	    TEXT_ARGS(TEXT_N(product_id))) });
}

static enum err
tell_short(struct ctx *ctx, struct resp *resp, size_t i,
    const struct order_line *line, int64_t available)
{
	return line_fault(ctx, resp, i, "quantity", (struct fault){
	    .code = FAULT_INSUFFICIENT, .product_id = line->product_id,
	    .number = { line->quantity, available },
	    .detail = text_say(ctx->arena, TEXT_TOO_FEW_LEFT,
	    TEXT_ARGS(TEXT_N(line->quantity), TEXT_N(line->product_id),
	    TEXT_N(available))) });
}

/* What was wrong with the order as a whole. */
static enum err
put_reason(struct ctx *ctx, struct resp *resp, enum err why, size_t n,
    const struct order_refusal *r)
{
	if (why == E_INSUFFICIENT_POINTS) {
		resp->problem.detail = text_say(ctx->arena, TEXT_TOO_DEAR,
		    TEXT_ARGS(TEXT_N(r->required_pt), TEXT_N(r->available_pt)));
		problem_int(resp, "required", r->required_pt);
		problem_int(resp, "available", r->available_pt);
	} else if (why == E_VALIDATION_FAILED) {
		return problem_fault(ctx->arena, resp, (struct fault){
		    .code = FAULT_OUT_OF_RANGE, .pointer = "/items",
		    .number = { 1, POINTS_MAX }, .detail = text_of(TEXT_TOTAL_RANGE) });
	} else if (why == E_PRODUCT_NOT_FOUND) {
		resp->problem.detail = text_say(ctx->arena, TEXT_UNKNOWN_LINES,
		    TEXT_ARGS(TEXT_N(r->n), TEXT_N(n)));
	} else if (why == E_INSUFFICIENT_STOCK) {
		resp->problem.detail = text_say(ctx->arena, TEXT_SHORT_LINES,
		    TEXT_ARGS(TEXT_N(r->n), TEXT_N(n)));
	}
	return E_OK;
}

/* Why the order was refused, line by line; returns why. */
static enum err
put_refusal(struct ctx *ctx, struct resp *resp, enum err why,
    const struct order_line *line, size_t n, const struct order_refusal *r)
{
	enum err e = put_reason(ctx, resp, why, n, r);

	for (size_t i = 0; i < r->n && e == E_OK; i++) {
		size_t at = r->line[i].line;

		e = why == E_INSUFFICIENT_STOCK
		    ? tell_short(ctx, resp, at, &line[at], r->line[i].available)
		    : tell_unknown(ctx, resp, at, line[at].product_id);
	}
	return e != E_OK ? e : why;
}

/* Where the order is, and that this is not the first answer. */
static enum err
put_head(struct ctx *ctx, struct resp *resp, const struct order *o)
{
	const char *location = arena_printf(ctx->arena, "/v1/orders/%" PRId64,
	    o->id);

	if (location == NULL)
		return E_INTERNAL;
	http_header(resp, "Location", location);
	if (o->replayed)
		http_header(resp, "Idempotency-Replayed", "true");
	return E_OK;
}

/*
 * POST /v1/orders: 201, the order, paid.
 * 404 product_not_found, 409 insufficient_points, then insufficient_stock,
 * each with the lines at fault; 422 for a total that is too large, or the key
 * of another order; 409 while the key's first request runs; 401 for a user who
 * is not there; 503 payment_failed after ATTEMPTS_MAX attempts.
 */
enum err
h_order_place(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	const struct basket *b = req->body_values;
	struct order_refusal refusal;
	struct order o;
	enum err e = order_place(ctx, req->user_id, &req->idem, b->line, b->n,
	    &o, &refusal);

	if (e != E_OK)
		return put_refusal(ctx, resp, e, b->line, b->n, &refusal);
	e = put_head(ctx, resp, &o);
	return e != E_OK ? e : http_object(ctx, resp, 201, order_fields, &o);
}

/*
 * GET /v1/orders/{id}: 200, the caller's order.
 * 404 order_not_found, for another's, too; 401 for a user who is not there.
 */
enum err
h_order_get(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	struct order o;
	enum err e = order_get(ctx, req->user_id, req->id, &o);

	if (e == E_ORDER_NOT_FOUND)
		resp->problem.detail = text_say(ctx->arena, TEXT_NO_ORDER,
		    TEXT_ARGS(TEXT_N(req->id)));
	return e != E_OK ? e : http_object(ctx, resp, 200, order_fields, &o);
}
