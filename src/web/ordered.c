/* SPDX-License-Identifier: MIT */
/* Most of this tells a client, line by line, why there is no order. */
#include "config.h"

#include "web/ordered.h"

#include <inttypes.h>

#include "base/arena.h"
#include "web/text.h"

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
	{ JSON_AT("status", CHOICE, struct order, status),
	    .choices = order_statuses },
	{ JSON_AT("totalPrice", INT, struct order, total_price_pt) },
	{ JSON_LIST_AT("items", struct order, item, n, item_fields,
	    struct order_item) },
	{ JSON_AT("payment", OBJECT, struct order, payment),
	    .fields = payment_fields },
	{ JSON_AT("balanceAfter", INT, struct order, balance_after_pt) },
	{ JSON_AT("createdAt", STR, struct order, created_at) },
	{ JSON_AT("cancelledAt", STR, struct order, cancelled_at),
	    .nullable = true },
	{ JSON_AT("fulfilledAt", STR, struct order, fulfilled_at),
	    .nullable = true },
	JSON_END
};

_Static_assert(ORDER_LINES_MAX <= FAULTS_MAX, "each line's fault is told");

enum err
ordered_put(struct ctx *ctx, struct resp *resp, int status,
    const struct order *o)
{
	const char *location = arena_printf(ctx->arena, "/v1/orders/%" PRId64,
	    o->id);

	if (location == NULL)
		return E_INTERNAL;
	if (status == 201)
		http_header(resp, "Location", location);
	if (o->replayed)
		http_header(resp, "Idempotency-Replayed", "true");
	return http_object(ctx, resp, status, order_fields, o);
}

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

static enum err
tell_price(struct ctx *ctx, struct resp *resp, size_t i,
    const struct order_line *asked, int64_t shown_pt, int64_t price_pt)
{
	return line_fault(ctx, resp, i, "price", (struct fault){
	    .code = FAULT_CHANGED, .product_id = asked->product_id,
	    .number = { price_pt, 0 },
	    .detail = text_say(ctx->arena, TEXT_PRICE_IS,
	    TEXT_ARGS(TEXT_N(asked->product_id), TEXT_N(price_pt),
	    TEXT_N(shown_pt))) });
}

/* Another total, or lines whose price is another. */
static void
put_price(struct ctx *ctx, struct resp *resp, const struct order_wish *wish,
    const struct order_refusal *r)
{
	problem_int(resp, "totalPrice", r->required_pt);
	if (r->n > 0)
		resp->problem.detail = text_say(ctx->arena, TEXT_PRICES_CHANGED,
		    TEXT_ARGS(TEXT_N(r->required_pt), TEXT_N(r->n),
		    TEXT_N(r->asked_n)));
	else
		resp->problem.detail = text_say(ctx->arena, TEXT_TOTAL_CHANGED,
		    TEXT_ARGS(TEXT_N(r->required_pt),
		    TEXT_N(wish->total_price_pt)));
}

static void
put_points(struct ctx *ctx, struct resp *resp, const struct order_refusal *r)
{
	resp->problem.detail = text_say(ctx->arena, TEXT_TOO_DEAR,
	    TEXT_ARGS(TEXT_N(r->required_pt), TEXT_N(r->available_pt)));
	problem_int(resp, "required", r->required_pt);
	problem_int(resp, "available", r->available_pt);
}

/* What was wrong with the order as a whole. */
static enum err
put_reason(struct ctx *ctx, struct resp *resp, enum err why,
    const struct order_wish *wish, const struct order_refusal *r)
{
	if (why == E_VALIDATION_FAILED)
		return problem_fault(ctx->arena, resp, (struct fault){
		    .code = FAULT_OUT_OF_RANGE, .pointer = "/items",
		    .number = { 1, POINTS_MAX },
		    .detail = text_of(TEXT_TOTAL_RANGE) });
	if (why == E_INSUFFICIENT_POINTS)
		put_points(ctx, resp, r);
	else if (why == E_PRICE_CHANGED)
		put_price(ctx, resp, wish, r);
	else if (why == E_PRODUCT_NOT_FOUND || why == E_INSUFFICIENT_STOCK)
		resp->problem.detail = text_say(ctx->arena,
		    why == E_PRODUCT_NOT_FOUND ? TEXT_UNKNOWN_LINES
		    : TEXT_SHORT_LINES,
		    TEXT_ARGS(TEXT_N(r->n), TEXT_N(r->asked_n)));
	return E_OK;
}

enum err
ordered_refuse(struct ctx *ctx, struct resp *resp, enum err why,
    const struct order_wish *wish, const struct order_refusal *r)
{
	enum err e = put_reason(ctx, resp, why, wish, r);

	for (size_t i = 0; i < r->n && e == E_OK; i++) {
		size_t at = r->told[i].line;
		const struct order_line *line = &r->asked[at];

		if (why == E_INSUFFICIENT_STOCK)
			e = tell_short(ctx, resp, at, line, r->told[i].number);
		else if (why == E_PRICE_CHANGED)
			e = tell_price(ctx, resp, at, line,
			    wish->line[at].price_pt, r->told[i].number);
		else
			e = tell_unknown(ctx, resp, at, line->product_id);
	}
	return e != E_OK ? e : why;
}
