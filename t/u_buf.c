/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/buf.h"

#include <CUnit/CUnit.h>
#include <string.h>

#include "unit.h"

static void
test_append(void)
{
	char data[64];
	struct buf b;

	buf_init(&b, data, sizeof data);
	CU_ASSERT_STRING_EQUAL(b.data, "");
	buf_str(&b, "ab");
	buf_char(&b, 'c');
	buf_bytes(&b, "\0d", 2);
	buf_bytes(&b, NULL, 0);
	buf_i64(&b, INT64_MIN);
	buf_i64(&b, INT64_MAX);
	CU_ASSERT(buf_ok(&b));
	CU_ASSERT_EQUAL(b.len, 44);
	CU_ASSERT(memcmp(b.data, "abc\0d-9223372036854775808"
	    "9223372036854775807", b.len + 1) == 0);
}

static void
test_full_to_the_last_byte(void)
{
	char data[4];
	struct buf b;

	buf_init(&b, data, sizeof data);
	buf_str(&b, "abc");
	CU_ASSERT(buf_ok(&b));
	CU_ASSERT_EQUAL(b.len, 3);
	buf_str(&b, "");
	CU_ASSERT(buf_ok(&b));
	buf_char(&b, 'd');
	CU_ASSERT(!buf_ok(&b));
	CU_ASSERT_STRING_EQUAL(b.data, "abc");
}

/* Dropped whole, and nothing after it: no text with a hole. */
static void
test_overflow_is_remembered(void)
{
	char data[8];
	struct buf b;

	buf_init(&b, data, sizeof data);
	buf_str(&b, "ab");
	buf_str(&b, "cdefghi");
	CU_ASSERT(!buf_ok(&b));
	CU_ASSERT_STRING_EQUAL(b.data, "ab");
	buf_char(&b, 'x');
	buf_i64(&b, 1);
	CU_ASSERT_STRING_EQUAL(b.data, "ab");
	CU_ASSERT_EQUAL(b.len, 2);
	buf_init(&b, data, sizeof data);
	CU_ASSERT(buf_ok(&b));
	buf_bytes(&b, "", SIZE_MAX);
	CU_ASSERT(!buf_ok(&b));
}

static void
test_one_byte(void)
{
	char data[1];
	struct buf b;

	buf_init(&b, data, sizeof data);
	buf_str(&b, "");
	CU_ASSERT(buf_ok(&b));
	buf_char(&b, 'a');
	CU_ASSERT(!buf_ok(&b));
	CU_ASSERT_STRING_EQUAL(b.data, "");
}

void
suite_buf(void)
{
	CU_pSuite s = CU_add_suite("buf", NULL, NULL);

	CU_ADD_TEST(s, test_append);
	CU_ADD_TEST(s, test_full_to_the_last_byte);
	CU_ADD_TEST(s, test_overflow_is_remembered);
	CU_ADD_TEST(s, test_one_byte);
}
