/* SPDX-License-Identifier: MIT */
/* The catalogue. */
#include "config.h"

#include "shop/product.h"
#include "web/route.h"
#include "web/text.h"

static const struct json_field product_fields[] = {
	{ JSON_AT("id", INT, struct product, id) },
	{ JSON_AT("name", STR, struct product, name) },
	{ JSON_AT("description", STR, struct product, description) },
	{ JSON_AT("price", INT, struct product, price_pt) },
	{ JSON_AT("stock", INT, struct product, stock) },
	JSON_END
};

/*
 * GET /v1/products/{id}: 200, the product with its stock.
 * 404 product_not_found; 304 where the client has this very answer.
 */
enum err
h_product_get(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	struct product p;
	enum err e = product_get(ctx, req->id, &p);

	if (e == E_PRODUCT_NOT_FOUND)
		resp->problem.detail = text_say(ctx->arena, TEXT_NO_PRODUCT,
		    TEXT_ARGS(TEXT_N(req->id)));
	return e != E_OK ? e : http_object(ctx, resp, 200, product_fields, &p);
}
