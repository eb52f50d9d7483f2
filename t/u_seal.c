/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "web/seal.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "io/crypto.h"
#include "unit.h"

#define BODY "{\"items\":[]}"

static struct arena *arena;

static int
set_up(void)
{
	arena = arena_new(65536);
	return arena == NULL;
}

static int
tear_down(void)
{
	arena_free(arena);
	return 0;
}

static void
test_round(void)
{
	static const struct sealed rows[] = {
		{ BODY, sizeof BODY - 1, INT64_C(1795305600000) },
		{ "", 0, 0 }, { "\n", 1, 1 }, { "a\0b", 3, INT64_MAX },
	};
	struct sealed s;
	const char *value;
	size_t len;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *row = rows[i].body;

		CHECK_ROW(row, seal_make(arena, &rows[i], &value, &len)
		    == E_OK);
		CHECK_ROW(row, strncmp(value, "shop1 ", 6) == 0);
		CHECK_ROW(row, seal_open(arena, value, len, &s));
		CHECK_ROW(row, s.time_ms == rows[i].time_ms);
		CHECK_ROW(row, s.len == rows[i].len &&
		    memcmp(s.body, rows[i].body, s.len) == 0);
		CHECK_ROW(row, !seal_open(arena, value, len - 1, &s));
		CHECK_ROW(row, !seal_open(arena, value, len + 1, &s));
		arena_reset(arena);
	}
}

/* No byte of it may be another. */
static void
test_changed(void)
{
	struct sealed s = { BODY, sizeof BODY - 1, 1000 };
	const char *value;
	char other[128] = "";
	size_t len;

	CU_ASSERT_EQUAL(seal_make(arena, &s, &value, &len), E_OK);
	for (size_t i = 0; i < len; i++) {
		memcpy(other, value, len);
		other[i] ^= 1;
		CHECK_ROW(other, !seal_open(arena, other, len, &s));
	}
	arena_reset(arena);
}

/* What stands before the sum, which is made right; "" before a body. */
static const struct {
	const char *head, *body;
	bool opens;
} heads[] = {
	{ "shop1 5 3 ", "abc", true },
	{ "shop1 9223372036854775807 3 ", "abc", true },
	{ "shop1  5 3 ", "abc", false },
	{ "shop1 5  3 ", "abc", false },
	{ "shop1\t5 3 ", "abc", false },
	{ "shop1 +5 3 ", "abc", false },
	{ "shop1 05 3 ", "abc", false },
	{ "shop1 5 03 ", "abc", false },
	{ "shop1 5 +3 ", "abc", false },
	{ "shop1 5 3", "abc", false },
	{ "shop1 5 2 ", "abc", false },
	{ "shop1 5 4 ", "abc", false },
	{ "shop1 5 -1 ", "", false },
	{ "shop1 5 18446744073709551615 ", "", false },
	{ "shop1 5 18446744073709551619 ", "abc", false },
	{ "shop1 5 ", "", false },
	{ "shop1 ", "", false },
	{ "shop1 -1 3 ", "abc", false },
	/* Its age would overflow. */
	{ "shop1 -9223372036854775808 3 ", "abc", false },
	{ "shop1 9223372036854775808 3 ", "abc", false },
	{ "shop2 5 3 ", "abc", false },
	{ "", "abc", false },
};

static void
test_heads(void)
{
	unsigned char digest[SHA256_BYTES];
	char text[128], sum[17];
	struct sealed s;
	int len;

	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
		len = snprintf(text, sizeof text, "%s%s", heads[i].head,
		    heads[i].body);
		CU_ASSERT_EQUAL(crypto_sha256(text, (size_t)len, digest),
		    E_OK);
		for (size_t j = 0; j < 8; j++)
			snprintf(sum + 2 * j, 3, "%02x", digest[j]);
		len = snprintf(text, sizeof text, "%s%s\n%s", heads[i].head,
		    sum, heads[i].body);
		CHECK_ROW(text, seal_open(arena, text, (size_t)len, &s)
		    == heads[i].opens);
		arena_reset(arena);
	}
}

/* Between a sum that is right and its line's end nothing may stand. */
static void
test_behind(void)
{
	struct sealed s = { "abc", 3, 5 };
	const char *value;
	char text[128];
	size_t len;
	int more;

	CU_ASSERT_EQUAL(seal_make(arena, &s, &value, &len), E_OK);
	more = snprintf(text, sizeof text, "%.*sx\nabc", (int)len - 4, value);
	CU_ASSERT(!seal_open(arena, text, (size_t)more, &s));
	arena_reset(arena);
}

void
suite_seal(void)
{
	CU_pSuite s = CU_add_suite("seal", set_up, tear_down);

	CU_ADD_TEST(s, test_round);
	CU_ADD_TEST(s, test_changed);
	CU_ADD_TEST(s, test_heads);
	CU_ADD_TEST(s, test_behind);
}
