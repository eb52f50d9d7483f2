/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <inttypes.h>
#include <stddef.h>

#include "base/arena.h"
#include "shop/order.h"
#include "web/idem.h"
#include "web/route.h"

struct basket {
	struct json_list lines;		/* of struct order_line */
};

static const struct json_field line_fields[] = {
	{ .name = "productId", .type = JSON_INT, .min = 1,
	    .max = SAFE_INT_MAX,
	    .offset = offsetof(struct order_line, product_id) },
	{ .name = "quantity", .type = JSON_INT, .min = 1,
	    .max = QUANTITY_MAX,
	    .offset = offsetof(struct order_line, quantity) },
	{ .name = NULL },
};

static const struct json_field basket_fields[] = {
	{ .name = "items", .type = JSON_LIST, .min = 1,
	    .max = ORDER_LINES_MAX, .offset = offsetof(struct basket, lines),
	    .item = line_fields, .item_size = sizeof(struct order_line) },
	{ .name = NULL },
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

/* What no table of fields can say: a product stands on one line only. */
static enum err
check_twice(struct ctx *ctx, struct resp *resp, const struct order_line *line,
    size_t n)
{
	enum err e, found = E_OK;

	for (size_t i = 1; i < n; i++) {
		for (size_t j = 0; j < i; j++) {
			/* 0: that it is no id has been told. */
			if (line[i].product_id != line[j].product_id ||
			    line[i].product_id == 0)
				continue;
			e = line_fault(ctx, resp, i, "productId",
			    (struct fault){ .code = FAULT_DUPLICATE,
			    .product_id = line[i].product_id,
			    .detail = arena_printf(ctx->arena, "Product %"
			    PRId64 " is on line %zu already: order all of it "
			    "there.", line[i].product_id, j) });
			if (e != E_OK)
				return e;
			found = E_VALIDATION_FAILED;
			break;
		}
	}
	return found;
}

static enum err
put_order(struct ctx *ctx, struct resp *resp, int status,
    const struct order *o)
{
	struct json_writer w;

	json_begin(&w, ctx->arena);
	json_open_object(&w, NULL);
	json_int(&w, "id", o->id);
	json_str(&w, "status", o->status);
	json_int(&w, "totalPrice", o->total_price_pt);
	json_open_list(&w, "items");
	for (size_t i = 0; i < o->n; i++) {
		json_open_object(&w, NULL);
		json_int(&w, "productId", o->item[i].product_id);
		json_str(&w, "name", o->item[i].name);
		json_int(&w, "quantity", o->item[i].quantity);
		json_int(&w, "price", o->item[i].price_pt);
		json_close(&w);
	}
	json_close(&w);
	json_open_object(&w, "payment");
	json_int(&w, "id", o->payment.id);
	json_str(&w, "status", payment_status_name(o->payment.status));
	json_int(&w, "amount", o->payment.amount_pt);
	json_int(&w, "attempts", o->payment.attempts);
	json_close(&w);
	json_int(&w, "balanceAfter", o->balance_after_pt);
	json_str(&w, "createdAt", o->created_at);
	json_close(&w);
	return http_json(resp, status, &w);
}

static enum err
not_found(struct ctx *ctx, struct resp *resp, size_t i, int64_t product_id)
{
	return line_fault(ctx, resp, i, "productId", (struct fault){
	    .code = FAULT_NOT_FOUND, .product_id = product_id,
	    .detail = arena_printf(ctx->arena, "There is no product %" PRId64
	    ".", product_id) });
}

static enum err
short_of(struct ctx *ctx, struct resp *resp, size_t i,
    const struct order_line *line, int64_t available)
{
	return line_fault(ctx, resp, i, "quantity", (struct fault){
	    .code = FAULT_INSUFFICIENT, .product_id = line->product_id,
	    .number = { line->quantity, available },
	    .detail = arena_printf(ctx->arena, "%" PRId64 " of product %"
	    PRId64 " are ordered, and %" PRId64 " are left.", line->quantity,
	    line->product_id, available) });
}

/* What was wrong with the order as a whole. */
static enum err
put_reason(struct ctx *ctx, struct resp *resp, enum err why, size_t n,
    const struct order_refusal *r)
{
	if (why == E_INSUFFICIENT_POINTS) {
		problem_detail(ctx->arena, resp, "The order costs %" PRId64
		    " points, and the balance is %" PRId64 ".", r->required_pt,
		    r->available_pt);
		problem_int(resp, "required", r->required_pt);
		problem_int(resp, "available", r->available_pt);
	} else if (why == E_VALIDATION_FAILED) {
		return problem_fault(ctx->arena, resp, (struct fault){
		    .code = FAULT_OUT_OF_RANGE, .pointer = "/items",
		    .number = { 1, POINTS_MAX }, .detail = "The total must "
		    "be from 1 to 9007199254740991." });
	} else if (why == E_PRODUCT_NOT_FOUND) {
		problem_detail(ctx->arena, resp, "Lines whose product does "
		    "not exist: %zu of %zu.", r->n, n);
	} else if (why == E_INSUFFICIENT_STOCK) {
		problem_detail(ctx->arena, resp, "Lines that ask for more "
		    "than there is: %zu of %zu.", r->n, n);
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
		    ? short_of(ctx, resp, at, &line[at], r->line[i].available)
		    : not_found(ctx, resp, at, line[at].product_id);
	}
	return e != E_OK ? e : why;
}

enum err
h_order_place(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	struct basket basket = { { 0 } };
	const struct order_line *line;
	struct order_refusal refusal;
	struct order o;
	struct idem idem;
	size_t n;
	enum err e, twice;

	e = http_decode(ctx, req, resp, basket_fields, &basket);
	if (e != E_OK && e != E_VALIDATION_FAILED)
		return e;
	line = basket.lines.items;
	n = basket.lines.n;
	/* Every fault is told, so those of the table are no reason to stop. */
	if ((twice = check_twice(ctx, resp, line, n)) != E_OK)
		return twice;
	if (e != E_OK ||
	    (e = idem_make(req, line, n * sizeof *line, &idem)) != E_OK)
		return e;
	e = order_place(ctx, req->user_id, &idem, line, n, &o, &refusal);
	if (e != E_OK)
		return put_refusal(ctx, resp, e, line, n, &refusal);
	const char *location = arena_printf(ctx->arena, "/v1/orders/%lld",
	    (long long)o.id);
	if (location == NULL)
		return E_INTERNAL;
	http_header(resp, "Location", location);
	if (o.replayed)
		http_header(resp, "Idempotency-Replayed", "true");
	return put_order(ctx, resp, 201, &o);
}

enum err
h_order_get(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	struct order o;
	enum err e;

	e = order_get(ctx, req->user_id, req->id, &o);
	if (e == E_ORDER_NOT_FOUND)
		problem_detail(ctx->arena, resp, "You have no order %" PRId64
		    ".", req->id);
	if (e != E_OK)
		return e;
	return put_order(ctx, resp, 200, &o);
}
