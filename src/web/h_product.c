/* SPDX-License-Identifier: MIT */
/* One product: anybody looks at it, admins make and change it. */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "shop/product.h"
#include "web/route.h"
#include "web/text.h"

/* What is answered; who is no admin is not told whether it is on sale. */
struct shown {
	struct product product;
	enum json_presence has_on_sale;
};

static const struct json_field product_fields[] = {
	{ JSON_AT("id", INT, struct shown, product.id) },
	{ JSON_AT("name", STR, struct shown, product.name) },
	{ JSON_AT("description", STR, struct shown, product.description) },
	{ JSON_AT("price", INT, struct shown, product.price_pt) },
	{ JSON_AT("stock", INT, struct shown, product.stock) },
	{ JSON_AT("imageUrl", STR, struct shown, product.image_url),
	    .nullable = true },
	{ JSON_AT("version", INT, struct shown, product.version) },
	{ JSON_AT("onSale", BOOL, struct shown, product.on_sale),
	    .optional = true, JSON_PRESENCE(struct shown, has_on_sale) },
	JSON_END
};

static enum err
body_fault(struct ctx *ctx, struct resp *resp, struct fault fault)
{
	enum err e = problem_fault(ctx->arena, resp, fault);

	return e != E_OK ? e : E_VALIDATION_FAILED;
}

/* Has the table of fields found something wrong? */
static bool
is_faulty(const struct resp *resp)
{
	return resp->problem.faults != NULL && resp->problem.faults->n > 0;
}

static enum err
check_image_url(struct ctx *ctx, struct resp *resp, const char *url)
{
	static const char https[] = "https://";
	size_t len = sizeof https - 1;

	if (url == NULL || url[0] == '/' ||
	    (strncmp(url, https, len) == 0 && url[len] != '\0'))
		return E_OK;
	return body_fault(ctx, resp, (struct fault){
	    .code = FAULT_WRONG_TYPE, .pointer = "/imageUrl",
	    .detail = text_of(TEXT_IMAGE_URL) });
}

static const struct json_field create_fields[] = {
	{ JSON_AT("name", STR, struct product, name),
	    .min = 1, .max = NAME_CHARS_MAX },
	{ JSON_AT("price", INT, struct product, price_pt),
	    .min = 1, .max = POINTS_MAX },
	{ JSON_AT("stock", INT, struct product, stock),
	    .min = 0, .max = POINTS_MAX },
	{ JSON_AT("description", STR, struct product, description),
	    .optional = true, .max = DESCRIPTION_CHARS_MAX },
	{ JSON_AT("imageUrl", STR, struct product, image_url),
	    .optional = true, .nullable = true, .min = 1,
	    .max = URL_CHARS_MAX },
	JSON_END
};

static enum err
check_create(struct ctx *ctx, struct resp *resp, const void *values)
{
	const struct product *p = values;

	return check_image_url(ctx, resp, p->image_url);
}

const struct input product_create_body = {
	.fields = create_fields, .size = sizeof(struct product),
	.check = check_create,
};

struct edit {
	struct product product;		/* version: the one that was seen */
	enum json_presence has_name, has_description, has_price, has_image_url;
	enum json_presence has_on_sale;
};

static const struct json_field edit_fields[] = {
	{ JSON_AT("version", INT, struct edit, product.version),
	    .min = 1, .max = SAFE_INT_MAX },
	{ JSON_AT("name", STR, struct edit, product.name), .optional = true,
	    JSON_PRESENCE(struct edit, has_name),
	    .min = 1, .max = NAME_CHARS_MAX },
	{ JSON_AT("description", STR, struct edit, product.description),
	    .optional = true, JSON_PRESENCE(struct edit, has_description),
	    .max = DESCRIPTION_CHARS_MAX },
	{ JSON_AT("price", INT, struct edit, product.price_pt),
	    .optional = true, JSON_PRESENCE(struct edit, has_price),
	    .min = 1, .max = POINTS_MAX },
	{ JSON_AT("imageUrl", STR, struct edit, product.image_url),
	    .optional = true, .nullable = true,
	    JSON_PRESENCE(struct edit, has_image_url),
	    .min = 1, .max = URL_CHARS_MAX },
	{ JSON_AT("onSale", BOOL, struct edit, product.on_sale),
	    .optional = true, JSON_PRESENCE(struct edit, has_on_sale) },
	JSON_END
};

static unsigned
parts_of(const struct edit *c)
{
	return (c->has_name == JSON_ABSENT ? 0u : PRODUCT_NAME) |
	    (c->has_description == JSON_ABSENT ? 0u : PRODUCT_DESCRIPTION) |
	    (c->has_price == JSON_ABSENT ? 0u : PRODUCT_PRICE) |
	    (c->has_image_url == JSON_ABSENT ? 0u : PRODUCT_IMAGE_URL) |
	    (c->has_on_sale == JSON_ABSENT ? 0u : PRODUCT_ON_SALE);
}

/* A member that is wrong is one to change, and is told by itself. */
static enum err
check_edit(struct ctx *ctx, struct resp *resp, const void *values)
{
	const struct edit *c = values;
	enum err e = check_image_url(ctx, resp, c->product.image_url);

	if (e != E_OK || parts_of(c) != 0 || is_faulty(resp))
		return e;
	return body_fault(ctx, resp, (struct fault){ .code = FAULT_MISSING,
	    .pointer = "", .detail = text_of(TEXT_NO_CHANGE) });
}

const struct input product_change_body = {
	.fields = edit_fields, .size = sizeof(struct edit),
	.check = check_edit,
};

struct restock {
	int64_t quantity;
	const char *reason;
};

static const struct json_field restock_fields[] = {
	{ JSON_AT("quantity", INT, struct restock, quantity),
	    .min = -RESTOCK_MAX, .max = RESTOCK_MAX },
	{ JSON_AT("reason", STR, struct restock, reason), .optional = true,
	    .min = 1, .max = REASON_CHARS_MAX },
	JSON_END
};

static enum err
check_restock(struct ctx *ctx, struct resp *resp, const void *values)
{
	const struct restock *r = values;

	if (r->quantity != 0 || is_faulty(resp))
		return E_OK;
	return body_fault(ctx, resp, (struct fault){
	    .code = FAULT_OUT_OF_RANGE, .pointer = "/quantity",
	    .number = { -RESTOCK_MAX, RESTOCK_MAX },
	    .detail = text_of(TEXT_QUANTITY_ZERO) });
}

const struct input restock_body = {
	.fields = restock_fields, .size = sizeof(struct restock),
	.check = check_restock,
};

static enum err
put_product(struct ctx *ctx, struct resp *resp, int status,
    const struct product *p, bool for_admin)
{
	struct shown shown = { .product = *p,
	    .has_on_sale = for_admin ? JSON_GIVEN : JSON_ABSENT };

	if (p->replayed)
		http_header(resp, "Idempotency-Replayed", "true");
	return http_object(ctx, resp, status, product_fields, &shown);
}

/*
 * GET /v1/products/{id}: 200, the product with its stock; for an admin also
 * whether it is on sale.
 * 404 product_not_found, off sale, too, but for an admin; 304 where a client
 * without a token has this very answer; 401 for a token that is not good.
 */
enum err
h_product_get(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	struct product p;
	bool is_admin = false;
	enum err e = req->caller.id == 0 ? product_get(ctx, req->id, &p)
	    : product_get_for(ctx, &req->caller, req->id, &p, &is_admin);

	if (e == E_PRODUCT_NOT_FOUND)
		resp->problem.detail = text_say(ctx->arena, TEXT_NO_PRODUCT,
		    TEXT_ARGS(TEXT_N(req->id)));
	return e != E_OK ? e : put_product(ctx, resp, 200, &p, is_admin);
}

/*
 * POST /v1/products, an admin's: 201, the product.
 * 409 while the key's first request runs; 422; 401, 403.
 */
enum err
h_product_create(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	struct product p = *(const struct product *)req->body_values;
	const char *where;
	enum err e;

	if (p.description == NULL)
		p.description = "";
	if ((e = product_create(ctx, &req->caller, &req->idem, &p)) != E_OK)
		return e;
	if ((where = arena_printf(ctx->arena, "/v1/products/%" PRId64, p.id))
	    == NULL)
		return E_INTERNAL;
	http_header(resp, "Location", where);
	return put_product(ctx, resp, 201, &p, true);
}

static enum err
tell_version(struct ctx *ctx, const struct req *req, struct resp *resp,
    int64_t sent, const struct product_refusal *r)
{
	problem_int(resp, "version", r->available);
	resp->problem.detail = text_say(ctx->arena, TEXT_NOT_THIS_VERSION,
	    TEXT_ARGS(TEXT_N(req->id), TEXT_N(r->available), TEXT_N(sent)));
	return E_OK;
}

static enum err
tell_too_few(struct ctx *ctx, const struct req *req, struct resp *resp,
    const struct product_refusal *r)
{
	resp->problem.detail = text_say(ctx->arena, TEXT_TOO_FEW_TO_GO,
	    TEXT_ARGS(TEXT_N(r->requested), TEXT_N(req->id),
	    TEXT_N(r->available)));
	return problem_fault(ctx->arena, resp, (struct fault){
	    .code = FAULT_INSUFFICIENT, .pointer = "/quantity",
	    .product_id = req->id, .number = { r->requested, r->available },
	    .detail = resp->problem.detail });
}

static enum err
tell_too_many(struct ctx *ctx, struct resp *resp,
    const struct product_refusal *r)
{
	return problem_fault(ctx->arena, resp, (struct fault){
	    .code = FAULT_OUT_OF_RANGE, .pointer = "/quantity",
	    .number = { -RESTOCK_MAX, r->available < POINTS_MAX
	    ? POINTS_MAX - r->available : 0 },
	    .detail = text_say(ctx->arena, TEXT_STOCK_ROOM,
	    TEXT_ARGS(TEXT_N(r->available))) });
}

/* Why the product is as it was; returns why. */
static enum err
refuse_edit(struct ctx *ctx, const struct req *req, struct resp *resp,
    enum err why, int64_t version, const struct product_refusal *r)
{
	enum err e = E_OK;

	if (why == E_PRODUCT_NOT_FOUND)
		resp->problem.detail = text_say(ctx->arena, TEXT_NO_PRODUCT,
		    TEXT_ARGS(TEXT_N(req->id)));
	else if (why == E_EDIT_CONFLICT)
		e = tell_version(ctx, req, resp, version, r);
	else if (why == E_INSUFFICIENT_STOCK)
		e = tell_too_few(ctx, req, resp, r);
	else if (why == E_VALIDATION_FAILED)
		e = tell_too_many(ctx, resp, r);
	return e != E_OK ? e : why;
}

/*
 * PATCH /v1/products/{id}, an admin's: 200, the product with its new version.
 * 404 product_not_found; 409 edit_conflict where it has another version than the
 * one sent; 422, also with nothing to change; 401, 403.
 */
enum err
h_product_change(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	const struct edit *c = req->body_values;
	struct product p = c->product;
	struct product_refusal why;
	enum err e;

	p.id = req->id;
	e = product_change(ctx, &req->caller, &req->idem, parts_of(c), &p,
	    &why);
	return e != E_OK ? refuse_edit(ctx, req, resp, e,
	    c->product.version, &why) : put_product(ctx, resp, 200, &p, true);
}

/*
 * POST /v1/products/{id}/restock, an admin's: 200, the product with so many
 * pieces more, or less.
 * 404 product_not_found; 409 insufficient_stock for more than there are, and
 * while the key's first request runs; 422; 401, 403.
 */
enum err
h_product_restock(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	const struct restock *r = req->body_values;
	struct product p = { .id = req->id };
	struct product_refusal why;
	enum err e = product_restock(ctx, &req->caller, &req->idem,
	    r->quantity, r->reason, &p, &why);

	return e != E_OK ? refuse_edit(ctx, req, resp, e, 0, &why)
	    : put_product(ctx, resp, 200, &p, true);
}
