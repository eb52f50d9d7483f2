/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "web/idem.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "unit.h"
#include "web/route.h"

static struct arena *arena;

static int
set_up(void)
{
	return (arena = arena_new(65536)) == NULL;
}

static int
tear_down(void)
{
	arena_free(arena);
	return 0;
}

static const struct {
	const char *value, *key;	/* NULL: malformed */
} keys[] = {
	{ "8e03", "8e03" }, { "\"8e03\"", "8e03" },
	{ "\"8e03-f8985b1d\"", "8e03-f8985b1d" }, { "k\"", "k\"" },
	{ "k\\", "k\\" }, { "a,b;c=d", "a,b;c=d" }, { "'a'", "'a'" },
	{ "\"a,b;c=d\"", "a,b;c=d" }, { "\"a\\\"b\"", "a\"b" },
	{ "\"a\\\\b\"", "a\\b" }, { "\"\\\"\\\\\"", "\"\\" },
	{ "\"\\\"a\"", "\"a" }, { "\"'\"", "'" },
	{ "", NULL }, { "\"\"", NULL }, { "\"", NULL }, { " ", NULL },
	{ "\"abc", NULL }, { "\"a\"b\"", NULL }, { "\"a\"b", NULL },
	{ "\"a\" ", NULL }, { "\"a\";x=1", NULL }, { "\"a\";", NULL },
	{ "\"a\", \"b\"", NULL }, { "\"a\",\"a\"", NULL }, { "a, b", NULL },
	{ ", a", NULL }, { "a, ", NULL }, { "\"a, b\"", NULL },
	{ "\"a b\"", NULL }, { "\" a\"", NULL }, { "\"a\\b\"", NULL },
	{ "\"a\\", NULL }, { "\"a\\\"", NULL }, { "\"a\\\\\\\"", NULL },
	{ "\"a\tb\"", NULL }, { "\"\xed\x95\x9c\"", NULL },
	{ "\"a\x7f\"", NULL }, { "a b", NULL }, { "a\x01", NULL },
	{ "caf\xc3\xa9", NULL }, { ":YWJj:", ":YWJj:" }, { "?1", "?1" },
};

static void
test_keys(void)
{
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		const char *value = keys[i].value, *key = NULL;
		enum err e = idem_key(arena, value, &key);

		CHECK_ROW(value, e == (keys[i].key != NULL ? E_OK
		    : E_INVALID_PARAMETER));
		CHECK_ROW(value, (key != NULL) == (keys[i].key != NULL));
		CHECK_ROW(value, key == NULL || strcmp(key, keys[i].key) == 0);
		arena_reset(arena);
	}
}

/* A key has 255 characters at most; its quotes and backslashes are none. */
static void
test_longest(void)
{
	char bare[IDEM_KEY_BYTES_MAX + 2], quoted[2 * sizeof bare + 2];
	const char *key;

	memset(bare, 'k', sizeof bare - 1);
	bare[sizeof bare - 1] = '\0';
	snprintf(quoted, sizeof quoted, "\"%s\"", bare);
	CU_ASSERT_EQUAL(idem_key(arena, bare, &key), E_INVALID_PARAMETER);
	CU_ASSERT_EQUAL(idem_key(arena, quoted, &key), E_INVALID_PARAMETER);
	CU_ASSERT_EQUAL(idem_key(arena, bare + 1, &key), E_OK);
	snprintf(quoted, sizeof quoted, "\"%s\"", bare + 1);
	CU_ASSERT_EQUAL(idem_key(arena, quoted, &key), E_OK);
	CU_ASSERT_EQUAL(strlen(key), IDEM_KEY_BYTES_MAX);
	for (size_t i = 0; i < 2 * IDEM_KEY_BYTES_MAX; i++)
		quoted[1 + i] = i % 2 == 0 ? '\\' : '"';
	strcpy(quoted + 1 + 2 * IDEM_KEY_BYTES_MAX, "\"");
	CU_ASSERT_EQUAL(idem_key(arena, quoted, &key), E_OK);
	CU_ASSERT_EQUAL(strlen(key), IDEM_KEY_BYTES_MAX);
	arena_reset(arena);
}

static const struct route order = { .method = "POST",
    .pattern = "/v1/orders" };
static const struct route charge = { .method = "POST",
    .pattern = "/v1/points/charge" };

static bool
same(const unsigned char *a, const unsigned char *b)
{
	return memcmp(a, b, IDEM_BYTES) == 0;
}

static void
test_digests(void)
{
	struct req req = { .route = &order, .caller.id = 1, .key = "k",
	    .header[HEADER_IDEMPOTENCY_KEY] = "k" };
	struct req other = req;
	struct idem a, b;

	CU_ASSERT_EQUAL_FATAL(idem_make(&req, "v", 1, &a), E_OK);
	CU_ASSERT(a.from_client);
	CU_ASSERT_EQUAL_FATAL(idem_make(&req, "w", 1, &b), E_OK);
	CU_ASSERT(same(a.id, b.id));
	CU_ASSERT(!same(a.fingerprint, b.fingerprint));
	other.caller.id = 11;
	CU_ASSERT_EQUAL_FATAL(idem_make(&other, "v", 1, &b), E_OK);
	CU_ASSERT(!same(a.id, b.id));
	CU_ASSERT(same(a.fingerprint, b.fingerprint));
	other = req;
	other.key = "K";
	CU_ASSERT_EQUAL_FATAL(idem_make(&other, "v", 1, &b), E_OK);
	CU_ASSERT(!same(a.id, b.id));
	other = req;
	other.route = &charge;
	CU_ASSERT_EQUAL_FATAL(idem_make(&other, "v", 1, &b), E_OK);
	CU_ASSERT(!same(a.id, b.id));
	other = req;
	other.id = 1;
	other.header[HEADER_IDEMPOTENCY_KEY] = NULL;
	CU_ASSERT_EQUAL_FATAL(idem_make(&other, "v", 1, &b), E_OK);
	CU_ASSERT(!same(a.id, b.id));
	CU_ASSERT(!b.from_client);
	CU_ASSERT(!b.has_former);
}

/* Ledgers have these, by what was sent: "1 POST /v1/orders 0 k", and 0 "k". */
static void
test_former(void)
{
	static const unsigned char of_bare[IDEM_BYTES] = { 0x08, 0x04, 0xbf,
	    0x17, 0x3d, 0x1a, 0x7e, 0xdd, 0xbd, 0x05, 0xe9, 0x0a, 0x6f, 0x6b,
	    0xb4, 0xba };
	static const unsigned char of_quoted[IDEM_BYTES] = { 0x26, 0xfc, 0xb6,
	    0x01, 0xd2, 0x22, 0x29, 0x77, 0x53, 0x1e, 0x64, 0x02, 0x6b, 0x97,
	    0x29, 0xf7 };
	struct req bare = { .route = &order, .caller.id = 1, .key = "k",
	    .header[HEADER_IDEMPOTENCY_KEY] = "k" };
	struct req quoted = bare;
	struct idem a, b;

	quoted.header[HEADER_IDEMPOTENCY_KEY] = "\"k\"";
	CU_ASSERT_EQUAL_FATAL(idem_make(&bare, "v", 1, &a), E_OK);
	CU_ASSERT_EQUAL_FATAL(idem_make(&quoted, "v", 1, &b), E_OK);
	CU_ASSERT(!a.has_former);
	CU_ASSERT(b.has_former);
	CU_ASSERT(same(a.id, of_bare));
	CU_ASSERT(same(b.id, of_bare));
	CU_ASSERT(same(b.former, of_quoted));
}

void
suite_idem(void)
{
	CU_pSuite s = CU_add_suite("idem", set_up, tear_down);

	CU_ADD_TEST(s, test_keys);
	CU_ADD_TEST(s, test_longest);
	CU_ADD_TEST(s, test_digests);
	CU_ADD_TEST(s, test_former);
}
