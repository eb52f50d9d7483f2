/* SPDX-License-Identifier: MIT */
/* Commands about orders, by the API's rules, and about payments. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "ops/command.h"
#include "ops/operator.h"
#include "ops/show.h"
#include "shop/caller.h"
#include "shop/order.h"
#include "shop/payment.h"

/* The newest first: behind an id is what is older. */
static int64_t
before(int64_t after_id)
{
	return after_id != 0 ? after_id : INT64_MAX;
}

/* ---- order list */

struct order_list_options {
	int64_t limit, after_id, user_id;
	bool json;
	const char *status;
};

static const struct option_row order_list_options[] = {
	PAGE_OPTIONS(struct order_list_options),
	JSON_OPTION(struct order_list_options),
	{ .name = "status", .type = OPTION_TEXT, .min = 1, .max = INT32_MAX,
	    .offset = offsetof(struct order_list_options, status) },
	{ .name = "user", .type = OPTION_INT, .min = 1, .max = SAFE_INT_MAX,
	    .offset = offsetof(struct order_list_options, user_id) },
	{ .name = NULL },
};

static const struct json_field order_first_fields[] = {
	{ JSON_AT("productId", INT, struct order_item, product_id) },
	{ JSON_AT("quantity", INT, struct order_item, quantity) },
	{ JSON_AT("name", STR, struct order_item, name) },
	JSON_END
};

static const struct json_field order_summary_fields[] = {
	{ JSON_AT("id", INT, struct order_summary, id) },
	{ JSON_AT("userId", INT, struct order_summary, user_id) },
	{ JSON_AT("status", CHOICE, struct order_summary, status),
	    .choices = order_statuses },
	{ JSON_AT("totalPrice", INT, struct order_summary, total_price_pt) },
	{ JSON_AT("createdAt", STR, struct order_summary, created_at) },
	{ JSON_AT("lines", INT, struct order_summary, lines) },
	{ JSON_AT("first", OBJECT, struct order_summary, first),
	    .fields = order_first_fields },
	JSON_END
};

/* False: the text is no status. */
static bool
read_status(const char *text, int *status)
{
	*status = ORDER_ANY_STATUS;
	if (text == NULL)
		return true;
	for (int i = 0; order_statuses[i] != NULL; i++)
		if (strcmp(order_statuses[i], text) == 0)
			*status = i;
	return *status != ORDER_ANY_STATUS;
}

static int
run_order_list(struct ctx *ctx, const void *options)
{
	const struct order_list_options *o = options;
	struct order_list which = { .all = true, .user_id = o->user_id,
	    .before_id = before(o->after_id), .limit = o->limit + 1 };
	struct show_list l = { .size = sizeof(struct order_summary),
	    .after_at = offsetof(struct order_summary, id),
	    .fields = order_summary_fields, .limit = o->limit };
	struct order_summary *found;
	enum err e;

	if (!read_status(o->status, &which.status))
		return command_misused("status", "must be paid, cancelled or "
		    "fulfilled");
	e = order_find(ctx, &caller_operator, &which, &found, &l.n);
	if (e == E_OK) {
		l.item = found;
		e = show_list(ctx->arena, &l, o->json);
	}
	return e == E_OK ? EXIT_DONE
	    : operator_refused(ctx, "order list", e, 0);
}

const struct command cmd_order_list = {
	.noun = "order", .verb = "list", .usage = "[OPTION...]",
	.help = "list orders, the newest first\n"
	    "these alone: --status S, --user ID\n"
	    "in pages: --limit N, --after ID\n"
	    "for programs: --json",
	.run = run_order_list,
	.options = order_list_options,
	.size = sizeof(struct order_list_options),
};

/* ---- order show, cancel, fulfil */

struct order_options {
	int64_t id;
	bool json;
};

static const struct option_row order_options[] = {
	ID_OPTION("order", struct order_options, id),
	JSON_OPTION(struct order_options),
	{ .name = NULL },
};

static const struct json_field order_item_fields[] = {
	{ JSON_AT("productId", INT, struct order_item, product_id) },
	{ JSON_AT("quantity", INT, struct order_item, quantity) },
	{ JSON_AT("price", INT, struct order_item, price_pt) },
	{ JSON_AT("name", STR, struct order_item, name) },
	JSON_END
};

static const struct json_field order_payment_fields[] = {
	{ JSON_AT("id", INT, struct payment, id) },
	{ JSON_AT("status", CHOICE, struct payment, status),
	    .choices = payment_statuses },
	{ JSON_AT("amount", INT, struct payment, amount_pt) },
	{ JSON_AT("attempts", INT, struct payment, attempts) },
	JSON_END
};

static const struct json_field order_fields[] = {
	{ JSON_AT("id", INT, struct order, id) },
	{ JSON_AT("userId", INT, struct order, user_id) },
	{ JSON_AT("status", CHOICE, struct order, status),
	    .choices = order_statuses },
	{ JSON_AT("totalPrice", INT, struct order, total_price_pt) },
	{ JSON_AT("balanceAfter", INT, struct order, balance_after_pt) },
	{ JSON_AT("createdAt", STR, struct order, created_at) },
	{ JSON_AT("cancelledAt", STR, struct order, cancelled_at),
	    .nullable = true },
	{ JSON_AT("fulfilledAt", STR, struct order, fulfilled_at),
	    .nullable = true },
	{ JSON_AT("payment", OBJECT, struct order, payment),
	    .fields = order_payment_fields },
	{ JSON_LIST_AT("items", struct order, item, n, order_item_fields,
	    struct order_item) },
	JSON_END
};

static int
run_order_show(struct ctx *ctx, const void *options)
{
	const struct order_options *o = options;
	struct order order;
	enum err e = order_get(ctx, &caller_operator, o->id, &order);

	if (e == E_OK)
		e = show_one(ctx->arena, order_fields, &order, o->json);
	return e == E_OK ? EXIT_DONE
	    : operator_refused(ctx, "order show", e, o->id);
}

const struct command cmd_order_show = {
	.noun = "order", .verb = "show", .usage = "ID [--json]",
	.help = "show an order and its lines",
	.run = run_order_show,
	.options = order_options, .size = sizeof(struct order_options),
};

/* Both end an order in one way: order_cancel, order_fulfil. */
typedef enum err end_order(struct ctx *, const struct caller *,
    const struct idem *, int64_t id, struct order *);

static int
run_end(struct ctx *ctx, const char *what, const struct order_options *o,
    end_order *end)
{
	struct order order;
	struct idem key;
	int64_t user_id;
	enum err e = order_get(ctx, &caller_operator, o->id, &order);

	user_id = order.user_id;
	if (e == E_OK)
		e = operator_key(&key);
	if (e == E_OK)
		e = end(ctx, &caller_operator, &key, o->id, &order);
	if (e != E_OK)
		return operator_refused(ctx, what, e, o->id);
	order.user_id = user_id;
	return show_one(ctx->arena, order_fields, &order, o->json) == E_OK
	    ? EXIT_DONE : command_failed(what, "it is done, but can't be "
	    "shown: out of memory");
}

static int
run_order_cancel(struct ctx *ctx, const void *options)
{
	return run_end(ctx, "order cancel", options, order_cancel);
}

static int
run_order_fulfil(struct ctx *ctx, const void *options)
{
	return run_end(ctx, "order fulfil", options, order_fulfil);
}

const struct command cmd_order_cancel = {
	.noun = "order", .verb = "cancel", .usage = "ID [--json]",
	.help = "give back an order's points and\nstock, once",
	.run = run_order_cancel,
	.options = order_options, .size = sizeof(struct order_options),
};

const struct command cmd_order_fulfil = {
	.noun = "order", .verb = "fulfil", .usage = "ID [--json]",
	.help = "an order was sent, and can't be\ncancelled any more",
	.run = run_order_fulfil,
	.options = order_options, .size = sizeof(struct order_options),
};

/* ---- payment list */

struct payment_options {
	int64_t limit, after_id;
	bool json, failed;
};

static const struct option_row payment_options[] = {
	PAGE_OPTIONS(struct payment_options),
	JSON_OPTION(struct payment_options),
	{ .name = "failed", .type = OPTION_FLAG,
	    .offset = offsetof(struct payment_options, failed) },
	{ .name = NULL },
};

static const struct json_field payment_summary_fields[] = {
	{ JSON_AT("id", INT, struct payment_summary, id) },
	{ JSON_AT("userId", INT, struct payment_summary, user_id) },
	{ JSON_AT("amount", INT, struct payment_summary, amount_pt) },
	{ JSON_AT("status", CHOICE, struct payment_summary, status),
	    .choices = payment_statuses },
	{ JSON_AT("attempts", INT, struct payment_summary, attempts) },
	{ JSON_AT("createdAt", STR, struct payment_summary, created_at) },
	{ JSON_AT("reason", STR, struct payment_summary, reason),
	    .nullable = true },
	JSON_END
};

static int
run_payment_list(struct ctx *ctx, const void *options)
{
	const struct payment_options *o = options;
	struct show_list l = { .size = sizeof(struct payment_summary),
	    .after_at = offsetof(struct payment_summary, id),
	    .fields = payment_summary_fields, .limit = o->limit };
	struct payment_summary *found;
	enum err e = payment_find(ctx, o->failed, before(o->after_id),
	    o->limit + 1, &found, &l.n);

	if (e == E_OK) {
		l.item = found;
		e = show_list(ctx->arena, &l, o->json);
	}
	return e == E_OK ? EXIT_DONE
	    : operator_refused(ctx, "payment list", e, 0);
}

const struct command cmd_payment_list = {
	.noun = "payment", .verb = "list", .usage = "[OPTION...]",
	.help = "list payments, the newest first\n"
	    "these alone: --failed\n"
	    "in pages: --limit N, --after ID\n"
	    "for programs: --json",
	.run = run_payment_list,
	.options = payment_options, .size = sizeof(struct payment_options),
};
