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
#include "shop/caller.h"
#include "shop/idem.h"
#include "web/problem.h"

struct route;

enum header {
#define HEADER(name, param, field) HEADER_##name,
#include "web/header.def"
#undef HEADER
	HEADER_COUNT
};

struct req {
	/* What the front end says; any text may be NULL. */
	const char *method;
	const char *target;		/* raw: path and query */
	const char *header[HEADER_COUNT];	/* as they were sent */
	const char *client;		/* its address, by the web server */
	const char *made_key;		/* the key to use if none was sent */
	const char *body;
	size_t body_len;
	bool body_too_large;		/* body was not read, and has */
	int64_t body_announced;		/* so many bytes */
	bool body_broken;		/* shorter or longer than announced */

	/* What web/serve found out, as far as the route asks for it. */
	const char *request_id;		/* the client's if well-formed */
	const struct route *route;	/* NULL: the path is none of ours */
	int64_t id;			/* {...} of the path */
	struct caller caller;		/* id 0: the route asks for none */
	const char *key;		/* what it means; ours if not sent */
	const void *query;		/* the struct of the route's table */
	const void *body_values;	/* the same of the body */
	struct idem idem;		/* of the key and the body's values */
};

struct resp {
	int status;
	const char *type;		/* media type; NULL: no body */
	int64_t max_age_s;		/* others may keep it; 0: they ask */
	struct buf headers;		/* lines ending in CR LF */
	const char *body;
	size_t body_len;
	size_t undated_at, undated_len;	/* of the body: see web/etag.h */
	struct problem problem;		/* for a handler to fill in */

	/* Where they go without memory. */
	char last_headers[192];
	char last_resort[1024];
};

/* A header as HTTP names it; static storage. */
const char *http_header_name(enum header);
/* And as FastCGI does. */
const char *http_header_param(enum header);

/* Add a header; the value must not hold CR or LF. */
void http_header(struct resp *, const char *name, const char *value);

/* Answer with what was written, as application/json.  E_INTERNAL. */
enum err http_json(struct resp *, int status, struct json_writer *)
    MUST_CHECK;

/* Answer with an object, by its table.  E_INTERNAL. */
enum err http_object(struct ctx *, struct resp *, int status,
    const struct json_field *, const void *in) MUST_CHECK;

/* Answer with no body.  E_OK. */
enum err http_nothing(struct resp *) MUST_CHECK;

/* The reason phrase of a status we use; static storage. */
const char *http_reason(int status);

#endif
