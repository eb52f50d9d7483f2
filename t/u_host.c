/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "io/host.h"

#include <CUnit/CUnit.h>
#include <string.h>

#include "base/num.h"
#include "unit.h"

static void
test_addresses(void)
{
	static const char *const rows[] = { "127.0.0.1", "::1", "192.0.2.7" };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct host *h = host_new(rows[i]);

		CU_ASSERT_PTR_NOT_NULL_FATAL(h);
		CHECK_ROW(rows[i], host_look(h, 0) == HOST_FOUND);
		CHECK_ROW(rows[i], host_count(h) == 1);
		CHECK_ROW(rows[i], strcmp(host_address(h, 0), rows[i]) == 0);
		CHECK_ROW(rows[i], host_address(h, 1) == NULL);
		host_free(h);
	}
}

static void
test_name(void)
{
	struct host *h = host_new("localhost");

	CU_ASSERT_PTR_NOT_NULL_FATAL(h);
	CU_ASSERT(host_count(h) == 0);
	CU_ASSERT(host_look(h, 5000) == HOST_FOUND);
	CU_ASSERT(host_count(h) >= 1);
	/* Again and again: each is a lookup of its own. */
	CU_ASSERT(host_look(h, 5000) == HOST_FOUND);
	CU_ASSERT(host_count(h) >= 1);
	host_free(h);
}

/* Whatever the name server does: within the time, and a reason is told. */
static void
test_unknown(void)
{
	struct host *h = host_new("no-such-host.invalid");
	int64_t at = num_monotonic_us();

	CU_ASSERT_PTR_NOT_NULL_FATAL(h);
	CU_ASSERT(host_look(h, 300) == HOST_UNKNOWN);
	CU_ASSERT(num_monotonic_us() - at < 3000000);
	CU_ASSERT(strlen(host_why(h)) > 0);
	CU_ASSERT_PTR_NULL(host_address(h, 0));
	/* One that is left under way is the library's, which looks like a leak. */
	for (int i = 0; i < 40 && host_look(h, 1000) != HOST_FOUND &&
	    host_looking(h); i++)
		continue;
	host_free(h);
	host_free(NULL);
}

void
suite_host(void)
{
	CU_pSuite s = CU_add_suite("host", NULL, NULL);

	CU_ADD_TEST(s, test_addresses);
	CU_ADD_TEST(s, test_name);
	CU_ADD_TEST(s, test_unknown);
}
