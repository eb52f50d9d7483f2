/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <inttypes.h>

#include "shop/product.h"
#include "web/route.h"

enum err
h_product_get(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	struct json_writer w;
	struct product p;
	enum err e;

	e = product_get(ctx, req->id, &p);
	if (e == E_PRODUCT_NOT_FOUND)
		problem_detail(ctx->arena, resp, "There is no product %"
		    PRId64 ".", req->id);
	if (e != E_OK)
		return e;
	json_begin(&w, ctx->arena);
	json_open_object(&w, NULL);
	json_int(&w, "id", p.id);
	json_str(&w, "name", p.name);
	json_str(&w, "description", p.description);
	json_int(&w, "price", p.price_pt);
	json_int(&w, "stock", p.stock);
	json_close(&w);
	return http_json(resp, 200, &w);
}
