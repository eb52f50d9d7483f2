/* SPDX-License-Identifier: MIT */
/*
 * Lists of products, in pages by keys.  Every order is told by two integers that
 * ascend, so that where a page ended is compared in one way.
 */
#include "config.h"

#include "shop/catalogue.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "shop/attempt.h"
#include "shop/row.h"

/*
 * A text with so many hits is found by the suffixes, one with more by looking at
 * the names: there are hits enough then for a page to be full soon.  Both ways
 * cost about the same here where the shop has 100 000 products.
 */
#define FEW_HITS 1000

static const struct row_column summary_columns[] = {
	ROW_INT(struct product_summary, id),
	ROW_STR(struct product_summary, name),
	ROW_INT(struct product_summary, price_pt),
	ROW_INT(struct product_summary, stock),
	ROW_STR(struct product_summary, image_url),
	ROW_INT(struct product_summary, key[0]),
	ROW_INT(struct product_summary, key[1]),
	ROW_END
};

/* By which statement, and what a product's price and id count in its keys. */
static const struct {
	enum sql sql;
	int price, id;
} orders[] = {
	[PRODUCT_BY_ID] = { SQL_PRODUCTS, 0, 1 },
	[PRODUCT_NEWEST] = { SQL_PRODUCTS_NEWEST, 0, -1 },
	[PRODUCT_CHEAPEST] = { SQL_PRODUCTS_CHEAPEST, 1, 1 },
	[PRODUCT_DEAREST] = { SQL_PRODUCTS_DEAREST, -1, 1 },
};

static enum err
read_list(struct ctx *ctx, enum sql sql, const struct db_arg *arg, size_t n,
    struct product_summary **list, size_t *found)
{
	struct db_result r;
	enum err e = attempt_read(ctx, sql, arg, n, &r);

	return e != E_OK ? e : row_list(ctx->arena, &r, summary_columns,
	    sizeof **list, list, found);
}

/* Walk the list in its order. */
static enum err
walk_list(struct ctx *ctx, const struct product_list *l, const char *text,
    const int64_t after[PRODUCT_KEYS], struct product_summary **list,
    size_t *n)
{
	enum sql sql = orders[l->order].sql;
	size_t len = strlen(text);
	struct db_arg by_id[] = {
	    DB_INT(l->on_sale), DB_INT(orders[l->order].id * after[1]),
	    DB_TEXT(text, len), DB_INT(l->limit) };
	struct db_arg by_price[] = {
	    DB_INT(l->on_sale), DB_INT(after[0]), DB_INT(after[1]),
	    DB_TEXT(text, len), DB_INT(l->limit),
	    DB_INT(l->on_sale), DB_INT(after[0]),
	    DB_TEXT(text, len), DB_INT(l->limit), DB_INT(l->limit) };

	return orders[l->order].price == 0
	    ? read_list(ctx, sql, by_id, 4, list, n)
	    : read_list(ctx, sql, by_price, 10, list, n);
}

/* Take all on sale that have the text, and sort them. */
static enum err
sort_hits(struct ctx *ctx, const struct product_list *l, const char *text,
    const int64_t after[PRODUCT_KEYS], struct product_summary **list,
    size_t *n)
{
	size_t len = strlen(text);
	struct db_arg arg[] = {
	    DB_INT(orders[l->order].price), DB_INT(orders[l->order].id),
	    DB_TEXT(text, len), DB_TEXT(text, len), DB_INT(after[0]),
	    DB_INT(after[0]), DB_INT(after[1]), DB_INT(l->limit) };

	return read_list(ctx, SQL_PRODUCTS_FOUND, arg, 8, list, n);
}

/* A text as names are compared with it, and how many suffixes begin with it. */
struct hits {
	int64_t n;			/* as many as were counted, or more */
	const char *text;
};

static const struct row_column hits_columns[] = {
	ROW_INT(struct hits, n), ROW_STR(struct hits, text), ROW_END
};

/* Count most of them and no more. */
static enum err
count_hits(struct ctx *ctx, const char *text, int64_t most, struct hits *hits)
{
	size_t len = strlen(text);
	struct db_arg arg[] = { DB_TEXT(text, len), DB_TEXT(text, len),
	    DB_TEXT(text, len), DB_INT(most) };
	struct db_result r;
	enum err e = attempt_read(ctx, SQL_PRODUCTS_HITS, arg, 4, &r);

	return e != E_OK ? e
	    : row_read(ctx->arena, &r, 0, hits_columns, hits);
}

enum err
catalogue_find(struct ctx *ctx, const struct product_list *l,
    struct product_summary **list, size_t *n)
{
	/* By price no key is so small; by id the first is not looked at. */
	int64_t after[PRODUCT_KEYS] = { -SAFE_INT_MAX - 1, -SAFE_INT_MAX - 1 };
	struct hits hits = { FEW_HITS + 1, "" };
	enum err e = E_OK;

	*n = 0;
	if (!l->is_first)
		memcpy(after, l->after, sizeof after);
	if (l->text[0] != '\0')
		e = count_hits(ctx, l->text, l->on_sale ? FEW_HITS + 1 : 0,
		    &hits);
	if (e != E_OK || (l->on_sale && hits.n == 0))
		return e;
	return !l->on_sale || hits.n > FEW_HITS
	    ? walk_list(ctx, l, hits.text, after, list, n)
	    : sort_hits(ctx, l, hits.text, after, list, n);
}

enum err
catalogue_some(struct ctx *ctx, const int64_t *id, size_t n,
    struct product_summary **list, size_t *found)
{
	size_t size = n * sizeof "9007199254740991," + sizeof "[]";
	char *text = arena_alloc(ctx->arena, size);
	struct db_arg arg[1];
	struct buf b;

	if (text == NULL)
		return E_INTERNAL;
	buf_init(&b, text, size);
	for (size_t i = 0; i < n; i++) {
		buf_char(&b, i > 0 ? ',' : '[');
		buf_i64(&b, id[i]);
	}
	buf_char(&b, ']');
	arg[0] = (struct db_arg)DB_TEXT(b.data, b.len);
	return read_list(ctx, SQL_PRODUCTS_SOME, arg, 1, list, found);
}
