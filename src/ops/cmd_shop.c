/* SPDX-License-Identifier: MIT */
/* Commands about what the shop has: products, times, and its own id. */
#include "config.h"

#include <stdio.h>

#include "base/limits.h"
#include "io/db.h"
#include "ops/ahead.h"
#include "ops/command.h"
#include "ops/operator.h"
#include "shop/identity.h"
#include "shop/product.h"

/* ---- product add */

struct product_options {
	const char *name, *description;
	int64_t price_pt, stock;
};

static const struct option_row product_options[] = {
	{ .name = "name", .type = OPTION_TEXT, .required = true, .min = 1,
	    .max = NAME_CHARS_MAX,
	    .offset = offsetof(struct product_options, name) },
	{ .name = "price", .type = OPTION_INT, .required = true, .min = 1,
	    .max = POINTS_MAX,
	    .offset = offsetof(struct product_options, price_pt) },
	{ .name = "stock", .type = OPTION_INT, .required = true,
	    .max = SAFE_INT_MAX,
	    .offset = offsetof(struct product_options, stock) },
	{ .name = "description", .type = OPTION_TEXT,
	    .max = DESCRIPTION_CHARS_MAX,
	    .offset = offsetof(struct product_options, description) },
	{ .name = NULL },
};

static int
run_product_add(struct ctx *ctx, const void *options)
{
	const struct product_options *o = options;
	struct product p = { .name = o->name, .price_pt = o->price_pt,
	    .stock = o->stock, .description = o->description != NULL
	    ? o->description : "" };
	enum err e;

	if ((e = product_add(ctx, &p)) != E_OK)
		return operator_refused(ctx, "product add", e, 0);
	printf("%lld\n", (long long)p.id);
	return EXIT_DONE;
}

const struct command cmd_product_add = {
	.noun = "product", .verb = "add",
	.usage = "--name N --price P --stock S [--description D]",
	.help = "print the new product's id",
	.run = run_product_add,
	.options = product_options, .size = sizeof(struct product_options),
};

/* ---- redate, id */

static int
run_redate(struct ctx *ctx, const void *options)
{
	(void)options;
	return ahead_redate(ctx, stdout) == E_OK ? EXIT_DONE
	    : command_failed("redate", db_error(ctx->db));
}

const struct command cmd_redate = {
	.noun = "redate", .help = "date now what is dated ahead",
	.run = run_redate,
};

static int
run_id(struct ctx *ctx, const void *options)
{
	const char *id = identity_get(ctx);

	(void)options;
	if (id == NULL)
		return command_failed("id", "the database has none, or can't "
		    "be asked: run shopctl migrate");
	puts(id);
	return EXIT_DONE;
}

const struct command cmd_id = {
	.noun = "id", .help = "print the shop's id, which its\n"
	    "keys in memcached have",
	.run = run_id,
};
