/* SPDX-License-Identifier: MIT */
/* One product: read, made, changed.  A write answers with what its routine noted. */
#include "config.h"

#include "shop/product.h"

#include <string.h>

#include "shop/attempt.h"
#include "shop/row.h"

#define PRODUCT_COLUMNS \
	ROW_INT(struct product, id), \
	ROW_STR(struct product, name), \
	ROW_STR(struct product, description), \
	ROW_INT(struct product, price_pt), \
	ROW_INT(struct product, stock), \
	ROW_STR(struct product, image_url), \
	ROW_INT(struct product, version)

static const struct row_column product_columns[] = {
	PRODUCT_COLUMNS, ROW_END
};

struct seen {
	struct product product;
	int role;
};

static const char *const viewers[] = {
	[CALLER_CUSTOMER] = "customer",
	[CALLER_ADMIN] = "admin",
	NULL
};

static const struct row_column seen_columns[] = {
	ROW_INT(struct seen, product.id),
	ROW_STR(struct seen, product.name),
	ROW_STR(struct seen, product.description),
	ROW_INT(struct seen, product.price_pt),
	ROW_INT(struct seen, product.stock),
	ROW_STR(struct seen, product.image_url),
	ROW_INT(struct seen, product.version),
	ROW_BOOL(struct seen, product.on_sale),
	ROW_CHOICE(struct seen, role, viewers),
	ROW_END
};

/* A write has its outcome and two numbers before them. */
static const struct row_column written_columns[] = {
	ROW_SKIP(3), PRODUCT_COLUMNS, ROW_BOOL(struct product, on_sale), ROW_END
};

static const struct row_column numbers_columns[] = {
	ROW_SKIP(1),
	ROW_INT(struct product_refusal, requested),
	ROW_INT(struct product_refusal, available),
	ROW_END
};

static const struct row_column added_columns[] = {
	ROW_SKIP(1), ROW_INT(struct product, id), ROW_END
};

static struct db_arg
text_arg(const char *text)
{
	struct db_arg arg = DB_TEXT(text, strlen(text));

	return arg;
}

enum err
product_get(struct ctx *ctx, int64_t id, struct product *p)
{
	struct db_arg arg[] = { DB_INT(id) };
	struct db_result r;
	enum err e;

	memset(p, 0, sizeof *p);
	if ((e = attempt_read(ctx, SQL_PRODUCT, arg, 1, &r)) != E_OK)
		return e;
	return r.rows == 0 ? E_PRODUCT_NOT_FOUND
	    : row_read(ctx->arena, &r, 0, product_columns, p);
}

/*
 * What a replica says of a customer and of a product that it has is good enough,
 * as it is without a token.  An admin is shown what was changed last.
 */
static bool
is_shown_by_replica(struct ctx *ctx, const struct db_arg *arg, size_t n,
    struct db_result *r)
{
	struct seen seen = { .role = CALLER_ADMIN };

	return attempt_at_replica(ctx, SQL_PRODUCT_FOR, arg, n, r) &&
	    r->rows == 1 &&
	    row_read(ctx->arena, r, 0, seen_columns, &seen) == E_OK &&
	    seen.role == CALLER_CUSTOMER && seen.product.id != 0;
}

enum err
product_get_for(struct ctx *ctx, const struct caller *caller, int64_t id,
    struct product *p, bool *is_admin)
{
	struct db_arg arg[] = { DB_INT(id), CALLER_ARGS(caller) };
	struct seen seen = { .role = CALLER_CUSTOMER };
	bool any = caller->is_operator;
	struct db_result r;
	enum err e;

	if ((any || !is_shown_by_replica(ctx, arg, 3, &r)) &&
	    (e = attempt_read(ctx, any ? SQL_PRODUCT_ANY : SQL_PRODUCT_FOR,
	    arg, any ? 1 : 3, &r)) != E_OK)
		return e;
	if (r.rows == 0 && any)
		return E_PRODUCT_NOT_FOUND;
	if (r.rows == 0) {
		e = caller_refused(ctx, caller);
		return e != E_OK ? e : E_UNAVAILABLE;
	}
	e = row_read(ctx->arena, &r, 0, seen_columns, &seen);
	*p = seen.product;
	*is_admin = seen.role == CALLER_ADMIN;
	return e != E_OK ? e : p->id == 0 ? E_PRODUCT_NOT_FOUND : E_OK;
}

/* Run a write; what it was told becomes the product, or why not. */
static enum err
write_product(struct ctx *ctx, const struct idem *idem, enum sql sql,
    struct db_arg *arg, size_t n, struct product *p,
    struct product_refusal *why)
{
	struct attempt w = { sql, arg, n, NULL, E_UNAVAILABLE };
	struct db_result r;
	bool replayed;
	enum err e = attempt_write(ctx, &w, &r, &replayed), wrong;

	memset(why, 0, sizeof *why);
	if (e == E_OK) {
		p->replayed = replayed && idem->from_client;
		return row_read(ctx->arena, &r, 0, written_columns, p);
	}
	if (e != E_EDIT_CONFLICT && e != E_INSUFFICIENT_STOCK &&
	    e != E_VALIDATION_FAILED)
		return e;
	wrong = row_read(ctx->arena, &r, 0, numbers_columns, why);
	return wrong != E_OK ? wrong : e;
}

enum err
product_create(struct ctx *ctx, const struct caller *caller,
    const struct idem *idem, struct product *p)
{
	struct db_arg arg[] = { IDEM_ARGS(caller, idem), text_arg(p->name),
	    text_arg(p->description), DB_INT(p->price_pt), DB_INT(p->stock),
	    text_arg(p->image_url != NULL ? p->image_url : "") };
	struct product_refusal none;

	return write_product(ctx, idem, SQL_PRODUCT_CREATE, arg, 10, p, &none);
}

enum err
product_change(struct ctx *ctx, const struct caller *caller,
    const struct idem *idem, unsigned parts, struct product *p,
    struct product_refusal *why)
{
	struct db_arg arg[] = { IDEM_ARGS(caller, idem), DB_INT(p->id),
	    DB_INT(p->version), DB_INT(parts),
	    text_arg(p->name != NULL ? p->name : ""),
	    text_arg(p->description != NULL ? p->description : ""),
	    DB_INT(p->price_pt),
	    text_arg(p->image_url != NULL ? p->image_url : ""),
	    DB_INT(p->on_sale ? 1 : 0) };

	return write_product(ctx, idem, caller->is_operator
	    ? SQL_OPERATOR_CHANGE : SQL_PRODUCT_CHANGE, arg, 13, p, why);
}

enum err
product_restock(struct ctx *ctx, const struct caller *caller,
    const struct idem *idem, int64_t quantity, const char *reason,
    struct product *p, struct product_refusal *why)
{
	struct db_arg arg[] = { IDEM_ARGS(caller, idem), DB_INT(p->id),
	    DB_INT(quantity), text_arg(reason != NULL ? reason : "") };

	return write_product(ctx, idem, caller->is_operator
	    ? SQL_OPERATOR_RESTOCK : SQL_PRODUCT_RESTOCK, arg, 8, p, why);
}

enum err
product_add(struct ctx *ctx, struct product *p)
{
	struct db_arg arg[] = { text_arg(p->name), text_arg(p->description),
	    DB_INT(p->price_pt), DB_INT(p->stock) };
	struct db_result r;
	enum db_class class = attempt_run(ctx, SQL_PRODUCT_ADD, arg, 4, &r);

	return class == DB_COMMIT_UNKNOWN ? E_OUTCOME_UNKNOWN : class != DB_OK
	    ? E_UNAVAILABLE : row_read(ctx->arena, &r, 0, added_columns, p);
}

static const struct row_column movement_columns[] = {
	ROW_INT(struct product_movement, id),
	ROW_STR(struct product_movement, type),
	ROW_INT(struct product_movement, quantity),
	ROW_STR(struct product_movement, reason),
	ROW_TIME(struct product_movement, created_at),
	ROW_END
};

enum err
product_movements(struct ctx *ctx, int64_t id, int64_t limit,
    struct product_movement **list, size_t *n)
{
	struct db_arg arg[] = { DB_INT(id), DB_INT(limit) };
	struct db_result r;
	enum err e = attempt_read(ctx, SQL_PRODUCT_MOVEMENTS, arg, 2, &r);

	return e != E_OK ? e : row_list(ctx->arena, &r, movement_columns,
	    sizeof **list, list, n);
}
