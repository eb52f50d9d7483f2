/* SPDX-License-Identifier: MIT */
/* All of it is two atomic numbers: a count of failures, and a time. */
#include "config.h"

#include "base/breaker.h"

bool
breaker_allows(struct breaker *b, int64_t now_us)
{
	int64_t until = atomic_load(&b->shut_until_us);

	if (until == 0)
		return true;
	/*
	 * After the rest several callers may come at once: one of them probes.
	 */
	return now_us >= until && atomic_compare_exchange_strong(
	    &b->shut_until_us, &until, now_us + BREAKER_PROBE_MS * 1000);
}

void
breaker_worked(struct breaker *b)
{
	atomic_store(&b->failures, 0);
	atomic_store(&b->shut_until_us, 0);
}

void
breaker_failed(struct breaker *b, int64_t now_us)
{
	/* Not closed: breaker_shut() needs no row of failures, and this probed. */
	if (atomic_fetch_add(&b->failures, 1) + 1 >= BREAKER_FAILURES ||
	    atomic_load(&b->shut_until_us) != 0)
		atomic_store(&b->shut_until_us,
		    now_us + BREAKER_REST_MS * 1000);
}

void
breaker_shut(struct breaker *b, int64_t now_us, int64_t rest_ms)
{
	atomic_fetch_add(&b->failures, 1);
	atomic_store(&b->shut_until_us, now_us + rest_ms * 1000);
}
