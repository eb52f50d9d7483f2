/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "web/http.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/name.h"
#include "base/num.h"
#include "io/crypto.h"
#include "web/content.h"
#include "web/etag.h"
#include "web/idem.h"
#include "web/route.h"


static bool
is_request_id(const char *s)
{
	return name_is_valid(s, REQUEST_ID_BYTES_MAX);
}

/* 32 hexadecimal digits nobody can foretell; NULL without memory. */
static const char *
random_text(struct arena *a)
{
	unsigned char bytes[16];
	char *text = arena_alloc(a, 2 * sizeof bytes + 1);

	if (text == NULL || crypto_random(bytes, sizeof bytes) != E_OK)
		return NULL;
	num_hex(bytes, sizeof bytes, text);
	return text;
}

enum err
http_begin(struct ctx *ctx, struct req *req, struct resp *resp)
{
	char *headers = arena_alloc(ctx->arena, HEADER_BYTES_MAX);

	memset(resp, 0, sizeof *resp);
	if (!is_request_id(req->request_id))
		req->request_id = random_text(ctx->arena);
	if (headers != NULL)
		buf_init(&resp->headers, headers, HEADER_BYTES_MAX);
	else
		buf_init(&resp->headers, resp->last_headers,
		    sizeof resp->last_headers);
	if (req->request_id != NULL)
		log_id(req->request_id);
	return req->request_id == NULL || headers == NULL ? E_INTERNAL : E_OK;
}

const char *
http_reason(int status)
{
	static const struct {
		int status;
		const char *reason;
	} reasons[] = {
		{ 200, "OK" }, { 201, "Created" }, { 304, "Not Modified" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" }, { 404, "Not Found" },
		{ 405, "Method Not Allowed" }, { 409, "Conflict" },
		{ 413, "Content Too Large" },
		{ 415, "Unsupported Media Type" },
		{ 422, "Unprocessable Content" },
		{ 500, "Internal Server Error" },
		{ 503, "Service Unavailable" },
	};

	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "";
}

void
http_header(struct resp *resp, const char *name, const char *value)
{
	assert(strpbrk(value, "\r\n") == NULL);
	buf_str(&resp->headers, name);
	buf_str(&resp->headers, ": ");
	buf_str(&resp->headers, value);
	buf_str(&resp->headers, "\r\n");
}

enum err
http_json(struct resp *resp, int status, struct json_writer *w)
{
	enum err e = json_end(w, &resp->body, &resp->body_len);

	if (e != E_OK)
		return e;
	resp->status = status;
	resp->type = "application/json";
	return E_OK;
}

enum err
http_decode(struct ctx *ctx, const struct req *req, struct resp *resp,
    const struct json_field *fields, void *out)
{
	struct faults *faults = problem_faults(ctx->arena, resp);

	return faults == NULL ? E_INTERNAL
	    : json_decode(ctx->arena, req->json, fields, out, faults);
}

static enum err
refuse_key(struct arena *a, const struct req *req, struct resp *resp)
{
	size_t len = strlen(req->idempotency_key);
	struct fault f = { .parameter = "Idempotency-Key" };

	if (len == 0) {
		f.code = FAULT_OUT_OF_RANGE;
		f.number[0] = 1;
		f.number[1] = IDEM_KEY_BYTES_MAX;
		f.detail = "Idempotency-Key must not be empty.";
	} else if (len > IDEM_KEY_BYTES_MAX) {
		f.code = FAULT_TOO_LONG;
		f.number[0] = IDEM_KEY_BYTES_MAX;
		f.detail = "Idempotency-Key must have at most 255 characters.";
	} else {
		f.code = FAULT_WRONG_TYPE;
		f.detail = "Idempotency-Key must be one field of visible "
		    "ASCII characters, bare or as a string in double quotes.";
	}
	return problem_parameter(a, resp, f);
}

/*
 * Two fields arrive as one value, "a, b", which is no key.  outcome_unknown
 * tells the key as it was sent, because that form can be sent again.
 */
static enum err
check_key(struct ctx *ctx, struct req *req, struct resp *resp)
{
	enum err e;

	if (req->idempotency_key == NULL) {
		/* nginx knows its own, should it have to answer for us. */
		req->key = is_request_id(req->made_key) ? req->made_key
		    : random_text(ctx->arena);
		return req->key != NULL ? E_OK : E_INTERNAL;
	}
	e = idem_key(ctx->arena, req->idempotency_key, &req->key);
	return e == E_INVALID_PARAMETER ? refuse_key(ctx->arena, req, resp)
	    : e;
}

static void
tell_type(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	const char *type = req->content_type;

	if (type == NULL)
		resp->problem.detail = "There is no Content-Type; send "
		    "application/json.";
	else
		problem_detail(ctx->arena, resp, "The Content-Type is %s; send "
		    "application/json, with no charset but utf-8.",
		    problem_shown(ctx->arena, type, strlen(type)));
}

static enum err
check_body(struct ctx *ctx, struct req *req, struct resp *resp)
{
	if (!content_is_plain(req->content_encoding)) {
		resp->problem.coded = true;
		problem_detail(ctx->arena, resp, "The Content-Encoding is %s; "
		    "send the body as it is.", problem_shown(ctx->arena,
		    req->content_encoding, strlen(req->content_encoding)));
		return E_UNSUPPORTED_MEDIA_TYPE;
	}
	if (!content_is_json(req->content_type)) {
		tell_type(ctx, req, resp);
		return E_UNSUPPORTED_MEDIA_TYPE;
	}
	if (req->body_too_large) {
		problem_detail(ctx->arena, resp, "The body has %" PRId64 " bytes; "
		    "it may have %d.", req->body_announced, BODY_BYTES_MAX);
		return E_PAYLOAD_TOO_LARGE;
	}
	if (req->body_broken) {
		resp->problem.detail = "The body is not as long as announced.";
		return E_MALFORMED_JSON;
	}
	if (req->body_len == 0) {
		resp->problem.detail = "The body is empty; it must be a JSON "
		    "object.";
		return E_MALFORMED_JSON;
	}
	return json_parse_why(ctx->arena, req->body, req->body_len,
	    &req->json, &resp->problem.detail);
}

/* Everything the route's row asks for, then its handler. */
static enum err
run(struct ctx *ctx, struct req *req, struct resp *resp)
{
	unsigned needs;
	enum err e;

	if ((e = route_find(ctx->arena, req, resp)) != E_OK)
		return e;
	needs = req->route->needs;
	if ((needs & ROUTE_USER) != 0 &&
	    (e = auth_user(ctx, req, resp)) != E_OK)
		return e;
	if ((needs & ROUTE_KEY) != 0 && (e = check_key(ctx, req, resp)) != E_OK)
		return e;
	if ((needs & ROUTE_BODY) != 0 &&
	    (e = check_body(ctx, req, resp)) != E_OK)
		return e;
	if ((e = req->route->handler(ctx, req, resp)) != E_OK)
		return e;
	if ((needs & ROUTE_SHARED) != 0)
		return etag_put(ctx->arena, req, resp);
	http_header(resp, "Cache-Control", "no-store");
	return E_OK;
}

void
http_serve(struct ctx *ctx, struct req *req, struct resp *resp)
{
	enum err e = http_begin(ctx, req, resp);

	if (e == E_OK)
		e = run(ctx, req, resp);
	if (e == E_OK && !buf_ok(&resp->headers))
		e = E_INTERNAL;
	if (e != E_OK)
		problem_answer(ctx, req, resp, e);
	if (req->request_id != NULL)
		http_header(resp, "X-Request-Id", req->request_id);
}
