/* SPDX-License-Identifier: MIT */
/* FastCGI's parameters become a struct req, and its answer bytes again. */
#include "config.h"

#include "run/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/num.h"
#include "run/metrics.h"
#include "web/route.h"
#include "web/serve.h"

#define QUEUED_MS_MAX (10 * 60 * 1000)

/* Without a length, as hosts other than nginx hand on a body in chunks. */
static void
read_unsized(struct fcgi *f, struct arena *a, struct req *req)
{
	char *body, none;

	if (fcgi_body(f, &none, 0))
		return;
	if ((body = arena_alloc(a, BODY_BYTES_MAX + 1)) == NULL)
		req->body_broken = true;
	else if (!fcgi_body_all(f, body, BODY_BYTES_MAX, &req->body_len))
		req->body_too_large = true;
	else
		req->body = body;
}

/*
 * Reads the whole body before the request is judged, so that nginx is rid of
 * it; not one over BODY_BYTES_MAX, or whose length is malformed.
 */
static void
read_body(struct fcgi *f, struct arena *a, struct req *req)
{
	const char *length = fcgi_param(f, "CONTENT_LENGTH");
	int64_t len = 0;
	char *body;

	if (length == NULL || length[0] == '\0') {
		read_unsized(f, a, req);
		return;
	}
	if (!num_parse(length, strlen(length), 0, INT64_MAX, &len)) {
		req->body_broken = true;
		return;
	}
	if (len > BODY_BYTES_MAX) {
		req->body_too_large = true;
		req->body_announced = len;
		return;
	}
	if ((body = arena_alloc(a, (size_t)len + 1)) == NULL ||
	    !fcgi_body(f, body, (size_t)len)) {
		req->body_broken = true;
		return;
	}
	req->body = body;
	req->body_len = (size_t)len;
}

/*
 * A parameter that says something, in the arena: libfcgi's own are gone when
 * the log line is written.  nginx sends an empty one for a missing header.
 */
static const char *
param(const struct fcgi *f, struct arena *a, const char *name)
{
	const char *value = fcgi_param(f, name);

	return value == NULL || value[0] == '\0' ? NULL
	    : arena_copy(a, value, strlen(value));
}

/* Without the blanks around it (RFC 9110, 5.5); nginx leaves tabs. */
static const char *
trimmed(struct arena *a, const char *value)
{
	static const char blanks[] = " \t";
	size_t len;

	value += strspn(value, blanks);
	for (len = strlen(value); len > 0; len--)
		if (strchr(blanks, value[len - 1]) == NULL)
			break;
	return arena_copy(a, value, len);
}

/*
 * A header in the arena, or NULL.  Several fields become one, with a comma and
 * a blank between (RFC 9110, 5.3).  Without memory it is "", not NULL: a key
 * must not be taken for missing.
 */
static const char *
field(const struct fcgi *f, struct arena *a, const char *name)
{
	const char *value = fcgi_param_nth(f, name, 0), *all = NULL;

	for (size_t n = 1; value != NULL; n++) {
		all = all == NULL ? trimmed(a, value)
		    : arena_printf(a, "%s, %s", all, value);
		if (all == NULL)
			return "";
		value = fcgi_param_nth(f, name, n);
	}
	return all;
}

/*
 * How long the request has waited for a worker, by nginx's clock; one that
 * nginx has given up may still stand in the queue.  A wait of minutes is
 * another machine's clock, and says nothing.
 */
static int64_t
queued_us(struct fcgi *f)
{
	const char *text = fcgi_param(f, "SHOP_QUEUED_AT");
	size_t whole = text != NULL ? strcspn(text, ".") : 0;
	int64_t s, waited_ms;

	if (whole == 0 || strlen(text) != whole + 4 ||
	    strspn(text + whole + 1, "0123456789") != 3 ||
	    !num_parse(text, whole, 0, SAFE_INT_MAX / 1000, &s))
		return 0;
	waited_ms = num_now_ms() - s * 1000 - atoi(text + whole + 1);
	return waited_ms > 0 && waited_ms <= QUEUED_MS_MAX
	    ? waited_ms * 1000 : 0;
}

static void
read_request(struct fcgi *f, struct arena *a, struct req *req)
{
	*req = (struct req){
		.method = param(f, a, "REQUEST_METHOD"),
		.target = param(f, a, "REQUEST_URI"),
		/* Nobody looks at it later than a handler: no copy. */
		.client = fcgi_param(f, "REMOTE_ADDR"),
		.made_key = param(f, a, "SHOP_MADE_KEY"),
		.body = "",
	};
	for (enum header h = 0; h < HEADER_COUNT; h++)
		req->header[h] = field(f, a, http_header_param(h));
	read_body(f, a, req);
}

static bool
send_response(struct fcgi *f, const struct req *req, const struct resp *resp)
{
	char head[HEADER_BYTES_MAX + 256], content[128] = "";
	bool head_only = req->method != NULL &&
	    strcmp(req->method, "HEAD") == 0;
	int len;

	/* 204 and 304 have no content, and tell nothing of what it would be. */
	if (resp->type != NULL && resp->status != 304)
		snprintf(content, sizeof content, "Content-Type: %s\r\n"
		    "Content-Length: %zu\r\n", resp->type, resp->body_len);
	len = snprintf(head, sizeof head, "Status: %d %s\r\n%s%s\r\n",
	    resp->status, http_reason(resp->status), content,
	    resp->headers.data);
	return fcgi_finish(f, head, (size_t)len, resp->body,
	    head_only ? 0 : resp->body_len);
}

static bool
is_told(const struct conf *c, bool error, bool slow)
{
	switch ((enum conf_log_requests)c->log_requests) {
	case LOG_REQUESTS_ALL:
		return true;
	case LOG_REQUESTS_SLOW:
		return error || slow;
	case LOG_REQUESTS_ERRORS:
		return error;
	case LOG_REQUESTS_NONE:
		break;
	}
	return false;
}

static void
log_trace(struct log_line *l, const struct trace *t, bool slow)
{
	if (t->user_id != 0)
		log_int(l, "user", t->user_id);
	if (t->cache != NULL)
		log_str(l, "cache", t->cache);
	if (t->attempts != 0)
		log_int(l, "attempts", t->attempts);
	if (t->cause != NULL)
		log_str(l, "cause", t->cause);
	if (slow && t->statement != NULL) {
		log_str(l, "statement", t->statement);
		log_int(l, "statement_us", t->statement_us);
	}
}

static void
log_request(const struct ctx *ctx, const struct req *req,
    const struct resp *resp, int64_t us, int64_t waited_us, bool sent)
{
	bool error = resp->status >= 500 || !sent;
	bool slow = us + waited_us >= ctx->conf->log_slow_ms * 1000;
	struct log_line l;

	if (!is_told(ctx->conf, error, slow))
		return;
	log_begin(&l, error || slow ? LOG_WARN : LOG_INFO, "request");
	log_str(&l, "method", req->method != NULL ? req->method : "");
	log_str(&l, "route", req->route != NULL ? req->route->pattern : "");
	log_int(&l, "status", resp->status);
	log_int(&l, "us", us);
	if (waited_us >= 1000)
		log_int(&l, "queued_us", waited_us);
	log_trace(&l, &ctx->trace, slow);
	if (!sent)
		log_str(&l, "sent", "no");
	log_end(&l);
}

void
request_serve(struct ctx *ctx, struct fcgi *f)
{
	struct resp resp;
	struct req req;
	int64_t waited_us = queued_us(f), us;
	bool sent;

	ctx->start_us = num_monotonic_us() - waited_us;
	memset(&ctx->trace, 0, sizeof ctx->trace);
	read_request(f, ctx->arena, &req);
	serve_answer(ctx, &req, &resp);
	sent = send_response(f, &req, &resp);
	us = num_monotonic_us() - ctx->start_us - waited_us;
	metrics_count(ctx->count, &req, &resp, us, waited_us);
	log_request(ctx, &req, &resp, us, waited_us, sent);
	log_id("");
	arena_reset(ctx->arena);
}
