/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "web/http.h"

#include <assert.h>
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

/* Answers when there is no memory for a better one. */
static const char last_resort[] = "{\"type\":\"/problems/internal\","
    "\"title\":\"Something went wrong on our side\",\"status\":500,"
    "\"code\":\"internal\"}";

static const char more_faults[] = "There are more faults than are told.";

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
	if (req->request_id == NULL || headers == NULL)
		return E_INTERNAL;
	log_id(req->request_id);
	buf_init(&resp->headers, headers, HEADER_BYTES_MAX);
	return E_OK;
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
http_fault(struct ctx *ctx, struct resp *resp, struct http_fault fault)
{
	struct http_problem *p = &resp->problem;

	if (p->fault == NULL)
		p->fault = arena_alloc(ctx->arena,
		    FAULTS_MAX * sizeof *p->fault);
	if (p->fault == NULL)
		return E_INTERNAL;
	if (p->n < FAULTS_MAX)
		p->fault[p->n++] = fault;
	else
		p->detail = more_faults;
	return E_OK;
}

enum err
http_decode(struct ctx *ctx, const struct req *req, struct resp *resp,
    const struct json_field *fields, void *out)
{
	struct json_faults *faults = arena_alloc(ctx->arena, sizeof *faults);
	enum err e, told;

	if (faults == NULL)
		return E_INTERNAL;
	e = json_decode(ctx->arena, req->json, fields, out, faults);
	for (size_t i = 0; e == E_VALIDATION_FAILED && i < faults->n; i++) {
		told = http_fault(ctx, resp, (struct http_fault){
		    .pointer = faults->fault[i].pointer,
		    .detail = faults->fault[i].detail });
		if (told != E_OK)
			return told;
	}
	if (e == E_VALIDATION_FAILED && faults->more)
		resp->problem.detail = more_faults;
	return e;
}

static void
put_faults(struct json_writer *w, const struct http_problem *p)
{
	if (p->n == 0)
		return;
	json_open_list(w, "errors");
	for (size_t i = 0; i < p->n; i++) {
		const struct http_fault *f = &p->fault[i];

		json_open_object(w, NULL);
		json_str(w, "pointer", f->pointer);
		json_str(w, "detail", f->detail);
		if (f->counted) {
			json_int(w, "requested", f->requested);
			json_int(w, "available", f->available);
		}
		json_close(w);
	}
	json_close(w);
}

static enum err
put_problem(struct ctx *ctx, const struct req *req, struct resp *resp,
    enum err e)
{
	const struct err_row *row = err_row(e);
	const struct http_problem *p = &resp->problem;
	struct json_writer w;
	char type[64];

	snprintf(type, sizeof type, "/problems/%s", row->code);
	json_begin(&w, ctx->arena);
	json_open_object(&w, NULL);
	json_str(&w, "type", type);
	json_str(&w, "title", row->title);
	json_int(&w, "status", row->status);
	json_str(&w, "code", row->code);
	json_str(&w, "detail", p->detail != NULL ? p->detail : row->title);
	json_str(&w, "instance", req->request_id);
	if (p->has_points) {
		json_int(&w, "required", p->required_pt);
		json_int(&w, "available", p->available_pt);
	}
	if (p->key != NULL)
		json_str(&w, "idempotencyKey", p->key);
	put_faults(&w, p);
	json_close(&w);
	return json_end(&w, &resp->body, &resp->body_len);
}

/* RFC 6750: a request without a token is told no error. */
static void
put_challenge(struct resp *resp, enum err e)
{
	if (e == E_MISSING_TOKEN)
		http_header(resp, "WWW-Authenticate",
		    "Bearer realm=\"shop\"");
	else if (e == E_EXPIRED_TOKEN)
		http_header(resp, "WWW-Authenticate", "Bearer realm=\"shop\", "
		    "error=\"invalid_token\", "
		    "error_description=\"the token has expired\"");
	else
		http_header(resp, "WWW-Authenticate", "Bearer realm=\"shop\", "
		    "error=\"invalid_token\"");
}

void
http_refuse(struct ctx *ctx, const struct req *req, struct resp *resp,
    enum err e)
{
	int status = err_row(e)->status;
	char seconds[16];

	assert(e != E_OK);
	resp->status = status;
	resp->type = "application/problem+json";
	resp->headers.len = 0;
	resp->headers.overflow = false;
	if (e == E_OUTCOME_UNKNOWN)
		resp->problem.key = req->idempotency_key != NULL
		    ? req->idempotency_key : req->key;
	if (put_problem(ctx, req, resp, e) != E_OK) {
		resp->status = err_row(E_INTERNAL)->status;
		resp->body = last_resort;
		resp->body_len = sizeof last_resort - 1;
	}
	http_header(resp, "Cache-Control", "no-store");
	if (status == 401)
		put_challenge(resp, e);
	/* RFC 9110, 15.5.16: which of the two it is that won't do. */
	if (e == E_UNSUPPORTED_MEDIA_TYPE && resp->problem.coded)
		http_header(resp, "Accept-Encoding", "identity");
	else if (e == E_UNSUPPORTED_MEDIA_TYPE)
		http_header(resp, "Accept", "application/json");
	if (e == E_METHOD_NOT_ALLOWED)
		http_header(resp, "Allow", route_allow(req->route));
	if (status == 503 || e == E_IN_PROGRESS) {
		snprintf(seconds, sizeof seconds, "%d", RETRY_AFTER_S);
		http_header(resp, "Retry-After", seconds);
	}
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
	if (e == E_INVALID_PARAMETER)
		resp->problem.detail = "Idempotency-Key must be one field of "
		    "1 to 255 visible ASCII characters, bare or as a string "
		    "in double quotes.";
	return e;
}

static enum err
check_body(struct ctx *ctx, struct req *req, struct resp *resp)
{
	if (!content_is_plain(req->content_encoding)) {
		resp->problem.coded = true;
		resp->problem.detail = "No Content-Encoding is understood: "
		    "send the body as it is.";
		return E_UNSUPPORTED_MEDIA_TYPE;
	}
	if (!content_is_json(req->content_type))
		return E_UNSUPPORTED_MEDIA_TYPE;
	if (req->body_too_large)
		return E_PAYLOAD_TOO_LARGE;
	if (req->body_broken) {
		resp->problem.detail = "The body is not as long as announced.";
		return E_MALFORMED_JSON;
	}
	return json_parse(ctx->arena, req->body, req->body_len, &req->json);
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
	static char nowhere[64];

	if (e != E_OK) {
		/* Not even headers: the smallest answer there is. */
		buf_init(&resp->headers, nowhere, sizeof nowhere);
		resp->status = err_row(e)->status;
		resp->type = "application/problem+json";
		resp->body = last_resort;
		resp->body_len = sizeof last_resort - 1;
		return;
	}
	e = run(ctx, req, resp);
	if (e == E_OK && !buf_ok(&resp->headers))
		e = E_INTERNAL;
	if (e != E_OK)
		http_refuse(ctx, req, resp, e);
	http_header(resp, "X-Request-Id", req->request_id);
}
