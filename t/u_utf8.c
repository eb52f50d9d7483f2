/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/utf8.h"

#include <CUnit/CUnit.h>

#include "unit.h"

static void
test_chars(void)
{
	static const struct {
		const char *text;
		int64_t chars;
	} rows[] = {
		{ "", 0 },
		{ "abc", 3 },
		{ "\x01\x7f", 2 },
		{ "\xea\xb9\x80\xeb\xaf\xbc\xec\xa4\x80", 3 },
		{ "\xc2\x80\xdf\xbf", 2 },
		{ "\xe0\xa0\x80\xef\xbf\xbf", 2 },
		{ "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", 2 },
		{ "\xed\x9f\xbf\xee\x80\x80", 2 },
		{ "\xc0\x80", -1 },		/* overlong */
		{ "\xc1\xbf", -1 },
		{ "\xe0\x9f\xbf", -1 },
		{ "\xf0\x8f\xbf\xbf", -1 },
		{ "\xed\xa0\x80", -1 },		/* surrogates */
		{ "\xed\xbf\xbf", -1 },
		{ "\xf4\x90\x80\x80", -1 },	/* over U+10FFFF */
		{ "\xf5\x80\x80\x80", -1 },
		{ "\x80", -1 },			/* continues nothing */
		{ "\xff", -1 },
		{ "a\xc3", -1 },		/* cut off */
		{ "\xe2\x82", -1 },
		{ "\xf0\x9f\x98", -1 },
		{ "\xc3" "a", -1 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		CHECK_ROW(rows[i].text,
		    utf8_chars(rows[i].text) == rows[i].chars);
}

static void
test_next(void)
{
	const char *text = "a\xed\x95\x9c\xf0\x9f\x98\x80", *at = text;

	CU_ASSERT_EQUAL(utf8_next(&at), 'a');
	CU_ASSERT_EQUAL(utf8_next(&at), 0xd55c);
	CU_ASSERT_EQUAL(utf8_next(&at), 0x1f600);
	CU_ASSERT_EQUAL(utf8_next(&at), 0);
	CU_ASSERT_EQUAL(utf8_next(&at), 0);
	CU_ASSERT_EQUAL(at, text + 8);
}

void
suite_utf8(void)
{
	CU_pSuite s = CU_add_suite("utf8", NULL, NULL);

	CU_ADD_TEST(s, test_chars);
	CU_ADD_TEST(s, test_next);
}
