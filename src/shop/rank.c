/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "shop/rank.h"

#include <string.h>

#include "shop/attempt.h"

enum err
rank_compute(struct ctx *ctx, struct rank *rank)
{
	struct db_result w, r;
	enum err e;

	memset(rank, 0, sizeof *rank);
	if ((e = attempt_read(ctx, SQL_RANK_WINDOW, NULL, 0, &w)) != E_OK)
		return e;
	const struct db_cell *to = db_at(&w, 0, 0), *from = db_at(&w, 0, 1);
	int64_t stepped = db_at(&w, 0, 2)->i;
	struct db_arg by_id[] = { DB_INT(stepped),
	    DB_TEXT(from->s, from->len), DB_TEXT(to->s, to->len) };
	e = stepped == 0 ? attempt_read(ctx, SQL_RANK, &by_id[1], 1, &r)
	    : attempt_read(ctx, SQL_RANK_STEPPED, by_id, 3, &r);
	if (e != E_OK)
		return e;
	if (!num_rfc3339(from->s, rank->from) || !num_rfc3339(to->s, rank->to))
		return E_INTERNAL;
	for (rank->n = 0; rank->n < r.rows && rank->n < RANK_ITEMS; rank->n++)
		rank->item[rank->n] = (struct rank_item){
			.product_id = db_at(&r, rank->n, 0)->i,
			.name = db_at(&r, rank->n, 1)->s,
			.price_pt = db_at(&r, rank->n, 2)->i,
			.sold = db_at(&r, rank->n, 3)->i,
		};
	return E_OK;
}
