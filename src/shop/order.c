/* SPDX-License-Identifier: MIT */
/* The lines of an order on their way to the routine, and what comes back. */
#include "config.h"

#include "shop/order.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "shop/attempt.h"
#include "shop/row.h"

/*
 * A line as the routines take it: 16 digits of product id, for 2^53-1 has as
 * many; 4 of quantity, up to QUANTITY_MAX; 3 of place, below ORDER_LINES_MAX.
 * All lines are of one width, so that SQL finds the n-th without a parser.
 */
#define LINE_BYTES 23

_Static_assert(SAFE_INT_MAX < INT64_C(10000000000000000), "16 digits");
_Static_assert(QUANTITY_MAX < 10000, "4 digits");
_Static_assert(ORDER_LINES_MAX <= 1000, "3 digits");

struct placed {
	struct order_line line;
	size_t place;
};

static int
by_product(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	return (x->line.product_id > y->line.product_id) -
	    (x->line.product_id < y->line.product_id);
}

/* Sorted by product, so that all orders lock products in one order. */
static const char *
lines_text(struct arena *a, const struct order_line *line, size_t n)
{
	struct placed placed[ORDER_LINES_MAX];
	char *text = arena_alloc(a, n * LINE_BYTES + 1);

	assert(n > 0);
	assert(n <= ORDER_LINES_MAX);
	if (text == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++)
		placed[i] = (struct placed){ line[i], i };
	qsort(placed, n, sizeof placed[0], by_product);
	for (size_t i = 0; i < n; i++)
		snprintf(text + i * LINE_BYTES, LINE_BYTES + 1,
		    "%016" PRId64 "%04" PRId64 "%03zu",
		    placed[i].line.product_id, placed[i].line.quantity,
		    placed[i].place);
	return text;
}

static int
by_line(const void *a, const void *b)
{
	const size_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* "PLACE:AVAILABLE PLACE:AVAILABLE ", back in the client's order. */
static void
read_lines(const char *text, struct order_refusal *f)
{
	char *end;

	for (f->n = 0; *text != '\0' && f->n < ORDER_LINES_MAX; f->n++) {
		f->line[f->n].line = (size_t)strtoul(text, &end, 10);
		assert(*end == ':');
		f->line[f->n].available = strtoll(end + 1, &end, 10);
		assert(*end == ' ');
		text = end + 1;
	}
	qsort(f->line, f->n, sizeof f->line[0], by_line);
}

/* Each row of an order has the order, its payment, and one of its items. */
static const struct row_column order_columns[] = {
	ROW_SKIP(1),
	ROW_INT(struct order, id),
	ROW_STR(struct order, status),
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

static const struct row_column short_columns[] = {
	ROW_SKIP(1),
	ROW_INT(struct order_refusal, required_pt),
	ROW_INT(struct order_refusal, available_pt),
	ROW_STR(struct order_refusal, lines),
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

/* A refusal's one row; other errors have none. */
static enum err
read_refusal(struct ctx *ctx, enum err why, const struct db_result *r,
    struct order_refusal *f)
{
	enum err e;

	if (why != E_INSUFFICIENT_POINTS && why != E_PRODUCT_NOT_FOUND &&
	    why != E_INSUFFICIENT_STOCK)
		return why;
	e = row_read(ctx->arena, r, 0, short_columns, f);
	if (e == E_OK && why != E_INSUFFICIENT_POINTS)
		read_lines(f->lines, f);
	return e != E_OK ? e : why;
}

enum err
order_place(struct ctx *ctx, int64_t user_id, const struct idem *idem,
    const struct order_line *line, size_t n, struct order *o,
    struct order_refusal *refusal)
{
	const char *lines = lines_text(ctx->arena, line, n);
	struct idem once = *idem;
	struct db_arg arg[] = { IDEM_ARGS(user_id, &once), DB_INT(1),
	    DB_TEXT(lines, n * LINE_BYTES) };
	struct attempt w = { SQL_PLACE, arg, 6, &arg[4].i, E_PAYMENT_FAILED };
	struct db_result r;
	enum err e, recorded;

	memset(o, 0, sizeof *o);
	memset(refusal, 0, sizeof *refusal);
	if (lines == NULL)
		return E_INTERNAL;
	if ((e = attempt_former(ctx, user_id, &once)) != E_OK)
		return e;
	e = attempt_write(ctx, &w, &r, &o->replayed);
	o->replayed = o->replayed && once.from_client;
	if (e == E_OK)
		return read_order(ctx, &r, o);
	if (e == E_PAYMENT_FAILED &&
	    (recorded = payment_fail(ctx, user_id, lines)) != E_OK)
		return recorded;
	return read_refusal(ctx, e, &r, refusal);
}

enum err
order_get(struct ctx *ctx, int64_t user_id, int64_t id, struct order *o)
{
	struct db_arg arg[] = { DB_INT(id), DB_INT(user_id) };
	struct db_result r;
	enum err e;

	memset(o, 0, sizeof *o);
	if ((e = attempt_read(ctx, SQL_ORDER, arg, 2, &r)) != E_OK)
		return e;
	if (r.rows > 0)
		return read_order(ctx, &r, o);
	/* Nothing: is it the order that is missing, or the user? */
	if ((e = attempt_read(ctx, SQL_BALANCE, &arg[1], 1, &r)) != E_OK)
		return e;
	return r.rows == 0 ? E_UNKNOWN_USER : E_ORDER_NOT_FOUND;
}
