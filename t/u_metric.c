/* SPDX-License-Identifier: MIT */
/* Counting, and who may look at it. */
#include "config.h"

#include "base/metric.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "run/metrics.h"
#include "unit.h"
#include "web/route.h"

static void
test_table(void)
{
	size_t n;
	const struct metric *m = metric_table(&n);

	CU_ASSERT(n > 10);
	for (size_t i = 0; i < n; i++) {
		size_t end = m[i].offset + (m[i].kind == METRIC_HISTOGRAM
		    ? sizeof(struct histogram) : sizeof(uint64_t)) *
		    metric_values(m[i].axis);

		CHECK_ROW(m[i].name, end <= (m[i].kind == METRIC_GAUGE
		    ? sizeof(struct gauges) : sizeof(struct counters)));
		for (size_t j = 0; j < i; j++)
			CHECK_ROW(m[i].name,
			    strcmp(m[i].name, m[j].name) != 0);
	}
}

/* Each bound is in its bucket, and one more is in the next. */
static void
test_times(void)
{
	static const struct {
		int64_t us;
		const char *le;
	} rows[] = {
		{ -5, "0.0001" }, { 0, "0.0001" }, { 100, "0.0001" },
		{ 101, "0.00025" }, { 1000, "0.001" }, { 1001, "0.0025" },
		{ 1000000, "1" }, { 5000000, "5" }, { 5000001, "+Inf" },
		{ INT64_C(1) << 60, "+Inf" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct histogram h = { .sum_us = 7 };
		size_t at = 0;

		metric_time(&h, rows[i].us);
		while (at < METRIC_BUCKETS && h.bucket[at] == 0)
			at++;
		CHECK_ROW(rows[i].le, h.bucket[at] == 1);
		CHECK_ROW(rows[i].le, strcmp(metric_bound(at), rows[i].le) == 0);
		CHECK_ROW(rows[i].le, h.sum_us == 7 +
		    (uint64_t)(rows[i].us > 0 ? rows[i].us : 0));
	}
}

static void
test_bounds_grow(void)
{
	double before = 0, bound;

	for (size_t i = 0; i < METRIC_BUCKETS; i++) {
		CU_ASSERT_EQUAL(sscanf(metric_bound(i), "%lf", &bound), 1);
		CHECK_ROW(metric_bound(i), bound > before);
		before = bound;
	}
}

/* One that can't be told by the tables is counted as well. */
static void
test_requests(void)
{
	static struct counters c;
	size_t routes;
	const struct route *r = route_table(&routes);
	struct req req = { .method = "HEAD", .route = &r[1] };
	struct resp resp = { .status = 200 };
	size_t at = 0;

	metrics_count(NULL, &req, &resp, 1, 1);
	metrics_count(&c, &req, &resp, 300, 2000);
	while (metrics_status(at) != NULL &&
	    strcmp(metrics_status(at), "200") != 0)
		at++;
	CU_ASSERT_EQUAL(c.requests[metrics_at(1, METHOD_HEAD, at)], 1);
	CU_ASSERT_EQUAL(c.duration[1].sum_us, 300);
	CU_ASSERT_EQUAL(c.queued[0].sum_us, 2000);
	req = (struct req){ .method = NULL };
	for (int status = -1; status < 700; status += 100) {
		resp.status = status;
		metrics_count(&c, &req, &resp, 0, 0);
	}
	CU_ASSERT_EQUAL(c.requests[metrics_at(routes, METHOD_OTHER, 0)], 8);
	CU_ASSERT_EQUAL(c.duration[routes].bucket[0], 8);
}

static void
test_clients(void)
{
	static const struct {
		const char *client, *list;
		bool listed;
	} rows[] = {
		{ "192.0.2.7", "192.0.2.7", true },
		{ "192.0.2.8", "192.0.2.7", false },
		{ "192.0.2.7", "", false }, { "192.0.2.7", " \t", false },
		{ "192.0.2.7", "10.0.0.0/8  192.0.2.7 ", true },
		{ "10.255.0.1", "10.0.0.0/8", true },
		{ "11.0.0.1", "10.0.0.0/8", false },
		{ "10.1.128.0", "10.1.0.0/17", false },
		{ "10.1.127.9", "10.1.0.0/17", true },
		{ "8.8.8.8", "0.0.0.0/0", true },
		{ "2001:db8::1", "0.0.0.0/0", false },
		{ "2001:db8::1", "2001:db8::/32", true },
		{ "2001:db9::1", "2001:db8::/32", false },
		{ "2001:db8::1", "2001:DB8:0::1", true },
		{ "8.8.8.8", "::/0", true },
		{ "::ffff:192.0.2.7", "192.0.2.0/24", true },
		{ "unix:", "0.0.0.0/0 ::/0", false },
		{ "", "0.0.0.0/0 ::/0", false },
		{ "192.0.2.7 ", "192.0.2.7", false },
		{ "192.0.2.7", "nonsense 192.0.2.7", true },
	};
	static const char *const local[] = {
		"unix:", "127.0.0.1", "127.9.9.9", "::1",
		"::ffff:127.0.0.1",
	}, *const remote[] = {
		"", "126.255.255.255", "128.0.0.1", "::2", "10.0.0.1",
		"localhost", "unix:x", "127.0.0.1,10.0.0.1", "127.0.0.1x",
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		CHECK_ROW(rows[i].list, address_is_listed(rows[i].client,
		    rows[i].list) == rows[i].listed);
	for (size_t i = 0; i < sizeof local / sizeof local[0]; i++)
		CHECK_ROW(local[i], address_is_local(local[i]));
	for (size_t i = 0; i < sizeof remote / sizeof remote[0]; i++)
		CHECK_ROW(remote[i], !address_is_local(remote[i]));
	CU_ASSERT(!address_is_local(NULL));
	CU_ASSERT(!address_is_listed(NULL, "::/0"));
}

static void
test_faults(void)
{
	static const char *const good[] = {
		"192.0.2.7", "10.0.0.0/8", "0.0.0.0/0", "10.0.0.1/32", "::1",
		"2001:db8::/32", "::/0", "::1/128", "::ffff:10.0.0.1",
	}, *const bad[] = {
		"", "x", "10.0.0", "10.0.0.256", "010.0.0.1", "10.0.0.0/",
		"10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08", "::1/129",
		"10.0.0.0/8/8", "/8", "1.2.3.4,5.6.7.8", "shop.example",
		"2001:db8::1::2", "[::1]", "10.0.0.1:80",
		"1111:1111:1111:1111:1111:1111:1111:1111:1111:1111",
	};

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		CHECK_ROW(good[i], address_fault(good[i], strlen(good[i]))
		    == NULL);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		CHECK_ROW(bad[i], address_fault(bad[i], strlen(bad[i]))
		    != NULL);
	/* Not what stands behind it. */
	CU_ASSERT(address_fault("10.0.0.1 x", 8) == NULL);
}

void
suite_metric(void)
{
	CU_pSuite s = CU_add_suite("metric", NULL, NULL);

	CU_ADD_TEST(s, test_table);
	CU_ADD_TEST(s, test_times);
	CU_ADD_TEST(s, test_bounds_grow);
	CU_ADD_TEST(s, test_requests);
	CU_ADD_TEST(s, test_clients);
	CU_ADD_TEST(s, test_faults);
}
