/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <inttypes.h>
#include <stddef.h>

#include "base/arena.h"
#include "shop/point.h"
#include "web/idem.h"
#include "web/route.h"

struct charge {
	int64_t amount_pt;
};

static const struct json_field charge_fields[] = {
	{ .name = "amount", .type = JSON_INT, .min = 1, .max = CHARGE_MAX,
	    .offset = offsetof(struct charge, amount_pt) },
	{ .name = NULL },
};

static enum err
put_transaction(struct ctx *ctx, struct resp *resp,
    const struct transaction *t)
{
	struct json_writer w;

	json_begin(&w, ctx->arena);
	json_open_object(&w, NULL);
	json_int(&w, "id", t->id);
	json_str(&w, "type", "charge");
	json_int(&w, "amount", t->amount_pt);
	json_int(&w, "balanceAfter", t->balance_after_pt);
	json_null(&w, "orderId");
	json_str(&w, "createdAt", t->created_at);
	json_close(&w);
	if (t->replayed)
		http_header(resp, "Idempotency-Replayed", "true");
	return http_json(resp, 201, &w);
}

/* There is room for less than the charge. */
static enum err
put_no_room(struct ctx *ctx, struct resp *resp, int64_t balance_pt)
{
	int64_t room_pt = POINTS_MAX - balance_pt;

	return problem_fault(ctx->arena, resp, (struct fault){
	    .code = FAULT_OUT_OF_RANGE, .pointer = "/amount",
	    .number = { 1, room_pt }, .detail = arena_printf(ctx->arena,
	    "The balance is %" PRId64 " and may be 9007199254740991 at most: "
	    "charge up to %" PRId64 ".", balance_pt, room_pt) });
}

enum err
h_point_charge(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	struct transaction t;
	struct charge c = { 0 };
	struct idem idem;
	enum err e, told;

	if ((e = http_decode(ctx, req, resp, charge_fields, &c)) != E_OK ||
	    (e = idem_make(req, &c, sizeof c, &idem)) != E_OK)
		return e;
	e = point_charge(ctx, req->user_id, &idem, c.amount_pt, &t);
	if (e == E_OK)
		return put_transaction(ctx, resp, &t);
	if (e == E_VALIDATION_FAILED && (told = put_no_room(ctx, resp,
	    t.balance_after_pt)) != E_OK)
		return told;
	return e;
}

enum err
h_point_balance(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	struct json_writer w;
	int64_t balance_pt;
	enum err e;

	if ((e = point_balance(ctx, req->user_id, &balance_pt)) != E_OK)
		return e;
	json_begin(&w, ctx->arena);
	json_open_object(&w, NULL);
	json_int(&w, "userId", req->user_id);
	json_int(&w, "balance", balance_pt);
	json_close(&w);
	return http_json(resp, 200, &w);
}
