/* SPDX-License-Identifier: MIT */
/* Points: decode, one call of shop/point, encode. */
#include "config.h"

#include <string.h>

#include "base/conf.h"
#include "base/num.h"
#include "io/jwt_grant.h"
#include "shop/point.h"
#include "web/page.h"
#include "web/route.h"
#include "web/text.h"

struct charge {
	int64_t amount_pt;
	const char *grant;		/* or NULL */
};

static const struct json_field charge_fields[] = {
	{ JSON_AT("amount", INT, struct charge, amount_pt),
	    .min = 1, .max = CHARGE_MAX },
	{ JSON_AT("grant", STR, struct charge, grant), .optional = true,
	    .min = 1, .max = TOKEN_BYTES_MAX },
	JSON_END
};

/* Where anybody may charge a grant would be ignored: better to say so. */
static enum err
check_charge(struct ctx *ctx, struct resp *resp, const void *values)
{
	enum err e;

	if (((const struct charge *)values)->grant == NULL ||
	    ctx->conf->charge_by == CHARGE_BY_GRANT)
		return E_OK;
	e = problem_fault(ctx->arena, resp, (struct fault){
	    .pointer = "/grant", .code = FAULT_UNKNOWN,
	    .detail = text_of(TEXT_NO_GRANTS) });
	return e != E_OK ? e : E_VALIDATION_FAILED;
}

const struct input charge_body = {
	.fields = charge_fields, .size = sizeof(struct charge),
	.check = check_charge,
};

static const struct json_field transaction_fields[] = {
	{ JSON_AT("id", INT, struct transaction, id) },
	{ JSON_AT("type", CHOICE, struct transaction, type),
	    .choices = point_types },
	{ JSON_AT("amount", INT, struct transaction, amount_pt) },
	{ JSON_AT("balanceAfter", INT, struct transaction, balance_after_pt) },
	{ JSON_AT("orderId", INT, struct transaction, order_id),
	    .nullable = true },
	{ JSON_AT("createdAt", STR, struct transaction, created_at) },
	JSON_END
};

static const struct json_field balance_fields[] = {
	{ JSON_AT("userId", INT, struct balance, user_id) },
	{ JSON_AT("balance", INT, struct balance, balance_pt) },
	JSON_END
};

/* There is room for less than the charge. */
static enum err
put_no_room(struct ctx *ctx, struct resp *resp, int64_t balance_pt)
{
	int64_t room_pt = balance_pt < POINTS_MAX ? POINTS_MAX - balance_pt : 0;
	enum err e = problem_fault(ctx->arena, resp, (struct fault){
	    .code = FAULT_OUT_OF_RANGE, .pointer = "/amount",
	    .number = { 1, room_pt }, .detail = text_say(ctx->arena, TEXT_NO_ROOM,
	    TEXT_ARGS(TEXT_N(balance_pt), TEXT_N(room_pt))) });

	return e != E_OK ? e : E_VALIDATION_FAILED;
}

/* What somebody has paid for, if it is this charge of the caller's. */
static enum err
take_grant(struct ctx *ctx, const struct req *req, const struct charge *c,
    struct jwt_grant *g)
{
	enum err e;

	if (c->grant == NULL)
		return E_GRANT_REQUIRED;
	e = jwt_grant_read(ctx->grant_keys, ctx->arena, c->grant,
	    strlen(c->grant), num_now_ms() / 1000, g, &ctx->trace.cause);
	if (e != E_OK)
		return e;
	if (g->user_id == req->caller.id && g->amount_pt == c->amount_pt)
		return E_OK;
	ctx->trace.cause = "a grant of another user or amount";
	return E_INVALID_GRANT;
}

/* By what the settings ask for: the caller's word, or a grant. */
static enum err
charge_points(struct ctx *ctx, const struct req *req, const struct charge *c,
    struct transaction *t)
{
	struct jwt_grant g;
	enum err e;

	if (ctx->conf->charge_by == CHARGE_BY_USER)
		return point_charge(ctx, &req->caller, &req->idem,
		    c->amount_pt, t);
	if ((e = take_grant(ctx, req, c, &g)) != E_OK)
		return e;
	return point_charge_granted(ctx, &req->caller, &req->idem,
	    c->amount_pt, &(struct grant){ g.jti, g.expired }, t);
}

/*
 * POST /v1/points/charge: 201, the transaction.
 * Where charges need a grant: 403 grant_required, invalid_grant.
 * 422 where the balance would grow too large, or the key came with another
 * amount; 409 while the key's first request runs; 401 for a user who is not
 * there; 503 charge_failed after ATTEMPTS_MAX attempts.
 */
enum err
h_point_charge(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	const struct charge *charge = req->body_values;
	struct transaction t = { 0 };
	enum err e = charge_points(ctx, req, charge, &t);

	if (e == E_VALIDATION_FAILED)
		return put_no_room(ctx, resp, t.balance_after_pt);
	if (e != E_OK)
		return e;
	if (t.replayed)
		http_header(resp, "Idempotency-Replayed", "true");
	return http_object(ctx, resp, 201, transaction_fields, &t);
}

/*
 * GET /v1/points/balance: 200, the caller's balance.
 * 401 for a user who is not there: the balance is read by id and status.
 */
enum err
h_point_balance(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	struct balance balance;
	enum err e = point_balance(ctx, &req->caller, &balance);

	return e != E_OK ? e
	    : http_object(ctx, resp, 200, balance_fields, &balance);
}

struct history_query {
	struct page page;
};

static const struct json_field history_query_fields[] = {
	PAGE_FIELDS(struct history_query, page), JSON_END
};

const struct input history_query = {
	.fields = history_query_fields, .size = sizeof(struct history_query),
};

static void
transaction_key(const void *item, int64_t key[PAGE_KEYS])
{
	key[0] = ((const struct transaction *)item)->id;
}

/*
 * GET /v1/points/transactions: 200, a page of the caller's ledger, newest first.
 * 401 for a user who is not there.
 */
enum err
h_point_history(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	const struct history_query *q = req->query;
	struct page_items items = { .size = sizeof(struct transaction),
	    .fields = transaction_fields, .key = transaction_key };
	struct transaction *found;
	struct page_from from;
	enum err e = page_begin(ctx, req, resp, &q->page, &from);

	if (e != E_OK || (e = point_history(ctx, &req->caller, from.is_first
	    ? INT64_MAX : from.key[0], from.items + 1, &found, &items.n))
	    != E_OK)
		return e;
	items.item = found;
	return page_put(ctx, req, resp, &q->page, &from, &items);
}
