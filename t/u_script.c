/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "ops/script.h"

#include <CUnit/CUnit.h>
#include <string.h>

#include "unit.h"

static void
test_statements(void)
{
	char text[] = "-- a comment\n\n-- first: what it is\nSELECT 1\n"
	    "-- inside\nFROM x;\n  SELECT ';' ;\n-- second: other\n"
	    "SELECT 2;\n-- the end\n";
	char *at = text;
	char *name;

	CU_ASSERT_STRING_EQUAL(script_next(&at, &name),
	    "SELECT 1\n-- inside\nFROM x");
	CU_ASSERT_STRING_EQUAL(name, "first");
	CU_ASSERT_STRING_EQUAL(script_next(&at, &name), "SELECT ';' ");
	CU_ASSERT_PTR_NULL(name);
	CU_ASSERT_STRING_EQUAL(script_next(&at, &name), "SELECT 2");
	CU_ASSERT_STRING_EQUAL(name, "second");
	CU_ASSERT_PTR_NULL(script_next(&at, &name));
	CU_ASSERT_PTR_NULL(script_next(&at, &name));
}

static void
test_unended(void)
{
	char text[] = "SELECT 1", empty[] = " \n-- only this";
	char *at = text;
	char *name;

	CU_ASSERT_STRING_EQUAL(script_next(&at, &name), "SELECT 1");
	CU_ASSERT_PTR_NULL(script_next(&at, &name));
	at = empty;
	CU_ASSERT_PTR_NULL(script_next(&at, &name));
}

void
suite_script(void)
{
	CU_pSuite s = CU_add_suite("script", NULL, NULL);

	CU_ADD_TEST(s, test_statements);
	CU_ADD_TEST(s, test_unended);
}
