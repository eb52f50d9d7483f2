/* SPDX-License-Identifier: MIT */
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

/* A line as order_place takes it: product 16, quantity 4, place 3 digits. */
#define LINE_BYTES 23

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

static enum err
read_order(struct ctx *ctx, const struct db_result *r, struct order *o)
{
	o->item = arena_alloc(ctx->arena, r->rows * sizeof *o->item);
	if (o->item == NULL ||
	    !num_rfc3339(db_at(r, 0, 5)->s, o->created_at) ||
	    !payment_status_parse(db_at(r, 0, 6)->s, &o->payment.status))
		return E_INTERNAL;
	o->id = o->payment.id = db_at(r, 0, 1)->i;
	o->status = db_at(r, 0, 2)->s;
	o->total_price_pt = o->payment.amount_pt = db_at(r, 0, 3)->i;
	o->balance_after_pt = db_at(r, 0, 4)->i;
	o->payment.attempts = db_at(r, 0, 7)->i;
	o->n = r->rows;
	for (size_t i = 0; i < o->n; i++)
		o->item[i] = (struct order_item){
			.product_id = db_at(r, i, 8)->i,
			.name = db_at(r, i, 9)->s,
			.quantity = db_at(r, i, 10)->i,
			.price_pt = db_at(r, i, 11)->i,
		};
	return E_OK;
}

/* A refusal's one row; other errors have none. */
static void
read_refusal(enum err e, const struct db_result *r, struct order_refusal *f)
{
	if (e == E_INSUFFICIENT_POINTS) {
		f->required_pt = db_at(r, 0, 1)->i;
		f->available_pt = db_at(r, 0, 2)->i;
	} else if (e == E_PRODUCT_NOT_FOUND || e == E_INSUFFICIENT_STOCK) {
		read_lines(db_at(r, 0, 3)->s, f);
	}
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
	read_refusal(e, &r, refusal);
	return e;
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
