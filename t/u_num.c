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

static const struct {
	const char *text;
	int64_t whole;
	bool negative, fraction, huge;
} decimals[] = {
	{ "0", 0, false, false, false }, { "-0", 0, false, false, false },
	{ "1", 1, false, false, false }, { "-7", -7, true, false, false },
	{ "1.0", 1, false, false, false }, { "1e3", 1000, false, false, false },
	{ "1E+3", 1000, false, false, false },
	{ "1000e-3", 1, false, false, false },
	{ "0.1e1", 1, false, false, false },
	{ "-12.50e1", -125, true, false, false },
	{ "0e999999999999999999999", 0, false, false, false },
	{ "-0.000e-5", 0, false, false, false },
	{ "1.5", 1, false, true, false }, { "-0.5", 0, true, true, false },
	{ "1e-1", 0, false, true, false }, { "0.99", 0, false, true, false },
	{ "-12.34", -12, true, true, false },
	{ "12345e-2", 123, false, true, false },
	{ "1e-99999999999999999999999", 0, false, true, false },
	{ "1e99999999999999999999999", 0, false, false, true },
	{ "-1e400", 0, true, false, true }, { "1e16", 0, false, false, true },
	{ "9e15", INT64_C(9000000000000000), false, false, false },
	{ "9007199254740991", SAFE_INT_MAX, false, false, false },
	{ "9007199254740991.000", SAFE_INT_MAX, false, false, false },
	{ "-9.007199254740991e15", -SAFE_INT_MAX, true, false, false },
	{ "90071992547409910e-1", SAFE_INT_MAX, false, false, false },
	{ "9007199254740991.9", SAFE_INT_MAX, false, true, false },
	{ "9007199254740992", 0, false, false, true },
	{ "9007199254740993.0", 0, false, false, true },
	{ "9007199254740992.5", 0, false, true, true },
	{ "0.00000000000000000000012e23", 12, false, false, false },
	{ "100000000000000000000e-20", 1, false, false, false },
	{ "100000000000000000001e-20", 1, false, true, false },
};

static void
test_decimal(void)
{
	for (size_t i = 0; i < sizeof decimals / sizeof decimals[0]; i++) {
		const char *text = decimals[i].text;
		struct num_decimal n = num_decimal(text, strlen(text));

		CHECK_ROW(text, n.whole == decimals[i].whole);
		CHECK_ROW(text, n.negative == decimals[i].negative);
		CHECK_ROW(text, n.fraction == decimals[i].fraction);
		CHECK_ROW(text, n.huge == decimals[i].huge);
	}
}

/* Thousands of digits, wherever the point stands among them. */
static void
test_long_decimal(void)
{
	static char text[60000];
	struct num_decimal n;

	memset(text, '0', sizeof text);
	memcpy(text, "7.", 2);
	n = num_decimal(text, sizeof text);
	CU_ASSERT(n.whole == 7 && !n.fraction && !n.huge);
	text[sizeof text - 1] = '1';
	n = num_decimal(text, sizeof text);
	CU_ASSERT(n.whole == 7 && n.fraction && !n.huge);
	memcpy(text, "0.", 2);
	memcpy(text + sizeof text - 8, "12e59992", 8);
	n = num_decimal(text, sizeof text);
	CU_ASSERT(n.whole == 12 && !n.fraction && !n.huge);
	memset(text, '9', sizeof text);
	n = num_decimal(text, sizeof text);
	CU_ASSERT(n.whole == 0 && !n.fraction && n.huge);
}

static void
test_utc(void)
{
	char text[NUM_TIME_BYTES] = "as it was";

	CU_ASSERT(!num_utc(-1, text));
	CU_ASSERT(!num_utc(INT64_C(253402300800), text));
	CU_ASSERT(!num_utc(INT64_MAX, text));
	CU_ASSERT_STRING_EQUAL(text, "as it was");
	CU_ASSERT(num_utc(0, text));
	CU_ASSERT_STRING_EQUAL(text, "1970-01-01T00:00:00Z");
	CU_ASSERT(num_utc(1769862896, text));
	CU_ASSERT_STRING_EQUAL(text, "2026-01-31T12:34:56Z");
	CU_ASSERT(num_utc(INT64_C(253402300799), text));
	CU_ASSERT_STRING_EQUAL(text, "9999-12-31T23:59:59Z");
}

void
suite_num(void)
{
	CU_pSuite s = CU_add_suite("num", NULL, NULL);

	CU_ADD_TEST(s, test_utc);
	CU_ADD_TEST(s, test_hex);
	CU_ADD_TEST(s, test_parse);
	CU_ADD_TEST(s, test_decimal);
	CU_ADD_TEST(s, test_long_decimal);
	CU_ADD_TEST(s, test_parse_takes_all_of_len);
	CU_ADD_TEST(s, test_overflow);
	CU_ADD_TEST(s, test_clocks);
	CU_ADD_TEST(s, test_rfc3339);
	CU_ADD_TEST(s, test_db_time);
}
