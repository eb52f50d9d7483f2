/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/email.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "unit.h"

static void
test_addresses(void)
{
	static const char *const good[] = {
		"a@b", "minjun.kim@example.com", "\"\"@x", "josé@x",
		"🍣@🍺", "가나@다라.한국", "a+b!#$%&'*/=?^`{|}~@x", "<a>@x",
		"a@b,c", "\\@x",
	};

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		CHECK_ROW(good[i], email_fault(good[i]) == NULL);
}

static void
test_faults(void)
{
	static const struct {
		const char *text, *fault;
	} rows[] = {
		{ "", "bytes" }, { "@", "bytes" }, { "a@", "bytes" },
		{ "abc", "one @" }, { "a@b@c", "one @" }, { "@@@", "one @" },
		{ "a@@", "one @" }, { "@bc", "before" }, { "ab@", "behind" },
		{ "a b@c", "blanks" }, { " a@b", "blanks" },
		{ "a@b ", "blanks" }, { "a\n@c", "control" },
		{ "a@c\n", "control" }, { "a\r@c", "control" },
		{ "a\t@c", "control" }, { "a\x01@c", "control" },
		{ "a\x1f@c", "control" }, { "a\x7f@c", "control" },
		{ "a\xff@c", "UTF-8" }, { "a@\xc3", "UTF-8" },
		{ "a@\xc0\xa0", "UTF-8" },
	};
	const char *why;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		why = email_fault(rows[i].text);
		CHECK_ROW(rows[i].text, why != NULL &&
		    strstr(why, rows[i].fault) != NULL);
	}
}

/* Bytes, not characters: 254 of them, however many each character has. */
static void
test_length(void)
{
	char text[300];

	memset(text, 'a', sizeof text);
	memcpy(text, "é@", 3);
	text[254] = '\0';
	CU_ASSERT(email_fault(text) == NULL);
	text[254] = 'a';
	text[255] = '\0';
	CU_ASSERT(email_fault(text) != NULL);
}

void
suite_email(void)
{
	CU_pSuite s = CU_add_suite("email", NULL, NULL);

	CU_ADD_TEST(s, test_addresses);
	CU_ADD_TEST(s, test_faults);
	CU_ADD_TEST(s, test_length);
}
