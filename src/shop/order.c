/* SPDX-License-Identifier: MIT */
/* What routines and statements tell of orders becomes structs here. */
#include "config.h"

#include "shop/order.h"

#include <string.h>

#include "base/arena.h"
#include "shop/attempt.h"
#include "shop/row.h"

const char *const order_statuses[] = {
	[ORDER_PAID] = "paid",
	[ORDER_CANCELLED] = "cancelled",
	[ORDER_FULFILLED] = "fulfilled",
	NULL
};

/* Each row of an order has the order, its payment, and one of its items. */
static const struct row_column order_columns[] = {
	ROW_SKIP(1),
	ROW_INT(struct order, id),
	ROW_CHOICE(struct order, status, order_statuses),
	ROW_INT(struct order, total_price_pt),
	ROW_INT(struct order, balance_after_pt),
	ROW_TIME(struct order, created_at),
	ROW_CHOICE(struct order, payment.status, payment_statuses),
	ROW_INT(struct order, payment.attempts),
	ROW_END
};

static const struct row_column item_columns[] = {
	ROW_SKIP(8),
	ROW_INT(struct order_item, product_id),
	ROW_STR(struct order_item, name),
	ROW_INT(struct order_item, quantity),
	ROW_INT(struct order_item, price_pt),
	ROW_END
};

/* And, where it is not just being made, what became of it. */
static const struct row_column end_columns[] = {
	ROW_SKIP(12),
	ROW_TIME(struct order, cancelled_at),
	ROW_TIME(struct order, fulfilled_at),
	ROW_END
};

static const struct row_column owner_columns[] = {
	ROW_SKIP(14), ROW_INT(struct order, user_id), ROW_END
};

struct short_row {
	int64_t required_pt, available_pt;
	const char *lines, *asked;
};

static const struct row_column short_columns[] = {
	ROW_SKIP(1),
	ROW_INT(struct short_row, required_pt),
	ROW_INT(struct short_row, available_pt),
	ROW_STR(struct short_row, lines),
	ROW_STR(struct short_row, asked),
	ROW_END
};

static enum err
read_order(struct ctx *ctx, const struct db_result *r, struct order *o)
{
	enum err e = row_read(ctx->arena, r, 0, order_columns, o);

	/* An order's number is its payment's. */
	o->payment.id = o->id;
	o->payment.amount_pt = o->total_price_pt;
	return e != E_OK ? e : row_list(ctx->arena, r, item_columns,
	    sizeof *o->item, &o->item, &o->n);
}

static enum err
read_ended(struct ctx *ctx, const struct db_result *r, struct order *o)
{
	enum err e = read_order(ctx, r, o);

	return e != E_OK ? e : row_read(ctx->arena, r, 0, end_columns, o);
}

/* A refusal's one row; other errors have none. */
static enum err
read_refusal(struct ctx *ctx, enum err why, const struct db_result *r,
    struct order_refusal *f)
{
	struct short_row is = { 0 };
	enum err e;

	if (why != E_INSUFFICIENT_POINTS && why != E_PRODUCT_NOT_FOUND &&
	    why != E_INSUFFICIENT_STOCK && why != E_PRICE_CHANGED)
		return why;
	if ((e = row_read(ctx->arena, r, 0, short_columns, &is)) != E_OK)
		return e;
	f->required_pt = is.required_pt;
	f->available_pt = is.available_pt;
	f->asked_n = lines_read(is.asked, f->asked);
	if (why != E_INSUFFICIENT_POINTS)
		f->n = lines_told(is.lines, f->told);
	return why;
}

/* Tried, and tried again, with lines and prices as the routine takes them. */
static enum err
buy(struct ctx *ctx, const struct caller *caller, const struct idem *idem,
    const struct order_wish *wish, const char *lines, const char *prices,
    struct db_result *r, bool *replayed)
{
	struct idem once = *idem;
	struct db_arg arg[] = { IDEM_ARGS(caller, &once), DB_INT(1),
	    DB_TEXT(lines, strlen(lines)), DB_TEXT(prices, strlen(prices)),
	    DB_INT(wish->total_price_pt), DB_INT(wish->from_cart) };
	struct attempt w = { SQL_BUY, arg, 10, &arg[5].i, E_PAYMENT_FAILED };
	enum err e, recorded;

	if ((e = attempt_former(ctx, caller->id, &once)) != E_OK)
		return e;
	e = attempt_write(ctx, &w, r, replayed);
	*replayed = *replayed && once.from_client;
	if (e == E_PAYMENT_FAILED &&
	    (recorded = payment_fail(ctx, caller->id, lines)) != E_OK)
		return recorded;
	return e;
}

enum err
order_place(struct ctx *ctx, const struct caller *caller,
    const struct idem *idem, const struct order_wish *wish, struct order *o,
    struct order_refusal *refusal)
{
	const char *lines = "", *prices = "";
	struct db_result r;
	enum err e;

	memset(o, 0, sizeof *o);
	memset(refusal, 0, sizeof *refusal);
	if (!wish->from_cart && (lines = lines_text(ctx->arena, wish->line,
	    wish->n, &prices)) == NULL)
		return E_INTERNAL;
	e = buy(ctx, caller, idem, wish, lines, prices, &r, &o->replayed);
	return e == E_OK ? read_order(ctx, &r, o)
	    : read_refusal(ctx, e, &r, refusal);
}

/* Anybody's, for the operator. */
static enum err
get_any(struct ctx *ctx, int64_t id, struct order *o)
{
	struct db_arg arg[] = { DB_INT(id) };
	struct db_result r;
	enum err e = attempt_read(ctx, SQL_ORDER_ANY, arg, 1, &r);

	if (e != E_OK || r.rows == 0)
		return e != E_OK ? e : E_ORDER_NOT_FOUND;
	e = read_ended(ctx, &r, o);
	return e != E_OK ? e
	    : row_read(ctx->arena, &r, 0, owner_columns, o);
}

enum err
order_get(struct ctx *ctx, const struct caller *caller, int64_t id,
    struct order *o)
{
	struct db_arg arg[] = { CALLER_ARGS(caller), DB_INT(id) };
	struct db_result r;
	enum err e;

	memset(o, 0, sizeof *o);
	if (caller->is_operator)
		return get_any(ctx, id, o);
	if ((e = attempt_read(ctx, SQL_ORDER, arg, 3, &r)) != E_OK)
		return e;
	if (r.rows > 0)
		return read_ended(ctx, &r, o);
	/* Nothing: is it the order that is missing, or the user? */
	e = caller_refused(ctx, caller);
	return e != E_OK ? e : E_ORDER_NOT_FOUND;
}

/* By a routine that takes the order's id and answers with order_tell's rows. */
static enum err
change_order(struct ctx *ctx, const struct caller *caller,
    const struct idem *idem, enum sql sql, int64_t id, struct order *o)
{
	struct db_arg arg[] = { IDEM_ARGS(caller, idem), DB_INT(id) };
	struct attempt w = { sql, arg, 6, NULL, E_UNAVAILABLE };
	struct db_result r;
	enum err e;

	memset(o, 0, sizeof *o);
	e = attempt_write(ctx, &w, &r, &o->replayed);
	o->replayed = o->replayed && idem->from_client;
	return e != E_OK ? e : read_ended(ctx, &r, o);
}

enum err
order_cancel(struct ctx *ctx, const struct caller *caller,
    const struct idem *idem, int64_t id, struct order *o)
{
	return change_order(ctx, caller, idem, caller->is_operator
	    ? SQL_OPERATOR_CANCEL : SQL_CANCEL, id, o);
}

enum err
order_fulfil(struct ctx *ctx, const struct caller *caller,
    const struct idem *idem, int64_t id, struct order *o)
{
	return change_order(ctx, caller, idem, caller->is_operator
	    ? SQL_OPERATOR_FULFIL : SQL_FULFIL, id, o);
}

static const struct row_column summary_columns[] = {
	ROW_INT(struct order_summary, id),
	ROW_CHOICE(struct order_summary, status, order_statuses),
	ROW_INT(struct order_summary, total_price_pt),
	ROW_TIME(struct order_summary, created_at),
	ROW_INT(struct order_summary, user_id),
	ROW_INT(struct order_summary, lines),
	ROW_INT(struct order_summary, first.product_id),
	ROW_STR(struct order_summary, first.name),
	ROW_INT(struct order_summary, first.quantity),
	ROW_END
};

/* The list of all: nothing is found where the caller is no admin. */
static enum err
check_admin(struct ctx *ctx, const struct caller *caller)
{
	enum caller_role role;
	enum err e = caller_role(ctx, caller, &role);

	return e != E_OK ? e : role == CALLER_ADMIN ? E_OK : E_FORBIDDEN;
}

/* By which statement; the operator's don't have the caller at their end. */
static enum sql
list_sql(const struct caller *caller, const struct order_list *l)
{
	if (caller->is_operator)
		return l->user_id != 0 ? SQL_ORDERS_OF : SQL_ORDERS_ANY;
	return l->all ? SQL_ORDERS_ALL : SQL_ORDERS;
}

enum err
order_find(struct ctx *ctx, const struct caller *caller,
    const struct order_list *l, struct order_summary **list, size_t *n)
{
	/* The statement asks for each status by itself: 0 of those unwanted. */
	int64_t most[] = { [ORDER_PAID] = 0, [ORDER_CANCELLED] = 0,
	    [ORDER_FULFILLED] = 0 };
	int64_t whose = caller->is_operator ? l->user_id : caller->id;
	struct db_arg arg[] = {
	    DB_INT(whose), DB_INT(l->before_id), DB_INT(0),
	    DB_INT(whose), DB_INT(l->before_id), DB_INT(0),
	    DB_INT(whose), DB_INT(l->before_id), DB_INT(0),
	    DB_INT(l->limit), CALLER_ARGS(caller) };
	struct db_result r;
	enum err e;

	for (int s = ORDER_PAID; s <= ORDER_FULFILLED; s++)
		if (l->status == ORDER_ANY_STATUS || l->status == s)
			most[s] = l->limit;
	for (size_t s = 0; s < sizeof most / sizeof most[0]; s++)
		arg[3 * s + 2].i = most[s];
	e = attempt_read(ctx, list_sql(caller, l), arg,
	    caller->is_operator ? 10 : 12, &r);
	if (e != E_OK)
		return e;
	if (r.rows == 0 && !caller->is_operator && (e = l->all
	    ? check_admin(ctx, caller) : caller_refused(ctx, caller)) != E_OK)
		return e;
	return row_list(ctx->arena, &r, summary_columns, sizeof **list, list,
	    n);
}
