/* SPDX-License-Identifier: MIT */
/* One writer of all problem documents: an enum err, and what was said of it. */
#include "config.h"

#include "web/problem.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "io/json.h"
#include "web/http.h"
#include "web/idem.h"
#include "web/route.h"
#include "web/text.h"

#define SHOWN_BYTES_MAX 64

static void
add_member(struct resp *resp, const char *name, int64_t number,
    const char *text)
{
	struct problem *p = &resp->problem;

	assert(p->n < PROBLEM_MEMBERS_MAX);
	p->member[p->n].name = name;
	p->member[p->n].number = number;
	p->member[p->n++].text = text;
}

void
problem_int(struct resp *resp, const char *name, int64_t number)
{
	add_member(resp, name, number, NULL);
}

void
problem_str(struct resp *resp, const char *name, const char *text)
{
	add_member(resp, name, 0, text);
}

struct faults *
problem_faults(struct arena *a, struct resp *resp)
{
	struct problem *p = &resp->problem;

	if (p->faults == NULL)
		p->faults = arena_alloc(a, sizeof *p->faults);
	return p->faults;
}

enum err
problem_fault(struct arena *a, struct resp *resp, struct fault fault)
{
	struct faults *f = problem_faults(a, resp);

	return f != NULL && faults_add(a, f, fault)
	    ? E_OK : E_INTERNAL;
}

enum err
problem_parameter(struct arena *a, struct resp *resp, struct fault fault)
{
	enum err e = problem_fault(a, resp, fault);

	resp->problem.detail = fault.detail;
	return e == E_OK ? E_INVALID_PARAMETER : e;
}

const char *
problem_shown(struct arena *a, const char *s, size_t len)
{
	static const char hex[] = "0123456789ABCDEF";
	const char *end = len > SHOWN_BYTES_MAX ? "..." : "";
	char *to = arena_alloc(a, 3 * SHOWN_BYTES_MAX + sizeof "...");
	size_t at = 0;

	if (to == NULL)
		return "";
	for (size_t i = 0; i < len && i < SHOWN_BYTES_MAX; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c >= ' ' && c < 0x7f && strchr("\"\\<>&'`", c) == NULL) {
			to[at++] = (char)c;
			continue;
		}
		to[at++] = '%';
		to[at++] = hex[c >> 4];
		to[at++] = hex[c & 15];
	}
	memcpy(to + at, end, strlen(end) + 1);
	return to;
}

static const char *
detail_of(struct arena *a, const struct fault *f)
{
	return f->detail != NULL ? f->detail : text_fault(a, f);
}

static void
put_fault(struct json_writer *w, const struct fault *f)
{
	const struct fault_row *row = fault_row(f->code);

	json_open_object(w, NULL);
	if (f->parameter != NULL)
		json_str(w, "parameter", f->parameter);
	else
		json_str(w, "pointer", f->pointer);
	json_str(w, "code", row->code);
	json_str(w, "detail", detail_of(w->arena, f));
	for (int i = 0; i < 2 && row->number[i] != NULL; i++)
		json_int(w, row->number[i], f->number[i]);
	if (f->product_id != 0)
		json_int(w, "productId", f->product_id);
	json_close(w);
}

/* Those that only some problems have. */
static void
put_members(struct json_writer *w, const struct problem *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->member[i].text != NULL)
			json_str(w, p->member[i].name, p->member[i].text);
		else
			json_int(w, p->member[i].name, p->member[i].number);
	if (p->faults == NULL || p->faults->n == 0)
		return;
	json_open_list(w, "errors");
	for (size_t i = 0; i < p->faults->n; i++)
		put_fault(w, &p->faults->fault[i]);
	json_close(w);
}

static const char *
count_faults(struct arena *a, const struct faults *f)
{
	return f->n == 1 ? detail_of(a, &f->fault[0])
	    : text_say(a, f->more ? TEXT_MORE_FAULTS : TEXT_FAULTS,
	    TEXT_ARGS(TEXT_N(f->n)));
}

/* The request's key; those that it is told with have been checked. */
static const char *
shown_key(struct arena *a, const struct req *req)
{
	return problem_shown(a, req->key, strlen(req->key));
}

/* What the request alone tells of a refusal; or NULL. */
static const char *
describe(struct arena *a, const struct req *req, const struct problem *p,
    enum err e)
{
	if (e == E_UNKNOWN_USER)
		return text_say(a, TEXT_NO_SUCH_USER,
		    TEXT_ARGS(TEXT_N(req->caller.id)));
	if (e == E_KEY_REUSED)
		return text_say(a, TEXT_KEY_OF_ANOTHER,
		    TEXT_ARGS(TEXT_S(shown_key(a, req))));
	if (e == E_IN_PROGRESS)
		return text_say(a, TEXT_KEY_AT_WORK,
		    TEXT_ARGS(TEXT_S(shown_key(a, req))));
	return p->faults != NULL && p->faults->n > 0 &&
	    (e == E_VALIDATION_FAILED || e == E_INVALID_PARAMETER)
	    ? count_faults(a, p->faults) : NULL;
}

/* The key as it was sent, so that it can be sent again; or ours. */
static void
put_lost(const struct req *req, struct resp *resp)
{
	const char *sent = idem_sent_key(req);

	if (req->route->key == KEY_YES)
		problem_str(resp, "idempotencyKey", sent != NULL ? sent
		    : req->key);
	else
		resp->problem.detail = text_of(TEXT_MAY_HAVE_CHANGED);
}

static enum err
put_problem(struct ctx *ctx, const struct req *req, struct resp *resp,
    enum err e)
{
	const struct err_row *row = err_row(e);
	const struct problem *p = &resp->problem;
	char type[64], instance[sizeof type + REQUEST_ID_BYTES_MAX + 1];
	struct json_writer w;
	struct buf b;

	buf_init(&b, type, sizeof type);
	buf_str(&b, "/problems/");
	buf_str(&b, row->code);
	buf_init(&b, instance, sizeof instance);
	buf_str(&b, type);
	buf_char(&b, '#');
	buf_str(&b, req->request_id);
	json_begin(&w, ctx->arena);
	json_open_object(&w, NULL);
	json_str(&w, "type", type);
	json_str(&w, "title", text_title(e));
	json_int(&w, "status", p->status != 0 ? p->status : row->status);
	json_str(&w, "code", row->code);
	json_str(&w, "detail", p->detail != NULL ? p->detail : text_detail(e));
	json_str(&w, "requestId", req->request_id);
	json_str(&w, "instance", instance);
	put_members(&w, p);
	json_close(&w);
	return json_end(&w, &resp->body, &resp->body_len);
}

/* The same, where there is no memory for it; none of it needs escapes. */
static void
put_last_resort(const struct req *req, struct resp *resp)
{
	struct buf b;

	buf_init(&b, resp->last_resort, sizeof resp->last_resort);
	buf_str(&b, "{\"type\":\"/problems/internal\",\"title\":\"");
	buf_str(&b, text_title(E_INTERNAL));
	buf_str(&b, "\",\"status\":500,\"code\":\"internal\",\"detail\":\"");
	buf_str(&b, text_detail(E_INTERNAL));
	if (req->request_id != NULL) {
		buf_str(&b, "\",\"requestId\":\"");
		buf_str(&b, req->request_id);
		buf_str(&b, "\",\"instance\":\"/problems/internal#");
		buf_str(&b, req->request_id);
	}
	buf_str(&b, "\"}");
	assert(buf_ok(&b));
	resp->status = err_row(E_INTERNAL)->status;
	resp->body = b.data;
	resp->body_len = b.len;
}

/* RFC 6750: a request without a token is told no error. */
static void
put_challenge(struct resp *resp, enum err e)
{
	/* There was none to be wrong. */
	if (e == E_MISSING_TOKEN || e == E_INVALID_CREDENTIALS)
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
problem_answer(struct ctx *ctx, const struct req *req, struct resp *resp,
    enum err e)
{
	int status = resp->problem.status != 0 ? resp->problem.status
	    : err_row(e)->status;
	char seconds[24];

	assert(e != E_OK);
	resp->status = status;
	resp->type = "application/problem+json";
	resp->headers.len = 0;
	resp->headers.overflow = false;
	if (e == E_OUTCOME_UNKNOWN)
		put_lost(req, resp);
	if (resp->problem.detail == NULL)
		resp->problem.detail = describe(ctx->arena, req, &resp->problem,
		    e);
	if (req->request_id == NULL || put_problem(ctx, req, resp, e) != E_OK)
		put_last_resort(req, resp);
	http_header(resp, "Cache-Control", "no-store");
	http_header(resp, "Content-Language", language_tag(text_language()));
	http_header(resp, "Vary", "Accept-Language");
	if (status == 401)
		put_challenge(resp, e);
	/* RFC 9110, 15.5.16: which of the two it is that won't do. */
	if (e == E_UNSUPPORTED_MEDIA_TYPE)
		http_header(resp, resp->problem.coded ? "Accept-Encoding"
		    : "Accept", resp->problem.coded ? "identity"
		    : "application/json");
	if (e == E_METHOD_NOT_ALLOWED && resp->problem.allow != NULL)
		http_header(resp, "Allow", resp->problem.allow);
	if (status == 503 || status == 429 || e == E_IN_PROGRESS) {
		snprintf(seconds, sizeof seconds, "%" PRId64,
		    resp->problem.retry_s > 0 ? resp->problem.retry_s
		    : RETRY_AFTER_S);
		http_header(resp, "Retry-After", seconds);
	}
}
