/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/breaker.h"

#include <CUnit/CUnit.h>

#include "unit.h"

#define MS INT64_C(1000)

static void
fail_times(struct breaker *b, int times, int64_t now_us)
{
	while (times-- > 0)
		breaker_failed(b, now_us);
}

static void
test_opens(void)
{
	struct breaker b = { 0 };

	CU_ASSERT(breaker_allows(&b, MS));
	fail_times(&b, BREAKER_FAILURES - 1, MS);
	CU_ASSERT(breaker_allows(&b, MS));
	breaker_failed(&b, MS);
	CU_ASSERT(!breaker_allows(&b, MS));
	CU_ASSERT(!breaker_allows(&b, BREAKER_REST_MS * MS));
}

static void
test_one_probe(void)
{
	int64_t later = (1 + BREAKER_REST_MS) * MS;
	struct breaker b = { 0 };

	fail_times(&b, BREAKER_FAILURES, MS);
	CU_ASSERT(breaker_allows(&b, later));
	CU_ASSERT(!breaker_allows(&b, later));
	breaker_failed(&b, later);
	CU_ASSERT(!breaker_allows(&b, later + (BREAKER_REST_MS - 1) * MS));
	later += BREAKER_REST_MS * MS;
	CU_ASSERT(breaker_allows(&b, later));
	breaker_worked(&b);
	CU_ASSERT(breaker_allows(&b, later));
	CU_ASSERT(breaker_allows(&b, later));
}

static void
test_in_a_row(void)
{
	struct breaker b = { 0 };

	for (int i = 0; i < 10; i++) {
		fail_times(&b, BREAKER_FAILURES - 1, MS);
		CU_ASSERT(breaker_allows(&b, MS));
		breaker_worked(&b);
	}
}

static void
test_lost_probe(void)
{
	int64_t later = (1 + BREAKER_REST_MS) * MS;
	struct breaker b = { 0 };

	fail_times(&b, BREAKER_FAILURES, MS);
	CU_ASSERT(breaker_allows(&b, later));
	/* It was killed while it tried. */
	CU_ASSERT(!breaker_allows(&b, later + (BREAKER_PROBE_MS - 1) * MS));
	CU_ASSERT(breaker_allows(&b, later + BREAKER_PROBE_MS * MS));
}

/* It was shut after one failure; a probe that fails opens it as any other does. */
static void
test_shut(void)
{
	int64_t later = 251 * MS;
	struct breaker b = { 0 };

	breaker_shut(&b, MS, 250);
	CU_ASSERT(!breaker_allows(&b, later - 1));
	CU_ASSERT(breaker_allows(&b, later));
	breaker_failed(&b, later);
	CU_ASSERT(!breaker_allows(&b, later + (BREAKER_REST_MS - 1) * MS));
	CU_ASSERT(breaker_allows(&b, later + BREAKER_REST_MS * MS));
}

void
suite_breaker(void)
{
	CU_pSuite s = CU_add_suite("breaker", NULL, NULL);

	CU_ADD_TEST(s, test_opens);
	CU_ADD_TEST(s, test_one_probe);
	CU_ADD_TEST(s, test_in_a_row);
	CU_ADD_TEST(s, test_lost_probe);
	CU_ADD_TEST(s, test_shut);
}
