/* SPDX-License-Identifier: MIT */
/*
 * "METHOD TARGET" through the router, whose answer must be that of a second
 * one, written here the long way round.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "fuzz.h"
#include "web/route.h"

static bool
unreserved(int c)
{
	return c != '\0' && strchr("abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~", c) != NULL;
}

/* The path, decoded once, in a malloc; NULL for a malformed escape. */
static char *
decoded(const char *target)
{
	size_t len = strcspn(target, "?"), n = 0;
	char *path = malloc(len + 1), pair[3] = "";

	CHECK(path != NULL);
	for (size_t i = 0; i < len; i++) {
		path[n++] = target[i];
		if (target[i] != '%')
			continue;
		memcpy(pair, target + i + 1, len - i > 2 ? 2 : 0);
		if (len - i <= 2 ||
		    strspn(pair, "0123456789abcdefABCDEF") != 2) {
			free(path);
			return NULL;
		}
		if (unreserved((int)strtol(pair, NULL, 16))) {
			path[n - 1] = (char)strtol(pair, NULL, 16);
			i += 2;
		}
	}
	path[n] = '\0';
	return path;
}

/*
 * What stands for {...} in the path, or "", in a text that the next call
 * changes; NULL when it does not fit.
 */
static const char *
fits(const char *path, const char *pattern)
{
	static char id[TARGET_BYTES_MAX + 1];
	size_t fixed = strcspn(pattern, "{"), len;
	const char *behind;

	if (pattern[fixed] == '\0')
		return strcmp(path, pattern) == 0 ? "" : NULL;
	behind = strchr(pattern + fixed, '}') + 1;
	/* There is one alone. */
	CHECK(strchr(behind, '{') == NULL);
	if (strncmp(path, pattern, fixed) != 0)
		return NULL;
	len = strcspn(path + fixed, "/");
	if (len == 0 || strcmp(path + fixed + len, behind) != 0)
		return NULL;
	memcpy(id, path + fixed, len);
	id[len] = '\0';
	return id;
}

/* 0: it is none. */
static int64_t
id_of(const char *text)
{
	size_t len = strlen(text);
	int64_t id;

	if (len == 0 || len > 16 || strspn(text, "0123456789") != len ||
	    text[0] == '0')
		return 0;
	id = strtoll(text, NULL, 10);
	return id <= SAFE_INT_MAX ? id : 0;
}

static bool
answers(const struct route *r, const char *method)
{
	return strcmp(method, r->method) == 0 ||
	    (strcmp(method, "HEAD") == 0 && strcmp(r->method, "GET") == 0);
}

static const struct route *
row_of(const char *path, const char *method, const char **id, bool *known)
{
	size_t n;
	const struct route *r = route_table(&n), *first = NULL;

	for (size_t i = 0; i < n; i++) {
		if (fits(path, r[i].pattern) == NULL || (first != NULL &&
		    strcmp(first->pattern, r[i].pattern) != 0))
			continue;
		first = &r[i];
		*known = true;
		*id = fits(path, r[i].pattern);
		if (answers(&r[i], method))
			return &r[i];
	}
	return NULL;
}

static enum err
expected(const char *method, const char *target, const struct route **row,
    int64_t *id)
{
	char *path = decoded(target);
	const char *text = "";
	enum err e = E_OK;
	bool known = false;

	*id = 0;
	if (strlen(target) > TARGET_BYTES_MAX)
		e = E_NOT_FOUND;
	else if (path == NULL)
		e = E_INVALID_PARAMETER;
	else if ((*row = row_of(path, method, &text, &known)) == NULL)
		e = !known ? E_NOT_FOUND : strcmp(method, "OPTIONS") == 0
		    ? E_OK : E_METHOD_NOT_ALLOWED;
	else if (text[0] != '\0' && (*id = id_of(text)) == 0)
		e = E_INVALID_PARAMETER;
	free(path);
	return e;
}

/* It lists what would have been answered, and not what was not. */
static void
check_allow(const struct route *r, const char *method)
{
	char list[64], one[16], allow[ROUTE_ALLOW_BYTES];

	route_allow(r, allow);
	snprintf(list, sizeof list, ", %s,", allow);
	if (strlen(method) > 8 || strpbrk(method, ", ") != NULL)
		return;
	snprintf(one, sizeof one, ", %s,", method);
	CHECK(strstr(list, one) == NULL);
}

static void
check(const char *method, const char *target)
{
	struct req req = { .method = method, .target = target };
	const struct route *row = NULL;
	struct resp resp = { 0 };
	int64_t id;
	enum err e = route_find(fuzz_arena(), &req, &resp);

	CHECK(e == expected(method, target, &row, &id));
	if (e == E_OK && route_is_asked(&req)) {
		CHECK(req.route != NULL && req.id == 0);
		return;
	}
	if (e == E_METHOD_NOT_ALLOWED)
		check_allow(req.route, method);
	if (e != E_OK)
		return;
	CHECK(req.route == row);
	CHECK(req.id == id);
	CHECK((id > 0) == (strchr(row->pattern, '{') != NULL));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1), *blank;

	CHECK(text != NULL);
	memcpy(text, data, len);
	text[len] = '\0';
	if ((blank = strchr(text, ' ')) != NULL) {
		*blank = '\0';
		check(text, blank + 1);
	}
	free(text);
	arena_reset(fuzz_arena());
	return 0;
}
