/* SPDX-License-Identifier: MIT */
/*
 * The list of what is on sale: in pages, searched, or of ids that are named; and
 * for admins of what is off sale.
 */
#include "config.h"

#include <string.h>

#include "base/arena.h"
#include "base/num.h"
#include "shop/catalogue.h"
#include "web/page.h"
#include "web/route.h"
#include "web/text.h"

#define IDS_MAX		100
#define IDS_CHARS_MAX	(IDS_MAX * (int64_t)sizeof "9007199254740991")

static const char *const sorts[] = {
	[PRODUCT_BY_ID] = "id",
	[PRODUCT_NEWEST] = "-id",
	[PRODUCT_CHEAPEST] = "price",
	[PRODUCT_DEAREST] = "-price",
	NULL
};

struct products_query {
	struct page page;
	int sort;			/* enum product_order */
	bool on_sale;			/* counts where it was sent */
	enum json_presence has_sort, has_on_sale;
	const char *text, *ids;		/* NULL: not sent */
};

static const struct json_field query_fields[] = {
	PAGE_FIELDS(struct products_query, page),
	{ JSON_AT("sort", CHOICE, struct products_query, sort),
	    .choices = sorts, .optional = true,
	    JSON_PRESENCE(struct products_query, has_sort) },
	{ JSON_AT("onSale", BOOL, struct products_query, on_sale),
	    .optional = true, JSON_PRESENCE(struct products_query, has_on_sale) },
	{ JSON_AT("q", STR, struct products_query, text), .optional = true,
	    .min = 1, .max = SEARCH_CHARS_MAX },
	{ JSON_AT("ids", STR, struct products_query, ids), .optional = true,
	    .min = 1, .max = IDS_CHARS_MAX },
	JSON_END
};

static bool
is_on_sale(const struct products_query *q)
{
	return q->has_on_sale == JSON_ABSENT || q->on_sale;
}

/* Beside ids it is refused, whoever asks. */
static bool
is_off_sale_list(const void *values)
{
	const struct products_query *q = values;

	return !is_on_sale(q) && q->ids == NULL;
}

const struct input products_query = {
	.fields = query_fields, .size = sizeof(struct products_query),
	.is_admins = is_off_sale_list,
};

static const struct json_field listed_fields[] = {
	{ JSON_AT("id", INT, struct product_summary, id) },
	{ JSON_AT("name", STR, struct product_summary, name) },
	{ JSON_AT("price", INT, struct product_summary, price_pt) },
	{ JSON_AT("stock", INT, struct product_summary, stock) },
	{ JSON_AT("imageUrl", STR, struct product_summary, image_url),
	    .nullable = true },
	JSON_END
};

static void
listed_key(const void *item, int64_t key[PAGE_KEYS])
{
	const struct product_summary *p = item;

	_Static_assert(PAGE_KEYS == PRODUCT_KEYS, "a cursor has all keys");
	memcpy(key, p->key, sizeof p->key);
}

static enum err
query_fault(struct ctx *ctx, struct resp *resp, const char *parameter,
    const char *detail)
{
	enum err e = problem_fault(ctx->arena, resp, (struct fault){
	    .code = FAULT_WRONG_TYPE, .parameter = parameter,
	    .detail = detail });

	return e != E_OK ? e : E_INVALID_PARAMETER;
}

/* No other parameter stands beside ids; each that does is told. */
static enum err
check_alone(struct ctx *ctx, struct resp *resp,
    const struct products_query *q)
{
	const struct { bool sent; const char *name; } other[] = {
		{ q->page.limit != 0, "limit" },
		{ q->page.cursor != NULL, "cursor" },
		{ q->has_sort == JSON_GIVEN, "sort" },
		{ q->has_on_sale == JSON_GIVEN, "onSale" },
		{ q->text != NULL, "q" },
	};
	enum err e = E_OK;

	for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
		if (other[i].sent && e != E_INTERNAL)
			e = query_fault(ctx, resp, other[i].name,
			    text_say(ctx->arena, TEXT_IDS_ALONE,
			    TEXT_ARGS(TEXT_S(other[i].name))));
	return e;
}

/* The ids of a list with commas, each once; false where it is none. */
static bool
read_ids(const char *text, int64_t id[IDS_MAX], size_t *n)
{
	size_t len, i, sent = 0;
	int64_t one;

	for (*n = 0;; text += len + 1) {
		len = strcspn(text, ",");
		if (text[0] == '0' || sent++ == IDS_MAX ||
		    !num_parse(text, len, 1, SAFE_INT_MAX, &one))
			return false;
		for (i = 0; i < *n && id[i] != one; i++)
			;
		if (i == *n)
			id[(*n)++] = one;
		if (text[len] == '\0')
			return true;
	}
}

static enum err
list_ids(struct ctx *ctx, const struct req *req, struct resp *resp,
    const struct products_query *q)
{
	const struct page_from from = { .is_first = true, .items = IDS_MAX };
	struct page_items items = { .size = sizeof(struct product_summary),
	    .fields = listed_fields, .key = listed_key };
	struct product_summary *found;
	int64_t id[IDS_MAX];
	size_t n;
	enum err e = check_alone(ctx, resp, q);

	if (e != E_OK)
		return e;
	if (!read_ids(q->ids, id, &n))
		return query_fault(ctx, resp, "ids", text_say(ctx->arena,
		    TEXT_ID_LIST, TEXT_ARGS(TEXT_N(IDS_MAX))));
	if ((e = catalogue_some(ctx, id, n, &found, &items.n)) != E_OK)
		return e;
	items.item = found;
	return page_put(ctx, req, resp, &q->page, &from, &items);
}

/*
 * GET /v1/products: 200, a page of what is on sale, or of those whose name has
 * the text; with ids these products, in this order; for an admin who asks for
 * onSale=false what is off sale.
 * 304 where the client has this very answer; 401, 403 for others who ask so.
 */
enum err
h_products_list(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	const struct products_query *q = req->query;
	struct page_items items = { .size = sizeof(struct product_summary),
	    .fields = listed_fields, .key = listed_key };
	struct product_list list = { .order = (enum product_order)q->sort,
	    .on_sale = is_on_sale(q), .text = q->text != NULL ? q->text : "" };
	struct product_summary *found = NULL;
	struct page_from from;
	enum err e;

	if (q->ids != NULL)
		return list_ids(ctx, req, resp, q);
	if (q->text != NULL && q->text[strspn(q->text, " ")] == '\0')
		return query_fault(ctx, resp, "q", text_of(TEXT_BLANK_TEXT));
	if ((e = page_begin(ctx, req, resp, &q->page, &from)) != E_OK)
		return e;
	list.is_first = from.is_first;
	memcpy(list.after, from.key, sizeof list.after);
	list.limit = from.items + 1;
	if ((e = catalogue_find(ctx, &list, &found, &items.n)) != E_OK)
		return e;
	items.item = found;
	return page_put(ctx, req, resp, &q->page, &from, &items);
}
