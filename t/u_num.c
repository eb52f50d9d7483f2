/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/num.h"

#include <CUnit/CUnit.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "unit.h"

#define UNTOUCHED INT64_C(-77)

static void
test_hex(void)
{
	char text[16] = "xxxxxxxxxxxxxxx";

	num_hex("\x00\x7f\x80\xfe\xff\x09", 6, text);
	CU_ASSERT_STRING_EQUAL(text, "007f80feff09");
	num_hex("", 0, text);
	CU_ASSERT_STRING_EQUAL(text, "");
}

static void
test_parse(void)
{
	static const struct {
		const char *text;
		int64_t min, max;
		bool ok;
		int64_t value;
	} rows[] = {
		{ "0", 0, 9, true, 0 },
		{ "7", 0, 9, true, 7 },
		{ "1", 1, 1, true, 1 },
		{ "10", 0, 10, true, 10 },
		{ "11", 0, 10, false, 0 },
		{ "0", 1, 10, false, 0 },
		{ "-1", -1, 1, true, -1 },
		{ "-1", 0, 9, false, 0 },
		{ "-2", -1, 1, false, 0 },
		{ "-0", -9, 9, false, 0 },
		{ "-01", -9, 9, false, 0 },
		{ "", 0, 9, false, 0 },
		{ "-", -9, 9, false, 0 },
		{ "--1", -9, 9, false, 0 },
		{ "+1", -9, 9, false, 0 },
		{ "01", 0, 9, false, 0 },
		{ "00", 0, 9, false, 0 },
		{ " 1", 0, 9, false, 0 },
		{ "1 ", 0, 9, false, 0 },
		{ "1\n", 0, 9, false, 0 },
		{ "1.0", 0, 9, false, 0 },
		{ "1e1", 0, 99, false, 0 },
		{ "0x1", 0, 99, false, 0 },
		{ "abc", 0, 99, false, 0 },
		{ "1a", 0, 99, false, 0 },
		{ "\xd9\xa1", 0, 99, false, 0 },
		{ "9007199254740991", 1, SAFE_INT_MAX, true, SAFE_INT_MAX },
		{ "9007199254740992", 1, SAFE_INT_MAX, false, 0 },
		{ "9223372036854775807", 0, INT64_MAX, true, INT64_MAX },
		{ "9223372036854775808", 0, INT64_MAX, false, 0 },
		{ "-9223372036854775808", INT64_MIN, 0, true, INT64_MIN },
		{ "-9223372036854775809", INT64_MIN, 0, false, 0 },
		{ "18446744073709551617", 0, INT64_MAX, false, 0 },
		{ "99999999999999999999999999", 0, INT64_MAX, false, 0 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t n = UNTOUCHED;
		bool ok = num_parse(rows[i].text, strlen(rows[i].text),
		    rows[i].min, rows[i].max, &n);

		CHECK_ROW(rows[i].text, ok == rows[i].ok);
		CHECK_ROW(rows[i].text, n == (ok ? rows[i].value : UNTOUCHED));
	}
}

static void
test_parse_takes_all_of_len(void)
{
	int64_t n = UNTOUCHED;

	CU_ASSERT(!num_parse("1\0", 2, 0, 9, &n));
	CU_ASSERT(num_parse("123", 2, 0, 99, &n));
	CU_ASSERT_EQUAL(n, 12);
}

static void
test_overflow(void)
{
	int64_t n = UNTOUCHED;

	CU_ASSERT(num_add(INT64_MAX - 1, 1, &n) && n == INT64_MAX);
	CU_ASSERT(num_add(INT64_MIN + 1, -1, &n) && n == INT64_MIN);
	CU_ASSERT(num_mul(-3, 4, &n) && n == -12);
	CU_ASSERT(num_mul(INT64_MAX, 1, &n) && n == INT64_MAX);
	n = UNTOUCHED;
	CU_ASSERT(!num_add(INT64_MAX, 1, &n));
	CU_ASSERT(!num_add(INT64_MIN, -1, &n));
	CU_ASSERT(!num_mul(INT64_MAX / 2 + 1, 2, &n));
	CU_ASSERT(!num_mul(INT64_MIN, -1, &n));
	CU_ASSERT_EQUAL(n, UNTOUCHED);
}

static void
test_clocks(void)
{
	int64_t us = num_monotonic_us(), ms = num_now_ms();

	CU_ASSERT(us > 0);
	CU_ASSERT(num_monotonic_us() >= us);
	/* time() may lag a tick behind. */
	CU_ASSERT(ms / 1000 <= (int64_t)time(NULL) + 1);
	CU_ASSERT(ms / 1000 >= (int64_t)time(NULL) - 1);
}

static void
test_rfc3339(void)
{
	static const char *const refused[] = {
		"", "2026-01-31", "2026-01-31 12:34:56",
		"2026-01-31 12:34:56.78", "2026-01-31 12:34:56.7890",
		"2026-01-31T12:34:56.789", "2026/01/31 12:34:56.789",
		"2026-01-31 12:34:56,789", "2026-01-31 12:34:5x.789",
		" 026-01-31 12:34:56.789", "-026-01-31 12:34:56.789",
	};
	char out[NUM_TIME_BYTES] = "kept";

	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
		CHECK_ROW(refused[i], !num_rfc3339(refused[i], out));
	CU_ASSERT_STRING_EQUAL(out, "kept");
	CU_ASSERT(num_rfc3339("2026-01-31 12:34:56.789", out));
	CU_ASSERT_STRING_EQUAL(out, "2026-01-31T12:34:56.789Z");
}

static void
test_db_time(void)
{
	static const char *const refused[] = {
		"", "now", "2026-01-31 12:34:56.789", "2026-01-31T12:34:56Z",
		"2026-01-31T12:34:56.789", "2026-01-31T12:34:56.789z",
		"2026-01-31t12:34:56.789Z", "2026-01-31T12:34:56.78Z",
		"2026-01-31T12:34:56.789+00:00", "2026-01-31T12:34:56.789ZZ",
		" 2026-01-31T12:34:56.789Z", "2026-1-31T12:34:56.789Z",
		"2026-00-31T12:34:56.789Z", "2026-13-31T12:34:56.789Z",
		"2026-01-00T12:34:56.789Z", "2026-01-32T12:34:56.789Z",
		"2026-02-29T12:34:56.789Z", "2100-02-29T12:34:56.789Z",
		"2026-04-31T12:34:56.789Z", "2026-01-31T24:00:00.000Z",
		"2026-01-31T12:60:56.789Z", "2026-01-31T12:34:60.789Z",
		"1969-12-31T12:34:56.789Z", "2026-01-31T12:34:56.7'9Z",
	};
	char out[NUM_TIME_BYTES] = "kept", back[NUM_TIME_BYTES];

	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
		CHECK_ROW(refused[i], !num_db_time(refused[i], out));
	CU_ASSERT_STRING_EQUAL(out, "kept");
	CU_ASSERT(num_db_time("2028-02-29T23:59:59.999Z", out));
	CU_ASSERT_STRING_EQUAL(out, "2028-02-29 23:59:59.999");
	CU_ASSERT(num_rfc3339(out, back));
	CU_ASSERT_STRING_EQUAL(back, "2028-02-29T23:59:59.999Z");
	CU_ASSERT(num_db_time("2000-02-29T00:00:00.000Z", out));
}

void
suite_num(void)
{
	CU_pSuite s = CU_add_suite("num", NULL, NULL);

	CU_ADD_TEST(s, test_hex);
	CU_ADD_TEST(s, test_parse);
	CU_ADD_TEST(s, test_parse_takes_all_of_len);
	CU_ADD_TEST(s, test_overflow);
	CU_ADD_TEST(s, test_clocks);
	CU_ADD_TEST(s, test_rfc3339);
	CU_ADD_TEST(s, test_db_time);
}
