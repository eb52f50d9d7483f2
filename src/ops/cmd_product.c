/* SPDX-License-Identifier: MIT */
/* Commands that look at products, and change them by the API's rules. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "base/why.h"
#include "ops/command.h"
#include "ops/operator.h"
#include "ops/show.h"
#include "shop/caller.h"
#include "shop/catalogue.h"
#include "shop/product.h"

/* Of a product's movements so many are shown. */
#define MOVEMENTS 10

/* So often a change is tried that another one keeps overtaking. */
#define CHANGE_TRIES 5

/* ---- product list */

struct list_options {
	int64_t limit, after_id;
	bool json, on_sale, off_sale;
	const char *find;
};

static const struct option_row product_list_options[] = {
	PAGE_OPTIONS(struct list_options),
	JSON_OPTION(struct list_options),
	{ .name = "on-sale", .type = OPTION_FLAG,
	    .offset = offsetof(struct list_options, on_sale) },
	{ .name = "off-sale", .type = OPTION_FLAG,
	    .offset = offsetof(struct list_options, off_sale) },
	{ .name = "find", .type = OPTION_TEXT, .min = 1,
	    .max = SEARCH_CHARS_MAX,
	    .offset = offsetof(struct list_options, find) },
	{ .name = NULL },
};

struct listed {
	struct product_summary product;
	bool on_sale;
};

static const struct json_field listed_fields[] = {
	{ JSON_AT("id", INT, struct listed, product.id) },
	{ JSON_AT("price", INT, struct listed, product.price_pt) },
	{ JSON_AT("stock", INT, struct listed, product.stock) },
	{ JSON_AT("onSale", BOOL, struct listed, on_sale) },
	{ JSON_AT("name", STR, struct listed, product.name) },
	JSON_END
};

/* Two lists by id become one, which has limit + 1 of them at most. */
static enum err
merge(struct ctx *ctx, const struct product_summary *list[2],
    const size_t n[2], struct show_list *to)
{
	struct listed *out = arena_alloc(ctx->arena, (n[0] + n[1] + 1) *
	    sizeof *out);
	size_t at[2] = { 0, 0 };

	if (out == NULL)
		return E_INTERNAL;
	to->item = out;
	for (to->n = 0; at[0] < n[0] || at[1] < n[1]; to->n++) {
		int which = at[0] == n[0] || (at[1] < n[1] &&
		    list[1][at[1]].id < list[0][at[0]].id);

		out[to->n].product = list[which][at[which]++];
		out[to->n].on_sale = which == 0;
	}
	return E_OK;
}

static enum err
find_products(struct ctx *ctx, const struct list_options *o,
    struct show_list *to)
{
	const bool wanted[2] = { o->on_sale || !o->off_sale,
	    o->off_sale || !o->on_sale };
	struct product_list l = { .order = PRODUCT_BY_ID,
	    .text = o->find != NULL ? o->find : "", .after = { 0, o->after_id },
	    .limit = o->limit + 1 };
	struct product_summary *found[2] = { NULL, NULL };
	size_t n[2] = { 0, 0 };
	enum err e = E_OK;

	for (int i = 0; e == E_OK && i < 2; i++) {
		l.on_sale = i == 0;
		if (wanted[i])
			e = catalogue_find(ctx, &l, &found[i], &n[i]);
	}
	return e != E_OK ? e : merge(ctx, (const struct product_summary *[]){
	    found[0], found[1] }, n, to);
}

static int
run_product_list(struct ctx *ctx, const void *options)
{
	const struct list_options *o = options;
	struct show_list l = { .size = sizeof(struct listed),
	    .after_at = offsetof(struct listed, product.id),
	    .fields = listed_fields, .limit = o->limit };
	enum err e;

	if (o->find != NULL && o->find[strspn(o->find, " ")] == '\0')
		return command_misused("find", "must be more than blanks");
	if ((e = find_products(ctx, o, &l)) == E_OK)
		e = show_list(ctx->arena, &l, o->json);
	return e == E_OK ? EXIT_DONE
	    : operator_refused(ctx, "product list", e, 0);
}

const struct command cmd_product_list = {
	.noun = "product", .verb = "list", .usage = "[OPTION...]",
	.help = "list products by id\n"
	    "these alone: --on-sale, --off-sale\n"
	    "by a part of the name: --find TEXT\n"
	    "in pages: --limit N, --after ID\n"
	    "for programs: --json",
	.run = run_product_list,
	.options = product_list_options, .size = sizeof(struct list_options),
};

/* ---- product show */

struct product_options {
	int64_t id, quantity, price_pt;
	const char *reason;
	bool json;
};

static const struct option_row show_options[] = {
	ID_OPTION("product", struct product_options, id),
	JSON_OPTION(struct product_options),
	{ .name = NULL },
};

static const struct json_field product_movement_fields[] = {
	{ JSON_AT("id", INT, struct product_movement, id) },
	{ JSON_AT("type", STR, struct product_movement, type) },
	{ JSON_AT("quantity", INT, struct product_movement, quantity) },
	{ JSON_AT("createdAt", STR, struct product_movement, created_at) },
	{ JSON_AT("reason", STR, struct product_movement, reason),
	    .nullable = true },
	JSON_END
};

struct shown_product {
	struct product product;
	struct product_movement *movement;
	size_t n;
};

#define PRODUCT_FIELDS \
	{ JSON_AT("id", INT, struct shown_product, product.id) }, \
	{ JSON_AT("name", STR, struct shown_product, product.name) }, \
	{ JSON_AT("description", STR, struct shown_product, \
	    product.description) }, \
	{ JSON_AT("price", INT, struct shown_product, product.price_pt) }, \
	{ JSON_AT("stock", INT, struct shown_product, product.stock) }, \
	{ JSON_AT("imageUrl", STR, struct shown_product, \
	    product.image_url), .nullable = true }, \
	{ JSON_AT("version", INT, struct shown_product, product.version) }, \
	{ JSON_AT("onSale", BOOL, struct shown_product, product.on_sale) }

static const struct json_field changed_fields[] = { PRODUCT_FIELDS, JSON_END };

static const struct json_field shown_fields[] = {
	PRODUCT_FIELDS,
	{ JSON_LIST_AT("movements", struct shown_product, movement, n,
	    product_movement_fields, struct product_movement) },
	JSON_END
};

static int
run_product_show(struct ctx *ctx, const void *options)
{
	const struct product_options *o = options;
	struct shown_product s = { .n = 0 };
	bool is_admin;
	enum err e = product_get_for(ctx, &caller_operator, o->id, &s.product,
	    &is_admin);

	if (e == E_OK)
		e = product_movements(ctx, o->id, MOVEMENTS, &s.movement,
		    &s.n);
	if (e == E_OK)
		e = show_one(ctx->arena, shown_fields, &s, o->json);
	return e == E_OK ? EXIT_DONE
	    : operator_refused(ctx, "product show", e, o->id);
}

const struct command cmd_product_show = {
	.noun = "product", .verb = "show", .usage = "ID [--json]",
	.help = "show a product and how its stock\ncame",
	.run = run_product_show,
	.options = show_options, .size = sizeof(struct product_options),
};

/* A change is done: the product as it is now. */
static int
show_changed(struct ctx *ctx, const char *what, const struct product *p,
    bool as_json)
{
	const struct shown_product s = { .product = *p };

	return show_one(ctx->arena, changed_fields, &s, as_json) == E_OK
	    ? EXIT_DONE : command_failed(what, "it is done, but can't be "
	    "shown: out of memory");
}

/* ---- product restock */

static const struct option_row restock_options[] = {
	ID_OPTION("product", struct product_options, id),
	{ .name = "quantity", .type = OPTION_INT, .required = true,
	    .min = -RESTOCK_MAX, .max = RESTOCK_MAX,
	    .offset = offsetof(struct product_options, quantity) },
	{ .name = "reason", .type = OPTION_TEXT, .min = 1,
	    .max = REASON_CHARS_MAX,
	    .offset = offsetof(struct product_options, reason) },
	JSON_OPTION(struct product_options),
	{ .name = NULL },
};

static int
restock_refused(const struct ctx *ctx, enum err e, int64_t id,
    const struct product_refusal *r)
{
	char why[WHY_BYTES];

	if (e != E_INSUFFICIENT_STOCK && e != E_VALIDATION_FAILED)
		return operator_refused(ctx, "product restock", e, id);
	why_say(why, "there are %" PRId64 " pieces of product %" PRId64 ", and "
	    "can't be %s", r->available, id, e == E_INSUFFICIENT_STOCK
	    ? "fewer than none" : "so many more");
	return command_failed("product restock", why);
}

static int
run_product_restock(struct ctx *ctx, const void *options)
{
	const struct product_options *o = options;
	struct product p = { .id = o->id };
	struct product_refusal why = { 0, 0 };
	struct idem key;
	enum err e;

	if (o->quantity == 0)
		return command_misused("quantity", "must not be 0");
	if (o->reason != NULL && !utf8_is_plain(o->reason))
		return command_misused("reason", "must have no control "
		    "characters");
	if ((e = operator_key(&key)) == E_OK)
		e = product_restock(ctx, &caller_operator, &key, o->quantity,
		    o->reason, &p, &why);
	return e == E_OK ? show_changed(ctx, "product restock", &p, o->json)
	    : restock_refused(ctx, e, o->id, &why);
}

const struct command cmd_product_restock = {
	.noun = "product", .verb = "restock",
	.usage = "ID --quantity N [OPTION...]",
	.help = "so many pieces more, or less where\n"
	    "N is negative; why: --reason TEXT\n"
	    "for programs: --json",
	.run = run_product_restock,
	.options = restock_options, .size = sizeof(struct product_options),
};

/* ---- product price, on-sale, off-sale */

/*
 * Set these parts of product id.  The operator has seen no version of it, and
 * means the one that there is.
 */
static enum err
set_parts(struct ctx *ctx, int64_t id, unsigned parts,
    const struct product *wanted, struct product *p)
{
	enum err e = E_EDIT_CONFLICT;

	for (int i = 0; e == E_EDIT_CONFLICT && i < CHANGE_TRIES; i++) {
		struct product_refusal why;
		struct idem key;
		bool is_admin;

		e = product_get_for(ctx, &caller_operator, id, p, &is_admin);
		if (e == E_OK)
			e = operator_key(&key);
		if (e != E_OK)
			return e;
		p->price_pt = wanted->price_pt;
		p->on_sale = wanted->on_sale;
		e = product_change(ctx, &caller_operator, &key, parts, p, &why);
	}
	return e;
}

static int
run_change(struct ctx *ctx, const char *what,
    const struct product_options *o, unsigned parts,
    const struct product *wanted)
{
	struct product p;
	enum err e = set_parts(ctx, o->id, parts, wanted, &p);

	return e == E_OK ? show_changed(ctx, what, &p, o->json)
	    : operator_refused(ctx, what, e, o->id);
}

static int
run_product_price(struct ctx *ctx, const void *options)
{
	const struct product_options *o = options;
	const struct product wanted = { .price_pt = o->price_pt };

	return run_change(ctx, "product price", o, PRODUCT_PRICE, &wanted);
}

static int
run_product_on_sale(struct ctx *ctx, const void *options)
{
	const struct product wanted = { .on_sale = true };

	return run_change(ctx, "product on-sale", options, PRODUCT_ON_SALE,
	    &wanted);
}

static int
run_product_off_sale(struct ctx *ctx, const void *options)
{
	const struct product wanted = { .on_sale = false };

	return run_change(ctx, "product off-sale", options, PRODUCT_ON_SALE,
	    &wanted);
}

static const struct option_row price_options[] = {
	ID_OPTION("product", struct product_options, id),
	{ .name = "price", .type = OPTION_INT, .required = true, .min = 1,
	    .max = POINTS_MAX,
	    .offset = offsetof(struct product_options, price_pt) },
	JSON_OPTION(struct product_options),
	{ .name = NULL },
};

const struct command cmd_product_price = {
	.noun = "product", .verb = "price", .usage = "ID --price P [--json]",
	.help = "set a product's price; orders keep\ntheirs",
	.run = run_product_price,
	.options = price_options, .size = sizeof(struct product_options),
};

const struct command cmd_product_on_sale = {
	.noun = "product", .verb = "on-sale", .usage = "ID [--json]",
	.help = "sell a product again",
	.run = run_product_on_sale,
	.options = show_options, .size = sizeof(struct product_options),
};

const struct command cmd_product_off_sale = {
	.noun = "product", .verb = "off-sale", .usage = "ID [--json]",
	.help = "sell a product no more, and don't\nshow it to customers",
	.run = run_product_off_sale,
	.options = show_options, .size = sizeof(struct product_options),
};
