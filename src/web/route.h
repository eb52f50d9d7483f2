/* SPDX-License-Identifier: MIT */
/*
 * The routes: one table (routes.def), whose columns are what a request must
 * bring before its handler runs, and how its answer may be kept.
 */
#ifndef SHOP_ROUTE_H
#define SHOP_ROUTE_H

#include "web/http.h"

/* The caller must be ... */
enum auth {
	AUTH_NONE,	/* anybody */
	AUTH_MAY,	/* anybody; who sends a token is its user */
	AUTH_USER,	/* the user of a valid token */
	AUTH_ADMIN	/* such a user whose role is admin */
};

/* An idempotency key. */
enum key {
	KEY_NO,
	KEY_YES,	/* the client's; one is made if there is none */
	KEY_MADE	/* always made: for a method that is idempotent by itself,
			   so that our own retries find what they have done */
};
/* SHARED: the same for everybody, but for a caller whose token was looked at. */
enum caching { CACHE_NO, CACHE_SHARED };

/*
 * What a request brings in its body or its query: a table of fields and the
 * struct that they fill, which the handler gets.
 */
struct input {
	const struct json_field *fields;
	size_t size;
	bool may_lack;		/* of a body: none is {} */
	/*
	 * Of a body: faults that no table can tell, added to the problem's.
	 * Called whether the table found faults or not.  E_VALIDATION_FAILED
	 * where it adds one, E_INTERNAL; or NULL.
	 */
	enum err (*check)(struct ctx *, struct resp *, const void *values);
	/*
	 * Of a query: do these values ask for what is an admin's?  Then the
	 * caller must be one, whatever the row says; NULL: none do.
	 */
	bool (*is_admins)(const void *values);
};

/* The column of a route that takes none. */
extern const struct input no_body, no_query;

struct route {
	const char *method;
	const char *pattern;	/* {name} is an id, 1..2^53-1; one at most */
	enum err (*handler)(struct ctx *, const struct req *, struct resp *);
	enum auth auth;
	enum key key;
	const struct input *body, *query;
	enum caching cache;
};

/* All of them; *n is how many. */
const struct route *route_table(size_t *n);

/*
 * The row for the request's method and path, with req->id where it has one.
 * The target is taken raw; only escaped unreserved characters are decoded,
 * once.  E_NOT_FOUND, E_METHOD_NOT_ALLOWED, E_INVALID_PARAMETER, with what is
 * wrong in resp->problem; E_INTERNAL.
 *
 * OPTIONS finds any row of its path, and no id.
 */
enum err route_find(struct arena *, struct req *, struct resp *) MUST_CHECK;

/* Is it the path that is asked about, by OPTIONS? */
bool route_is_asked(const struct req *);

/* Answer OPTIONS: 204 and Allow. */
enum err route_options(const struct req *, struct resp *) MUST_CHECK;

/* The Allow header of the row's path. */
#define ROUTE_ALLOW_BYTES sizeof "GET, HEAD, POST, PUT, PATCH, DELETE"
void route_allow(const struct route *, char out[ROUTE_ALLOW_BYTES]);

#define ROUTE(method, pattern, handler, auth, key, body, query, cache)	\
	enum err handler(struct ctx *, const struct req *, struct resp *); \
	extern const struct input body, query;
#include "web/routes.def"
#undef ROUTE

#endif
