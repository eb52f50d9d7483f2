/* SPDX-License-Identifier: MIT */
/* Orders: placed, looked at, listed, cancelled, fulfilled. */
#include "config.h"

#include "base/arena.h"
#include "web/ordered.h"
#include "web/page.h"
#include "web/route.h"
#include "web/text.h"

struct basket {
	size_t n;
	struct order_line *line;
	int64_t total_price_pt;		/* 0: not said */
};

static const struct json_field line_fields[] = {
	{ JSON_AT("productId", INT, struct order_line, product_id),
	    .min = 1, .max = SAFE_INT_MAX },
	{ JSON_AT("quantity", INT, struct order_line, quantity),
	    .min = 1, .max = QUANTITY_MAX },
	{ JSON_AT("price", INT, struct order_line, price_pt),
	    .optional = true, .min = 1, .max = POINTS_MAX },
	JSON_END
};

static const struct json_field basket_fields[] = {
	{ JSON_LIST_AT("items", struct basket, line, n, line_fields,
	    struct order_line), .min = 1, .max = ORDER_LINES_MAX },
	{ JSON_AT("totalPrice", INT, struct basket, total_price_pt),
	    .optional = true, .min = 1, .max = POINTS_MAX },
	JSON_END
};

static enum err
tell_twice(struct ctx *ctx, struct resp *resp, size_t line, size_t first,
    int64_t product_id)
{
	const char *pointer = arena_printf(ctx->arena, "/items/%zu/productId",
	    line);
	enum err e = pointer == NULL ? E_INTERNAL
	    : problem_fault(ctx->arena, resp, (struct fault){
	    .code = FAULT_DUPLICATE, .product_id = product_id,
	    .pointer = pointer,
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

/* No body, or {}. */
static const struct json_field nothing_fields[] = { JSON_END };

const struct input nothing_body = {
	.fields = nothing_fields, .size = 1, .may_lack = true,
};

/*
 * POST /v1/orders: 201, the order, paid.
 * 404 product_not_found, 409 price_changed, insufficient_points, then
 * insufficient_stock, each with the lines at fault; 422 for a total that is too
 * large, or the key of another order; 409 while the key's first request runs;
 * 401 for a user who is not there; 503 payment_failed after ATTEMPTS_MAX attempts.
 */
enum err
h_order_place(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	const struct basket *b = req->body_values;
	const struct order_wish wish = { b->line, b->n, b->total_price_pt,
	    false };
	struct order_refusal refusal;
	struct order o;
	enum err e = order_place(ctx, &req->caller, &req->idem, &wish, &o,
	    &refusal);

	return e != E_OK ? ordered_refuse(ctx, resp, e, &wish, &refusal)
	    : ordered_put(ctx, resp, 201, &o);
}

/* The answer of a handler whose path names the order. */
static enum err
answer_order(struct ctx *ctx, const struct req *req, struct resp *resp,
    enum err e, const struct order *o)
{
	if (e == E_ORDER_NOT_FOUND)
		resp->problem.detail = text_say(ctx->arena, TEXT_NO_ORDER,
		    TEXT_ARGS(TEXT_N(req->id)));
	return e != E_OK ? e : ordered_put(ctx, resp, 200, o);
}

/*
 * GET /v1/orders/{id}: 200, the caller's order; an admin's is anybody's.
 * 404 order_not_found, for another's, too; 401 for a user who is not there.
 */
enum err
h_order_get(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	struct order o;
	enum err e = order_get(ctx, &req->caller, req->id, &o);

	return answer_order(ctx, req, resp, e, &o);
}

/*
 * POST /v1/orders/{id}/cancel: 200, the order, cancelled; again, the same.
 * 404 order_not_found, for another's, too; 409 order_not_cancellable for one
 * that is fulfilled, and while the key's first request runs; 401.
 */
enum err
h_order_cancel(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	struct order o;
	enum err e = order_cancel(ctx, &req->caller, &req->idem, req->id, &o);

	return answer_order(ctx, req, resp, e, &o);
}

/*
 * POST /v1/orders/{id}/fulfil, an admin's: 200, the order, fulfilled; again, the
 * same.
 * 404 order_not_found; 409 order_not_fulfillable for one that is cancelled, and
 * while the key's first request runs; 401, 403.
 */
enum err
h_order_fulfil(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	struct order o;
	enum err e = order_fulfil(ctx, &req->caller, &req->idem, req->id, &o);

	return answer_order(ctx, req, resp, e, &o);
}

/* ---- The list */

static const char *const scopes[] = { "all", NULL };

struct order_query {
	struct page page;
	int status;			/* enum order_status */
	enum json_presence has_status, has_scope;
	int scope;			/* the one that there is */
};

static const struct json_field order_query_fields[] = {
	PAGE_FIELDS(struct order_query, page),
	{ JSON_AT("status", CHOICE, struct order_query, status),
	    .choices = order_statuses, .optional = true,
	    JSON_PRESENCE(struct order_query, has_status) },
	{ JSON_AT("scope", CHOICE, struct order_query, scope),
	    .choices = scopes, .optional = true,
	    JSON_PRESENCE(struct order_query, has_scope) },
	JSON_END
};

const struct input order_list_query = {
	.fields = order_query_fields, .size = sizeof(struct order_query),
};

static const struct json_field first_fields[] = {
	{ JSON_AT("productId", INT, struct order_item, product_id) },
	{ JSON_AT("name", STR, struct order_item, name) },
	{ JSON_AT("quantity", INT, struct order_item, quantity) },
	JSON_END
};

static const struct json_field summary_fields[] = {
	{ JSON_AT("id", INT, struct order_summary, id) },
	{ JSON_AT("userId", INT, struct order_summary, user_id),
	    .optional = true },
	{ JSON_AT("status", CHOICE, struct order_summary, status),
	    .choices = order_statuses },
	{ JSON_AT("totalPrice", INT, struct order_summary, total_price_pt) },
	{ JSON_AT("lines", INT, struct order_summary, lines) },
	{ JSON_AT("first", OBJECT, struct order_summary, first),
	    .fields = first_fields },
	{ JSON_AT("createdAt", STR, struct order_summary, created_at) },
	JSON_END
};

static void
summary_key(const void *item, int64_t key[PAGE_KEYS])
{
	key[0] = ((const struct order_summary *)item)->id;
}

/*
 * GET /v1/orders: 200, a page of the caller's orders, newest first; of all users'
 * for an admin who asks for scope=all.
 * 403 for others who do; 401 for a user who is not there.
 */
enum err
h_order_list(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	const struct order_query *q = req->query;
	struct page_items items = { .size = sizeof(struct order_summary),
	    .fields = summary_fields, .key = summary_key };
	struct order_summary *found;
	struct page_from from;
	struct order_list list = { .all = q->has_scope == JSON_GIVEN,
	    .status = q->has_status == JSON_GIVEN ? q->status
	    : ORDER_ANY_STATUS };
	enum err e = page_begin(ctx, req, resp, &q->page, &from);

	list.before_id = from.is_first ? INT64_MAX : from.key[0];
	list.limit = from.items + 1;
	if (e != E_OK || (e = order_find(ctx, &req->caller, &list, &found,
	    &items.n)) != E_OK)
		return e;
	for (size_t i = 0; i < items.n && !list.all; i++)
		found[i].user_id = 0;
	items.item = found;
	return page_put(ctx, req, resp, &q->page, &from, &items);
}
