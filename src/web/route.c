/* SPDX-License-Identifier: MIT */
/* Which row a request is for; a 405 and Allow fall out of the same table. */
#include "config.h"

#include "web/route.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/metric.h"
#include "base/num.h"
#include "base/percent.h"
#include "web/text.h"

static const struct route routes[] = {
#define ROUTE(method, pattern, handler, auth, key, body, query, cache) \
	{ #method, pattern, handler, auth, key, &(body), &(query), cache },
#include "web/routes.def"
#undef ROUTE
};

#define ROUTES (sizeof routes / sizeof routes[0])
_Static_assert(ROUTES < METRIC_ROUTES_MAX, "each is counted");

const struct input no_body = { .fields = NULL };
const struct input no_query = { .fields = NULL };

const struct route *
route_table(size_t *n)
{
	*n = ROUTES;
	return routes;
}

static bool
is_unreserved(int c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z') || (c != 0 && strchr("-._~", c) != NULL);
}

/*
 * The path, with escapes of unreserved characters decoded: RFC 3986 has them
 * equal to the characters.  Any other escape stays and fits no pattern; one
 * that is none is refused.
 */
static enum err
decode_path(const char *target, size_t len, char *to)
{
	size_t at = 0;
	int byte;

	for (size_t i = 0; i < len; i++) {
		to[at++] = target[i];
		if (target[i] != '%')
			continue;
		if ((byte = percent_byte(target + i, len - i)) < 0)
			return E_INVALID_PARAMETER;
		if (!is_unreserved(byte))
			continue;
		to[at - 1] = (char)byte;
		i += 2;
	}
	to[at] = '\0';
	return E_OK;
}

/* Does path fit?  Then *id is what stands for {id}, or NULL. */
static bool
fits(const char *pattern, const char *path, const char **id, size_t *id_len)
{
	size_t fixed = strcspn(pattern, "{");
	const char *rest = pattern + fixed;

	*id = NULL;
	if (*rest == '\0')
		return strcmp(pattern, path) == 0;
	if (strncmp(pattern, path, fixed) != 0)
		return false;
	rest = strchr(rest, '}') + 1;
	*id = path + fixed;
	*id_len = strcspn(*id, "/");
	return *id_len > 0 && strcmp(*id + *id_len, rest) == 0;
}

static bool
answers(const struct route *r, const char *method)
{
	return strcmp(r->method, method) == 0 ||
	    (strcmp(method, "HEAD") == 0 && strcmp(r->method, "GET") == 0);
}

/* The first row that fits decides the path; its method may be another's. */
static const struct route *
find_route(const char *path, const char *method, const char **id,
    size_t *id_len)
{
	const struct route *first = NULL;

	for (size_t i = 0; i < ROUTES; i++) {
		if (first != NULL &&
		    strcmp(first->pattern, routes[i].pattern) != 0)
			continue;
		if (first == NULL && !fits(routes[i].pattern, path, id, id_len))
			continue;
		if (answers(&routes[i], method))
			return &routes[i];
		if (first == NULL)
			first = &routes[i];
	}
	return first;
}

/* What the pattern calls its id. */
static const char *
id_name(struct arena *a, const struct route *r)
{
	const char *name = strchr(r->pattern, '{') + 1;

	return arena_copy(a, name, strcspn(name, "}"));
}

/* An integer, but none of an id's; or no integer at all. */
static enum err
refuse_id(struct arena *a, const struct route *r, struct resp *resp,
    const char *id, size_t len)
{
	size_t sign = id[0] == '-', digits = len - sign;
	struct fault f = { .parameter = id_name(a, r) };

	if (f.parameter == NULL)
		return E_INTERNAL;
	if (digits > 0 && strspn(id + sign, "0123456789") >= digits &&
	    (digits == 1 || id[sign] != '0')) {
		f.code = FAULT_OUT_OF_RANGE;
		f.number[0] = 1;
		f.number[1] = SAFE_INT_MAX;
		f.detail = text_of(TEXT_ID_RANGE);
	} else {
		f.code = FAULT_WRONG_TYPE;
		f.detail = text_of(TEXT_ID_FORM);
	}
	return problem_parameter(a, resp, f);
}

static enum err
refuse_method(struct arena *a, const struct req *req, struct resp *resp)
{
	char allow[ROUTE_ALLOW_BYTES];

	route_allow(req->route, allow);
	resp->problem.allow = arena_copy(a, allow, strlen(allow));
	if (resp->problem.allow == NULL)
		return E_INTERNAL;
	resp->problem.detail = text_say(a, TEXT_BAD_METHOD,
	    TEXT_ARGS(TEXT_S(problem_shown(a, req->method,
	    strlen(req->method))), TEXT_S(allow)));
	return E_METHOD_NOT_ALLOWED;
}

bool
route_is_asked(const struct req *req)
{
	return strcmp(req->method, "OPTIONS") == 0;
}

enum err
route_find(struct arena *a, struct req *req, struct resp *resp)
{
	size_t id_len = 0, len;
	const char *id;
	char *path;

	if (req->method == NULL || req->target == NULL)
		return E_NOT_FOUND;
	len = strcspn(req->target, "?");
	if (strlen(req->target) > TARGET_BYTES_MAX)
		return E_NOT_FOUND;
	if ((path = arena_alloc(a, len + 1)) == NULL)
		return E_INTERNAL;
	if (decode_path(req->target, len, path) != E_OK)
		return problem_parameter(a, resp, (struct fault){
		    .code = FAULT_WRONG_TYPE, .parameter = "path",
		    .detail = text_of(TEXT_BAD_ESCAPE) });
	if ((req->route = find_route(path, req->method, &id, &id_len)) == NULL) {
		resp->problem.detail = text_say(a, TEXT_NOTHING_AT,
		    TEXT_ARGS(TEXT_S(problem_shown(a, req->target, len))));
		return E_NOT_FOUND;
	}
	if (route_is_asked(req))
		return E_OK;
	if (!answers(req->route, req->method))
		return refuse_method(a, req, resp);
	if (id != NULL && !num_parse(id, id_len, 1, SAFE_INT_MAX, &req->id))
		return refuse_id(a, req->route, resp, id, id_len);
	return E_OK;
}

void
route_allow(const struct route *r, char out[ROUTE_ALLOW_BYTES])
{
	static const char *const methods[] = { "GET", "POST", "PUT", "PATCH",
		"DELETE" };
	struct buf b;

	buf_init(&b, out, ROUTE_ALLOW_BYTES);
	for (size_t m = 0; m < sizeof methods / sizeof methods[0]; m++)
		for (size_t i = 0; i < ROUTES; i++) {
			if (strcmp(routes[i].pattern, r->pattern) != 0 ||
			    strcmp(routes[i].method, methods[m]) != 0)
				continue;
			buf_str(&b, b.len > 0 ? ", " : "");
			buf_str(&b, m == 0 ? "GET, HEAD" : methods[m]);
		}
	assert(b.len > 0);
	assert(buf_ok(&b));
}

enum err
route_options(const struct req *req, struct resp *resp)
{
	char allow[ROUTE_ALLOW_BYTES];

	route_allow(req->route, allow);
	http_header(resp, "Allow", allow);
	http_header(resp, "Cache-Control", "no-store");
	return http_nothing(resp);
}
