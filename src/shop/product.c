/* SPDX-License-Identifier: MIT */
/* Products are read here, and made by shopctl. */
#include "config.h"

#include "shop/product.h"

#include <string.h>

#include "shop/attempt.h"
#include "shop/row.h"

static const struct row_column product_columns[] = {
	ROW_INT(struct product, id),
	ROW_STR(struct product, name),
	ROW_STR(struct product, description),
	ROW_INT(struct product, price_pt),
	ROW_INT(struct product, stock),
	ROW_END
};

static const struct row_column added_columns[] = {
	ROW_SKIP(1), ROW_INT(struct product, id), ROW_END
};

enum err
product_get(struct ctx *ctx, int64_t id, struct product *p)
{
	struct db_arg arg[] = { DB_INT(id) };
	struct db_result r;
	enum err e;

	if ((e = attempt_read(ctx, SQL_PRODUCT, arg, 1, &r)) != E_OK)
		return e;
	return r.rows == 0 ? E_PRODUCT_NOT_FOUND
	    : row_read(ctx->arena, &r, 0, product_columns, p);
}

enum err
product_add(struct ctx *ctx, struct product *p)
{
	struct db_arg arg[] = { DB_TEXT(p->name, strlen(p->name)),
	    DB_TEXT(p->description, strlen(p->description)),
	    DB_INT(p->price_pt), DB_INT(p->stock) };
	struct db_result r;

	return db_run(ctx->db, ctx->arena, SQL_PRODUCT_ADD, arg, 4, &r)
	    != DB_OK ? E_UNAVAILABLE
	    : row_read(ctx->arena, &r, 0, added_columns, p);
}
