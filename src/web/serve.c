/* SPDX-License-Identifier: MIT */
/*
 * The one list of what happens to a request.  Whichever step fails, its
 * enum err becomes the problem that is answered.
 */
#include "config.h"

#include "web/serve.h"

#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/name.h"
#include "io/crypto.h"
#include "web/auth.h"
#include "web/body.h"
#include "web/etag.h"
#include "web/idem.h"
#include "web/query.h"
#include "web/route.h"
#include "web/text.h"

enum err
serve_begin(struct ctx *ctx, struct req *req, struct resp *resp)
{
	char *headers = arena_alloc(ctx->arena, HEADER_BYTES_MAX);

	memset(resp, 0, sizeof *resp);
	req->request_id = req->header[HEADER_X_REQUEST_ID];
	if (!name_is_valid(req->request_id, REQUEST_ID_BYTES_MAX))
		req->request_id = crypto_random_name(ctx->arena);
	text_speak(language_of(req->header[HEADER_ACCEPT_LANGUAGE]));
	if (headers != NULL)
		buf_init(&resp->headers, headers, HEADER_BYTES_MAX);
	else
		buf_init(&resp->headers, resp->last_headers,
		    sizeof resp->last_headers);
	if (req->request_id != NULL)
		log_id(req->request_id);
	return req->request_id == NULL || headers == NULL ? E_INTERNAL : E_OK;
}

/* How long the answer may be kept, and by whom. */
static enum err
put_caching(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	bool is_shared = req->route->cache == CACHE_SHARED;
	bool is_callers = req->caller.id != 0;

	/* A cache must not give what a token may see to who has none. */
	if (req->route->auth == AUTH_MAY || (is_shared && is_callers))
		http_header(resp, "Vary", http_header_name(HEADER_AUTHORIZATION));
	if (is_shared && !is_callers)
		return etag_put(ctx->arena, req, resp);
	http_header(resp, "Cache-Control", "no-store");
	return E_OK;
}

/* The one place that bounds an answer: nginx has buffers for no more. */
static enum err
check_size(const struct req *req, const struct resp *resp)
{
	if (resp->body_len <= RESPONSE_BYTES_MAX && buf_ok(&resp->headers))
		return E_OK;
	log_msg(LOG_ERROR, "response_too_large", "%s: %zu bytes",
	    req->route->pattern, resp->body_len);
	return E_INTERNAL;
}

static enum err
go_through(struct ctx *ctx, struct req *req, struct resp *resp)
{
	enum err e;

	if ((e = route_find(ctx->arena, req, resp)) != E_OK)
		return e;
	if (route_is_asked(req))
		return route_options(req, resp);
	if ((e = auth_take(ctx, req, resp)) != E_OK ||
	    (e = idem_take_key(ctx, req, resp)) != E_OK ||
	    (e = query_take(ctx, req, resp)) != E_OK ||
	    (e = auth_take_asked(ctx, req, resp)) != E_OK ||
	    (e = body_take(ctx, req, resp)) != E_OK ||
	    (e = idem_take(ctx, req)) != E_OK ||
	    (e = req->route->handler(ctx, req, resp)) != E_OK ||
	    (e = put_caching(ctx, req, resp)) != E_OK)
		return e;
	return check_size(req, resp);
}

void
serve_answer(struct ctx *ctx, struct req *req, struct resp *resp)
{
	enum err e = serve_begin(ctx, req, resp);

	if (e == E_OK)
		e = go_through(ctx, req, resp);
	if (e != E_OK) {
		METRIC_COUNT(ctx->count, problems[e]);
		problem_answer(ctx, req, resp, e);
	}
	if (req->request_id != NULL)
		http_header(resp, "X-Request-Id", req->request_id);
}

_Static_assert((int)E_COUNT <= METRIC_PROBLEMS_MAX, "each is counted");
