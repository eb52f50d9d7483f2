/* SPDX-License-Identifier: MIT */
/*
 * The routes: one table (routes.def), whose columns are what a request must
 * bring before its handler runs.
 */
#ifndef SHOP_ROUTE_H
#define SHOP_ROUTE_H

#include "web/http.h"

enum {
	ROUTE_NONE = 0,
	ROUTE_USER = 1,		/* a valid token */
	ROUTE_KEY = 2,		/* an idempotency key, or one is made */
	ROUTE_BODY = 4,		/* a JSON body */
	ROUTE_SHARED = 8,	/* the answer is the same for everybody */
	ROUTE_WRITE = ROUTE_USER | ROUTE_KEY | ROUTE_BODY
};

struct route {
	const char *method;
	const char *pattern;	/* {id} is an id, 1..2^53-1 */
	enum err (*handler)(struct ctx *, const struct req *, struct resp *);
	unsigned needs;
};

/* All of them; *n is how many. */
const struct route *route_table(size_t *n);

/*
 * The row for the request's method and path, with req->id where it has one.
 * The target is taken raw; only escaped unreserved characters are decoded,
 * once.  E_NOT_FOUND, E_METHOD_NOT_ALLOWED, E_INVALID_PARAMETER, with what is
 * wrong in resp->problem; E_INTERNAL.
 */
enum err route_find(struct arena *, struct req *, struct resp *) MUST_CHECK;

/* The Allow header of the row's path; static storage. */
const char *route_allow(const struct route *);

/*
 * The user of the request's bearer token, into req->user_id.  E_MISSING_TOKEN,
 * E_INVALID_TOKEN, E_EXPIRED_TOKEN, E_INTERNAL.
 */
enum err auth_user(struct ctx *, struct req *, struct resp *) MUST_CHECK;

#define ROUTE(method, pattern, handler, needs) \
	enum err handler(struct ctx *, const struct req *, struct resp *);
#include "web/routes.def"
#undef ROUTE

#endif
