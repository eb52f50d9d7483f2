/* SPDX-License-Identifier: MIT */
/*
 * The library is given addresses, never names: it would look a name up in the
 * middle of a request, for as long as a name server takes.
 */
#include "config.h"

#include "io/cache.h"

#include <libmemcached/memcached.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/metric.h"
#include "base/num.h"
#include "io/host.h"

#define HOST_BYTES 256		/* as the setting, and a 0 */

struct cache {
	memcached_st *mc;	/* NULL: there is none */
	int failures;		/* in a row */
	int64_t rest_until_us;	/* not asked before */
	struct host *host;	/* NULL: a unix socket */
	in_port_t port;
	size_t at;		/* which of the host's addresses is used */
	bool known;		/* one is */
	bool look;		/* for its addresses, before the next use */
	struct counters *count;	/* NULL: nobody counts */
};

/* Makes the next address in turn the one that is used. */
static void
use_address(struct cache *cache)
{
	size_t n = host_count(cache->host);

	if (n == 0)
		return;
	memcached_servers_reset(cache->mc);
	cache->known = memcached_server_add(cache->mc,
	    host_address(cache->host, cache->at % n), cache->port)
	    == MEMCACHED_SUCCESS;
}

/* Is there an address to use?  Waits for a lookup's answer, or doesn't. */
static bool
find_server(struct cache *cache, int wait_ms)
{
	if (host_look(cache->host, wait_ms) == HOST_FOUND) {
		cache->look = false;
		use_address(cache);
	}
	/*
	 * No answer yet: the old address will do, until memcached is away
	 * again.
	 */
	if (cache->known && !host_looking(cache->host))
		cache->look = false;
	return cache->known;
}

/* HOST:PORT in two. */
static bool
split_address(const char *where, char name[HOST_BYTES], int64_t *port)
{
	const char *colon = strrchr(where, ':');

	if (colon == NULL || colon == where ||
	    !num_parse(colon + 1, strlen(colon + 1), 1, 65535, port))
		return false;
	snprintf(name, HOST_BYTES, "%.*s", (int)(colon - where), where);
	return true;
}

enum err
cache_check(const struct conf *c, char *why)
{
	const char *where = c->memcached;
	char name[HOST_BYTES];
	int64_t port;

	if (where[0] == '\0' || where[0] == '/' || split_address(where, name, &port))
		return E_OK;
	why_say(why, "memcached = %.200s: must be an "
	    "absolute path or HOST:PORT", where);
	return E_CONFIG;
}

static bool
add_server(struct cache *cache, const char *where)
{
	char name[HOST_BYTES];
	int64_t port;

	if (where[0] == '/')
		return memcached_server_add_unix_socket(cache->mc, where)
		    == MEMCACHED_SUCCESS;
	if (!split_address(where, name, &port) ||
	    (cache->host = host_new(name)) == NULL)
		return false;
	cache->port = (in_port_t)port;
	cache->look = true;
	(void)find_server(cache, CACHE_LOOKUP_MS);
	return true;
}

static void
set_behaviour(memcached_st *mc, const struct conf *c)
{
	const uint64_t ms = (uint64_t)c->cache_timeout_ms;
	const struct {
		memcached_behavior_t flag;
		uint64_t value;
	} set[] = {
		/* The library would wait 5 s, each time anew. */
		{ MEMCACHED_BEHAVIOR_POLL_TIMEOUT, ms },
		{ MEMCACHED_BEHAVIOR_CONNECT_TIMEOUT, ms },
		{ MEMCACHED_BEHAVIOR_SND_TIMEOUT, ms * 1000 },
		{ MEMCACHED_BEHAVIOR_RCV_TIMEOUT, ms * 1000 },
		{ MEMCACHED_BEHAVIOR_RETRY_TIMEOUT, 1 },
		{ MEMCACHED_BEHAVIOR_TCP_NODELAY, 1 },
		/* A key with a newline would be a second command. */
		{ MEMCACHED_BEHAVIOR_VERIFY_KEY, 1 },
	};

	for (size_t i = 0; i < sizeof set / sizeof set[0]; i++)
		memcached_behavior_set(mc, set[i].flag, set[i].value);
}

struct cache *
cache_new(const struct conf *c, char *why)
{
	struct cache *cache;

	if (cache_check(c, why) != E_OK)
		return NULL;
	why_say(why, "out of memory");
	cache = calloc(1, sizeof *cache);
	if (cache == NULL || c->memcached[0] == '\0')
		return cache;
	if ((cache->mc = memcached_create(NULL)) != NULL) {
		set_behaviour(cache->mc, c);
		if (add_server(cache, c->memcached))
			return cache;
	}
	cache_free(cache);
	return NULL;
}

void
cache_free(struct cache *cache)
{
	if (cache == NULL)
		return;
	if (cache->mc != NULL)
		memcached_free(cache->mc);
	host_free(cache->host);
	free(cache);
}

void
cache_count(struct cache *cache, struct counters *count)
{
	cache->count = count;
}

static void
rest(struct cache *cache)
{
	cache->rest_until_us = num_monotonic_us() + CACHE_REST_MS * 1000;
	if (cache->count != NULL)
		atomic_store_explicit(&cache->count->cache_rest_until_us,
		    cache->rest_until_us, memory_order_relaxed);
}

static bool
resting(struct cache *cache)
{
	if (cache->mc == NULL || num_monotonic_us() < cache->rest_until_us)
		return true;
	if (!cache->look || find_server(cache, 0))
		return false;
	/* Its name is not known yet: the answer may come meanwhile. */
	cache->rest_until_us = num_monotonic_us() + CACHE_LOOKUP_MS * 1000;
	return true;
}

/*
 * After CACHE_FAILURES_MAX failures it is not asked for a while, and its name is
 * looked up anew.  One more failure after the rest begins the next one.
 */
static void
call_failed(struct cache *cache, const char *what, memcached_return_t rc)
{
	if (++cache->failures >= CACHE_FAILURES_MAX) {
		rest(cache);
		cache->failures = CACHE_FAILURES_MAX - 1;
		log_msg(LOG_WARN, "cache_away", "%s: %s", what,
		    memcached_strerror(cache->mc, rc));
		cache->look = cache->host != NULL;
		if (cache->look)
			(void)host_look(cache->host, 0);
	}
	/* Try its other addresses in turn. */
	if (cache->host != NULL && host_count(cache->host) > 1) {
		cache->at++;
		use_address(cache);
	}
}

/* Returns whether it worked; counts missing answers in a row. */
static bool
worked(struct cache *cache, const char *what, memcached_return_t rc)
{
	if (rc == MEMCACHED_SUCCESS || rc == MEMCACHED_NOTFOUND ||
	    rc == MEMCACHED_NOTSTORED || rc == MEMCACHED_DATA_EXISTS) {
		cache->failures = 0;
		return rc == MEMCACHED_SUCCESS;
	}
	/* After an odd answer the stream may be out of step: start anew. */
	memcached_quit(cache->mc);
	METRIC_COUNT(cache->count, cache_failures[0]);
	call_failed(cache, what, rc);
	return false;
}

bool
cache_get(struct cache *cache, struct arena *a, const char *key,
    const char **value, size_t *len)
{
	memcached_return_t rc;
	uint32_t flags;
	char *got;

	if (resting(cache))
		return false;
	got = memcached_get(cache->mc, key, strlen(key), len, &flags, &rc);
	*value = got != NULL ? arena_copy(a, got, *len) : NULL;
	free(got);
	return worked(cache, "get", rc) && *value != NULL;
}

bool
cache_set(struct cache *cache, const char *key, const char *value,
    size_t len, int64_t ttl_s)
{
	return !resting(cache) && worked(cache, "set", memcached_set(cache->mc,
	    key, strlen(key), value, len, (time_t)ttl_s, 0));
}

bool
cache_add(struct cache *cache, const char *key, const char *value,
    size_t len, int64_t ttl_s)
{
	return !resting(cache) && worked(cache, "add", memcached_add(cache->mc,
	    key, strlen(key), value, len, (time_t)ttl_s, 0));
}

const char *
cache_state(struct cache *cache)
{
	memcached_return_t rc;
	const char *none = "shop:nothing";
	uint32_t flags;
	size_t len;

	if (cache->mc == NULL)
		return "off";
	if (resting(cache))
		return "away";
	free(memcached_get(cache->mc, none, strlen(none), &len, &flags, &rc));
	worked(cache, "state", rc);
	return rc == MEMCACHED_NOTFOUND ? "ok" : "away";
}
