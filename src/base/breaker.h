/* SPDX-License-Identifier: MIT */
/*
 * A breaker: after BREAKER_FAILURES in a row nobody tries for BREAKER_REST_MS.
 * Then a single caller probes; its result closes the breaker or opens it again.
 * Workers share one through memory: everything is atomic, and zeroed memory
 * is a closed breaker.
 */
#ifndef SHOP_BREAKER_H
#define SHOP_BREAKER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define BREAKER_FAILURES	3
#define BREAKER_REST_MS		500
/* A probe whose result never comes keeps the others away for so long. */
#define BREAKER_PROBE_MS	3000

struct breaker {
	_Atomic int64_t failures;	/* in a row */
	_Atomic int64_t shut_until_us;	/* num_monotonic_us(); 0: closed */
};

/* May the caller try?  If so it must tell how that went. */
bool breaker_allows(struct breaker *, int64_t now_us);
void breaker_worked(struct breaker *);
void breaker_failed(struct breaker *, int64_t now_us);
/* It failed in such a way that nobody is to try for so long. */
void breaker_shut(struct breaker *, int64_t now_us, int64_t rest_ms);

#endif
