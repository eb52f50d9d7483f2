/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "shop/product.h"

#include <string.h>

#include "shop/attempt.h"

enum err
product_get(struct ctx *ctx, int64_t id, struct product *p)
{
	struct db_arg arg[] = { DB_INT(id) };
	struct db_result r;
	enum err e;

	if ((e = attempt_read(ctx, SQL_PRODUCT, arg, 1, &r)) != E_OK)
		return e;
	if (r.rows == 0)
		return E_PRODUCT_NOT_FOUND;
	*p = (struct product){
		.id = db_at(&r, 0, 0)->i,
		.name = db_at(&r, 0, 1)->s,
		.description = db_at(&r, 0, 2)->s,
		.price_pt = db_at(&r, 0, 3)->i,
		.stock = db_at(&r, 0, 4)->i,
	};
	return E_OK;
}

enum err
product_add(struct ctx *ctx, struct product *p)
{
	struct db_arg arg[] = { DB_TEXT(p->name, strlen(p->name)),
	    DB_TEXT(p->description, strlen(p->description)),
	    DB_INT(p->price_pt), DB_INT(p->stock) };
	struct db_result r;

	if (db_run(ctx->db, ctx->arena, SQL_PRODUCT_ADD, arg, 4, &r) != DB_OK)
		return E_UNAVAILABLE;
	p->id = db_at(&r, 0, 1)->i;
	return E_OK;
}
