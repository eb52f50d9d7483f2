/* SPDX-License-Identifier: MIT */
/*
 * A request and its response, whatever brought them.  All memory is the
 * arena's.  Nothing is sent before the handler has returned, so a failure at
 * any point is still a whole problem document.
 */
#ifndef SHOP_HTTP_H
#define SHOP_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "base/err.h"
#include "base/limits.h"
#include "io/json.h"
#include "web/problem.h"

struct route;

/* What the front end says; any text may be NULL. */
struct req {
	const char *method;
	const char *target;		/* raw: path and query */
	const char *authorization;
	const char *content_type;
	const char *content_encoding;
	const char *idempotency_key;	/* the client's, as it was sent */
	const char *if_none_match;	/* what of a shared answer it has */
	const char *made_key;		/* the one to use if it sent none */
	const char *request_id;		/* after http_begin well-formed */
	const char *body;
	size_t body_len;
	bool body_too_large;		/* body was not read, and has */
	int64_t body_announced;		/* so many bytes */
	bool body_broken;		/* shorter or longer than announced */

	/* What the router found out, as far as the route asks for it. */
	const struct route *route;
	int64_t id;			/* {id} of the path */
	int64_t user_id;
	const char *key;		/* what it means; ours if not sent */
	const struct json *json;
};

struct resp {
	int status;
	const char *type;		/* media type of the body */
	int64_t max_age_s;		/* others may keep it; 0: they ask */
	struct buf headers;		/* lines ending in CR LF */
	const char *body;
	size_t body_len;
	size_t undated_at, undated_len;	/* of the body: see web/etag.h */
	struct problem problem;		/* for a handler to fill in */

	/* Where they go without memory. */
	char last_headers[128];
	char last_resort[640];
};

/*
 * Make req and resp ready: the request id, an empty answer.  E_INTERNAL; then
 * the id may be NULL, and there is little room for headers.
 */
enum err http_begin(struct ctx *, struct req *, struct resp *) MUST_CHECK;

/* Add a header; the value must not hold CR or LF. */
void http_header(struct resp *, const char *name, const char *value);

/* Answer with what was written, as application/json.  E_INTERNAL. */
enum err http_json(struct resp *, int status, struct json_writer *)
    MUST_CHECK;

/*
 * The body by a field table into *out; all its faults become the problem's.
 * E_VALIDATION_FAILED, E_INTERNAL.
 */
enum err http_decode(struct ctx *, const struct req *, struct resp *,
    const struct json_field *, void *out) MUST_CHECK;

/* The reason phrase of a status we use; static storage. */
const char *http_reason(int status);

/* Whatever the request, its answer. */
void http_serve(struct ctx *, struct req *, struct resp *);

#endif
