/* SPDX-License-Identifier: MIT */
/* The window is the database's clock's; which of two queries, its steps tell. */
#include "config.h"

#include "shop/rank.h"

#include <string.h>

#include "shop/attempt.h"
#include "shop/row.h"

/* What RANK_WINDOW answers, as the ranking's arguments and as its answer. */
struct window {
	const char *to_db, *from_db;
	int64_t stepped;	/* the first mark's id, where a clock stepped */
};

static const struct row_column window_columns[] = {
	ROW_STR(struct window, to_db),
	ROW_STR(struct window, from_db),
	ROW_INT(struct window, stepped),
	ROW_END
};

static const struct row_column told_columns[] = {
	ROW_TIME(struct rank, to), ROW_TIME(struct rank, from), ROW_END
};

static const struct row_column item_columns[] = {
	ROW_INT(struct rank_item, product_id),
	ROW_STR(struct rank_item, name),
	ROW_INT(struct rank_item, price_pt),
	ROW_INT(struct rank_item, sold),
	ROW_END
};

static enum err
read_items(struct ctx *ctx, const struct window *w, struct rank *rank)
{
	struct db_arg arg[] = { DB_INT(w->stepped),
	    DB_TEXT(w->from_db, strlen(w->from_db)),
	    DB_TEXT(w->to_db, strlen(w->to_db)) };
	struct db_result r;
	enum err e;

	e = w->stepped == 0 ? attempt_read(ctx, SQL_RANK, &arg[1], 1, &r)
	    : attempt_read(ctx, SQL_RANK_STEPPED, arg, 3, &r);
	if (e != E_OK)
		return e;
	e = row_list(ctx->arena, &r, item_columns, sizeof *rank->item,
	    &rank->item, &rank->n);
	for (size_t i = 0; i < rank->n; i++)
		rank->item[i].rank = (int64_t)i + 1;
	return e;
}

enum err
rank_compute(struct ctx *ctx, struct rank *rank)
{
	struct window w;
	struct db_result r;
	enum err e;

	memset(rank, 0, sizeof *rank);
	if ((e = attempt_read(ctx, SQL_RANK_WINDOW, NULL, 0, &r)) != E_OK ||
	    (e = row_read(ctx->arena, &r, 0, window_columns, &w)) != E_OK ||
	    (e = row_read(ctx->arena, &r, 0, told_columns, rank)) != E_OK)
		return e;
	return read_items(ctx, &w, rank);
}
