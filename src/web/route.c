/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "web/route.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/num.h"

static const struct route routes[] = {
#define ROUTE(method, pattern, handler, needs) \
	{ method, pattern, handler, needs },
#include "web/routes.def"
#undef ROUTE
};

#define ROUTES (sizeof routes / sizeof routes[0])

const struct route *
route_table(size_t *n)
{
	*n = ROUTES;
	return routes;
}

static int
hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0'
	    : c >= 'a' && c <= 'f' ? c - 'a' + 10
	    : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
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
	size_t i, at = 0;

	for (i = 0; i < len; i++) {
		int high, low;

		to[at++] = target[i];
		if (target[i] != '%')
			continue;
		high = i + 2 < len ? hex(target[i + 1]) : -1;
		low = high >= 0 ? hex(target[i + 2]) : -1;
		if (low < 0)
			return E_INVALID_PARAMETER;
		if (!is_unreserved(high * 16 + low))
			continue;
		to[at - 1] = (char)(high * 16 + low);
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
find(const char *path, const char *method, const char **id, size_t *id_len)
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

/* An integer, but none of an id's; or no integer at all. */
static enum err
refuse_id(struct arena *a, struct resp *resp, const char *id, size_t len)
{
	size_t sign = id[0] == '-', digits = len - sign;

	if (digits > 0 && strspn(id + sign, "0123456789") >= digits &&
	    (digits == 1 || id[sign] != '0'))
		return problem_parameter(a, resp, (struct fault){
		    .code = FAULT_OUT_OF_RANGE, .parameter = "id",
		    .number = { 1, SAFE_INT_MAX },
		    .detail = "An id is a number from 1 to "
		    "9007199254740991." });
	return problem_parameter(a, resp, (struct fault){
	    .code = FAULT_WRONG_TYPE, .parameter = "id",
	    .detail = "An id is a decimal number, without a sign or a "
	    "leading zero." });
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
		    .detail = "The path has a malformed escape." });
	if ((req->route = find(path, req->method, &id, &id_len)) == NULL) {
		problem_detail(a, resp, "There is nothing at %s.",
		    problem_shown(a, req->target, len));
		return E_NOT_FOUND;
	}
	if (!answers(req->route, req->method)) {
		problem_detail(a, resp, "%s is none of the methods "
		    "that are allowed here: %s.",
		    problem_shown(a, req->method, strlen(req->method)),
		    route_allow(req->route));
		return E_METHOD_NOT_ALLOWED;
	}
	if (id != NULL && !num_parse(id, id_len, 1, SAFE_INT_MAX, &req->id))
		return refuse_id(a, resp, id, id_len);
	return E_OK;
}

const char *
route_allow(const struct route *r)
{
	bool get = false, post = false;

	for (size_t i = 0; i < ROUTES; i++) {
		if (strcmp(routes[i].pattern, r->pattern) != 0)
			continue;
		get = get || strcmp(routes[i].method, "GET") == 0;
		post = post || strcmp(routes[i].method, "POST") == 0;
	}
	assert(get || post);
	return get && post ? "GET, HEAD, POST" : get ? "GET, HEAD" : "POST";
}
