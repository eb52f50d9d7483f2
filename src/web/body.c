/* SPDX-License-Identifier: MIT */
/*
 * What a body's headers and its length say is judged before its text is read;
 * its values, by the route's table, last and all of them.
 */
#include "config.h"

#include "web/body.h"

#include <string.h>

#include "base/arena.h"
#include "web/content.h"
#include "web/route.h"
#include "web/text.h"

static enum err
refuse_type(struct ctx *ctx, const char *type, struct resp *resp)
{
	if (type == NULL)
		resp->problem.detail = text_of(TEXT_NO_TYPE);
	else
		resp->problem.detail = text_say(ctx->arena, TEXT_OTHER_TYPE,
		    TEXT_ARGS(TEXT_S(problem_shown(ctx->arena, type,
		    strlen(type)))));
	return E_UNSUPPORTED_MEDIA_TYPE;
}

static enum err
refuse_coding(struct ctx *ctx, const char *coding, struct resp *resp)
{
	resp->problem.coded = true;
	resp->problem.detail = text_say(ctx->arena, TEXT_OTHER_CODING,
	    TEXT_ARGS(TEXT_S(problem_shown(ctx->arena, coding,
	    strlen(coding)))));
	return E_UNSUPPORTED_MEDIA_TYPE;
}

static enum err
check_bytes(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	if (req->body_too_large) {
		resp->problem.detail = text_say(ctx->arena, TEXT_TOO_LARGE,
		    TEXT_ARGS(TEXT_N(req->body_announced),
		    TEXT_N(BODY_BYTES_MAX)));
		return E_PAYLOAD_TOO_LARGE;
	}
	if (req->body_broken) {
		resp->problem.detail = text_of(TEXT_NOT_AS_LONG);
		return E_MALFORMED_JSON;
	}
	if (req->body_len == 0) {
		resp->problem.detail = text_of(TEXT_NO_BODY);
		return E_MALFORMED_JSON;
	}
	return E_OK;
}

static enum err
parse_json(struct ctx *ctx, const struct req *req, struct resp *resp,
    const struct json **json)
{
	struct json_scan_fault fault;
	enum err e = json_parse_why(ctx->arena, req->body, req->body_len, json,
	    &fault);

	if (e == E_MALFORMED_JSON)
		resp->problem.detail = text_json(ctx->arena, req->body, &fault);
	return e;
}

/* What the table finds, and what it can't find. */
static enum err
decode(struct ctx *ctx, struct req *req, struct resp *resp,
    const struct json *json)
{
	const struct input *in = req->route->body;
	struct faults *faults = problem_faults(ctx->arena, resp);
	void *values = arena_alloc(ctx->arena, in->size);
	enum err e, more;

	if (faults == NULL || values == NULL)
		return E_INTERNAL;
	e = json_decode(ctx->arena, json, in->fields, values, faults);
	req->body_values = values;
	if (in->check == NULL || (e != E_OK && e != E_VALIDATION_FAILED))
		return e;
	more = in->check(ctx, resp, values);
	return more != E_OK ? more : e;
}

enum err
body_take(struct ctx *ctx, struct req *req, struct resp *resp)
{
	const struct input *in = req->route->body;
	const char *coding = req->header[HEADER_CONTENT_ENCODING];
	const char *type = req->header[HEADER_CONTENT_TYPE];
	bool lacks = req->body_len == 0 && !req->body_broken &&
	    !req->body_too_large;
	const struct json *json;
	enum err e;

	if (in->fields == NULL)
		return E_OK;
	if (lacks && in->may_lack)
		return json_parse(ctx->arena, "{}", 2, &json) != E_OK
		    ? E_INTERNAL : decode(ctx, req, resp, json);
	if (!content_is_plain(coding))
		return refuse_coding(ctx, coding, resp);
	if (!content_is_json(type))
		return refuse_type(ctx, type, resp);
	if ((e = check_bytes(ctx, req, resp)) != E_OK ||
	    (e = parse_json(ctx, req, resp, &json)) != E_OK)
		return e;
	return decode(ctx, req, resp, json);
}
