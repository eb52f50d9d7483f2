/* SPDX-License-Identifier: MIT */
/*
 * The cache, over libmemcached.  It speeds up and never decides: whatever goes
 * wrong is a miss.  No call waits longer than cache_timeout_ms for the next
 * bytes (docs/waits.md tells of a server that sends them one by one); after
 * CACHE_FAILURES_MAX failures in a row it is not asked for CACHE_REST_MS.
 */
#ifndef SHOP_CACHE_H
#define SHOP_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/conf.h"

#define CACHE_FAILURES_MAX	3
#define CACHE_REST_MS		2000
/* The longest wait for the name's lookup, at the start; requests never wait. */
#define CACHE_LOOKUP_MS		200

struct cache;
struct counters;

/* Can the setting memcached be understood?  As conf_check (base/conf.h). */
enum err cache_check(const struct conf *, char *why) MUST_CHECK;

/*
 * The cache by the setting memcached; where that is empty every call is a
 * miss.  NULL (why[WHY_BYTES]) when that fails cache_check().
 * Nothing is connected yet.  A name is looked up here, for CACHE_LOOKUP_MS at
 * most, and each time memcached is away; all its addresses are tried.
 */
struct cache *cache_new(const struct conf *, char *why) MUST_CHECK;
void cache_free(struct cache *);

/* Count failures and rests there from now on (base/metric.h). */
void cache_count(struct cache *, struct counters *);

/* The value of a key, in the arena; false for none. */
bool cache_get(struct cache *, struct arena *, const char *key,
    const char **value, size_t *len);

/* Store for ttl_s; false when that did not work. */
bool cache_set(struct cache *, const char *key, const char *value,
    size_t len, int64_t ttl_s);

/* The same, only where the key has no value yet; false also when it has. */
bool cache_add(struct cache *, const char *key, const char *value,
    size_t len, int64_t ttl_s);

/* "ok", "away", or "off" where there is none: for /readyz. */
const char *cache_state(struct cache *);

#endif
