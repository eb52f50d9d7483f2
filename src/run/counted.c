/* SPDX-License-Identifier: MIT */
/* The last of the counters is shopd's own; what was never used is all zeroes. */
#include "config.h"

#include "run/counted.h"

#include <stddef.h>

#include "run/metrics.h"

/* The sum of an axis. */
#define SUM(c, field) \
	sum_values((c)->field, sizeof (c)->field / sizeof (c)->field[0])

static int64_t
sum_values(const _Atomic uint64_t *value, size_t n)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += atomic_load_explicit(&value[i], memory_order_relaxed);
	return (int64_t)sum;
}

static void
add_counters(struct counted *to, const struct counters *c)
{
	to->requests += SUM(c, requests);
	to->replays += SUM(c, replays);
	to->failures += SUM(c, failures);
	to->retries += SUM(c, retries);
}

/* Only who is at work has retries in hand. */
static void
add_seat(struct counted *to, const struct seat *seat, const struct counters *c)
{
	if (seat->counted == 0)
		return;
	add_counters(to, c);
	if (seat->busy_since_us != 0 || seat->looked_us != 0)
		to->in_hand += c->retry_tenths / 10;
}

bool
counted_read(const struct board *b, struct counted *to)
{
	*to = (struct counted){ .requests = 0 };
	if (b->counters != metrics_digest())
		return false;
	for (size_t i = 0; i < BOARD_SEATS; i++)
		add_seat(to, &b->seat[i], &b->count[i].c);
	for (size_t i = 0; i < METRIC_REASONS; i++)
		to->restarts[i] = (int64_t)b->count[BOARD_SEATS].c.restarts[i];
	return true;
}
