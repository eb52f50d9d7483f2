/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "web/route.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "unit.h"

static const struct {
	const char *method, *target;
	enum err e;
	const char *pattern;	/* of E_OK */
	int64_t id;
} rows[] = {
	{ "GET", "/v1/products/7", E_OK, "/v1/products/{id}", 7 },
	{ "HEAD", "/v1/products/7", E_OK, "/v1/products/{id}", 7 },
	{ "GET", "/v1/products/9007199254740991", E_OK, "/v1/products/{id}",
	    SAFE_INT_MAX },
	{ "GET", "/v1/products/top", E_OK, "/v1/products/top", 0 },
	{ "GET", "/v1/products/top?x=1", E_OK, "/v1/products/top", 0 },
	{ "GET", "/v1/products/7?", E_OK, "/v1/products/{id}", 7 },
	{ "GET", "/v1/products/7?a=/b?c", E_OK, "/v1/products/{id}", 7 },
	{ "POST", "/v1/orders", E_OK, "/v1/orders", 0 },
	{ "GET", "/v1/orders/3", E_OK, "/v1/orders/{id}", 3 },
	{ "POST", "/v1/points/charge", E_OK, "/v1/points/charge", 0 },
	{ "GET", "/healthz", E_OK, "/healthz", 0 },
	/* RFC 3986: an escaped unreserved character is the character. */
	{ "GET", "/v1/products/%37", E_OK, "/v1/products/{id}", 7 },
	{ "GET", "/%761/products/t%6fp", E_OK, "/v1/products/top", 0 },
	{ "GET", "/v1%2Fproducts/7", E_NOT_FOUND, NULL, 0 },
	{ "GET", "/v1/products/%2537", E_INVALID_PARAMETER, NULL, 0 },
	{ "GET", "/v1/products/7%00", E_INVALID_PARAMETER, NULL, 0 },
	{ "GET", "/v1/products/%", E_INVALID_PARAMETER, NULL, 0 },
	{ "GET", "/v1/products/%3", E_INVALID_PARAMETER, NULL, 0 },
	{ "GET", "/v1/products/%zz", E_INVALID_PARAMETER, NULL, 0 },
	/* Ids. */
	{ "GET", "/v1/products/abc", E_INVALID_PARAMETER, NULL, 0 },
	{ "GET", "/v1/products/0", E_INVALID_PARAMETER, NULL, 0 },
	{ "GET", "/v1/products/-1", E_INVALID_PARAMETER, NULL, 0 },
	{ "GET", "/v1/products/01", E_INVALID_PARAMETER, NULL, 0 },
	{ "GET", "/v1/products/1.5", E_INVALID_PARAMETER, NULL, 0 },
	{ "GET", "/v1/products/+1", E_INVALID_PARAMETER, NULL, 0 },
	{ "GET", "/v1/products/9007199254740992", E_INVALID_PARAMETER, NULL,
	    0 },
	{ "GET", "/v1/products/9223372036854775808", E_INVALID_PARAMETER,
	    NULL, 0 },
	{ "GET", "/v1/products/topp", E_INVALID_PARAMETER, NULL, 0 },
	/* Nothing there. */
	{ "GET", "/", E_NOT_FOUND, NULL, 0 },
	{ "GET", "", E_NOT_FOUND, NULL, 0 },
	{ "GET", "*", E_NOT_FOUND, NULL, 0 },
	{ "GET", "/v1/product", E_NOT_FOUND, NULL, 0 },
	{ "GET", "/v1/products/", E_NOT_FOUND, NULL, 0 },
	{ "GET", "/v1/products/7/", E_NOT_FOUND, NULL, 0 },
	{ "GET", "/v1/products/7/x", E_NOT_FOUND, NULL, 0 },
	{ "GET", "//v1/products/7", E_NOT_FOUND, NULL, 0 },
	{ "GET", "/v1/../v1/products/7", E_NOT_FOUND, NULL, 0 },
	{ "GET", "/V1/products/7", E_NOT_FOUND, NULL, 0 },
	{ "PUT", "/nowhere", E_NOT_FOUND, NULL, 0 },
	/* Another method's. */
	{ "POST", "/v1/products/7", E_METHOD_NOT_ALLOWED, NULL, 0 },
	{ "DELETE", "/v1/orders", E_METHOD_NOT_ALLOWED, NULL, 0 },
	{ "GET", "/v1/points/charge", E_METHOD_NOT_ALLOWED, NULL, 0 },
	{ "HEAD", "/v1/points/charge", E_METHOD_NOT_ALLOWED, NULL, 0 },
	{ "get", "/healthz", E_METHOD_NOT_ALLOWED, NULL, 0 },
	{ "POST", "/v1/products/abc", E_METHOD_NOT_ALLOWED, NULL, 0 },
	{ NULL, "/healthz", E_NOT_FOUND, NULL, 0 },
	{ "GET", NULL, E_NOT_FOUND, NULL, 0 },
};

static void
test_find(void)
{
	struct arena *a = arena_new(65536);

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct req req = { .method = rows[i].method,
		    .target = rows[i].target };
		const char *row = rows[i].target != NULL ? rows[i].target
		    : "no target";
		struct resp resp = { 0 };

		CHECK_ROW(row, route_find(a, &req, &resp) == rows[i].e);
		CHECK_ROW(row, rows[i].e != E_OK || (req.id == rows[i].id &&
		    strcmp(req.route->pattern, rows[i].pattern) == 0));
		arena_reset(a);
	}
	arena_free(a);
}

static void
test_long_target(void)
{
	struct arena *a = arena_new(65536);
	char target[TARGET_BYTES_MAX + 2];
	struct req req = { .method = "GET", .target = target };
	struct resp resp = { 0 };

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	memset(target, 'x', sizeof target);
	memcpy(target, "/healthz?", 9);
	target[TARGET_BYTES_MAX] = '\0';
	CU_ASSERT_EQUAL(route_find(a, &req, &resp), E_OK);
	target[TARGET_BYTES_MAX] = 'x';
	target[TARGET_BYTES_MAX + 1] = '\0';
	CU_ASSERT_EQUAL(route_find(a, &req, &resp), E_NOT_FOUND);
	arena_free(a);
}

static void
test_allow(void)
{
	char allow[ROUTE_ALLOW_BYTES];
	const struct route *table;
	size_t n;

	table = route_table(&n);
	for (size_t i = 0; i < n; i++) {
		route_allow(&table[i], allow);
		CHECK_ROW(table[i].pattern,
		    strstr(allow, table[i].method) != NULL);
		if (strcmp(table[i].pattern, "/v1/orders") == 0)
			CU_ASSERT_STRING_EQUAL(allow, "GET, HEAD, POST");
	}
}

/*
 * Whatever changes something is done once, by a key that the client sends for a
 * POST and that we make for the others, and needs to know who asks.  Accounts
 * take no key: each change is the same when it is repeated, or is refused.
 */
static void
test_needs(void)
{
	const struct route *table;
	size_t n;

	table = route_table(&n);
	for (size_t i = 0; i < n; i++)
		if (strcmp(table[i].method, "GET") != 0 &&
		    strncmp(table[i].pattern, "/v1/users", 9) != 0 &&
		    strncmp(table[i].pattern, "/v1/tokens", 10) != 0)
			CHECK_ROW(table[i].pattern, table[i].auth != AUTH_NONE &&
			    table[i].key == (strcmp(table[i].method, "POST")
			    == 0 ? KEY_YES : KEY_MADE));
}

void
suite_route(void)
{
	CU_pSuite s = CU_add_suite("route", NULL, NULL);

	CU_ADD_TEST(s, test_find);
	CU_ADD_TEST(s, test_long_target);
	CU_ADD_TEST(s, test_allow);
	CU_ADD_TEST(s, test_needs);
}
