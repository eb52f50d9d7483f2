/* SPDX-License-Identifier: MIT */
/*
 * The ranking, read through memcached.  One worker makes it anew when it has
 * aged; the others serve the old one meanwhile.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/metric.h"
#include "base/num.h"
#include "io/cache.h"
#include "shop/identity.h"
#include "shop/rank.h"
#include "web/route.h"
#include "web/seal.h"

#define KEY_BYTES 128
/* How long the others wait for the one that refreshes before another may. */
#define REFRESH_S 2

struct cached {
	struct sealed sealed;	/* its body is NULL: there is none */
	int64_t age_ms;		/* when it was looked up */
};

/* A key of this shop's in memcached, which others may use, too. */
static const char *
key_of(const struct ctx *ctx, const char *what, char *key)
{
	snprintf(key, KEY_BYTES, "shop:%s:%s", ctx->identity, what);
	return key;
}

static bool
by_nginx(const struct conf *c)
{
	return c->rank_by_nginx == RANK_BY_NGINX;
}

/*
 * How long nginx may answer with its copy, whose age it can't tell: half of
 * what is fresh, for the other half may pass with whoever keeps that answer.
 */
static int64_t
copy_s(const struct conf *c)
{
	return c->rank_fresh_s / 2;
}

/*
 * From which age on a list is made anew.  memcached counts whole seconds, and
 * may let nginx's copy go up to one too early: then it is time as well.
 */
static int64_t
renew_ms(const struct conf *c)
{
	return (by_nginx(c) ? copy_s(c) - 1 : c->rank_fresh_s) * 1000;
}

/* Seconds for which it is fresh yet. */
static int64_t
fresh_for_s(const struct ctx *ctx, const struct sealed *s)
{
	int64_t fresh_ms = ctx->conf->rank_fresh_s * 1000;
	int64_t left_ms = fresh_ms - (num_now_ms() - s->time_ms);

	/* More than all is left where the clock was set back meanwhile. */
	if (left_ms > fresh_ms)
		left_ms = fresh_ms;
	return left_ms > 0 ? left_ms / 1000 : 0;
}

static struct cached
lookup(struct ctx *ctx)
{
	struct cached c = { 0 };
	char key[KEY_BYTES];
	const char *value;
	size_t len;

	/* A shop that doesn't know its name has nothing there. */
	if (identity_get(ctx) == NULL ||
	    !cache_get(ctx->cache, ctx->arena, key_of(ctx, "rank", key),
	    &value, &len) || !seal_open(ctx->arena, value, len, &c.sealed))
		return c;
	c.age_ms = num_now_ms() - c.sealed.time_ms;
	/* From the future: a clock was set back; its age can't be known. */
	if (c.age_ms < 0 || c.age_ms >= ctx->conf->rank_stale_s * 1000)
		c.sealed.body = NULL;
	return c;
}

static bool
store(struct ctx *ctx, const struct sealed *s)
{
	char key[KEY_BYTES];
	const char *value;
	size_t len;

	if (ctx->identity[0] == '\0')
		return false;
	if (by_nginx(ctx->conf))
		(void)cache_set(ctx->cache, key_of(ctx, "top", key), s->body,
		    s->len, copy_s(ctx->conf));
	return seal_make(ctx->arena, s, &value, &len) == E_OK &&
	    cache_set(ctx->cache, key_of(ctx, "rank", key), value, len,
	    ctx->conf->rank_stale_s);
}

static const struct json_field item_fields[] = {
	{ JSON_AT("rank", INT, struct rank_item, rank) },
	{ JSON_AT("productId", INT, struct rank_item, product_id) },
	{ JSON_AT("name", STR, struct rank_item, name) },
	{ JSON_AT("price", INT, struct rank_item, price_pt) },
	{ JSON_AT("sold", INT, struct rank_item, sold) },
	JSON_END
};

static const struct json_field rank_fields[] = {
	{ JSON_AT("from", STR, struct rank, from) },
	{ JSON_AT("to", STR, struct rank, to) },
	{ JSON_LIST_AT("items", struct rank, item, n, item_fields,
	    struct rank_item) },
	JSON_END
};

/*
 * "to", the time a list was made, is no part of its tag: a new list of the same
 * sales is the same list.  rank_fields has it as the second member.
 */
static void
leave_out_to(struct resp *resp)
{
	static const char from[] = "{\"from\":\"", to[] = ",\"to\":\"";
	size_t at = sizeof from - 1 + NUM_TIME_BYTES;
	size_t len = sizeof to - 1 + NUM_TIME_BYTES;

	if (resp->body_len < at + len ||
	    memcmp(resp->body, from, sizeof from - 1) != 0 ||
	    memcmp(resp->body + at, to, sizeof to - 1) != 0)
		return;
	resp->undated_at = at;
	resp->undated_len = len;
}

static enum err
serve_cached(const struct ctx *ctx, struct resp *resp, const struct cached *c,
    const char *status)
{
	resp->status = 200;
	resp->body = c->sealed.body;
	resp->body_len = c->sealed.len;
	resp->type = "application/json";
	resp->max_age_s = fresh_for_s(ctx, &c->sealed);
	leave_out_to(resp);
	http_header(resp, "Cache-Status", status);
	return E_OK;
}

/* The stale copy, while another request recomputes it or the database is down. */
static enum err
serve_kept(struct ctx *ctx, struct resp *resp, const struct cached *c)
{
	/* It has aged while the database was asked. */
	int64_t age_ms = num_now_ms() - c->sealed.time_ms;
	int64_t over_ms = age_ms - ctx->conf->rank_fresh_s * 1000;
	const char *status = "ranking; hit";

	if (age_ms >= ctx->conf->rank_stale_s * 1000)
		return E_UNAVAILABLE;
	if (over_ms >= 0)
		status = arena_printf(ctx->arena,
		    "ranking; hit; ttl=-%" PRId64, over_ms / 1000 + 1);
	ctx->trace.cache = over_ms >= 0 ? "stale" : "hit";
	METRIC_COUNT(ctx->count, cache[over_ms >= 0 ? CACHED_STALE
	    : CACHED_HIT]);
	return status != NULL ? serve_cached(ctx, resp, c, status)
	    : E_INTERNAL;
}

/* From the database, and into the cache. */
static enum err
recompute(struct ctx *ctx, struct resp *resp)
{
	int64_t time_ms = num_now_ms();
	struct sealed fresh;
	struct rank rank;
	bool stored;
	enum err e;

	ctx->trace.cache = "miss";
	if ((e = rank_compute(ctx, &rank)) != E_OK ||
	    (e = http_object(ctx, resp, 200, rank_fields, &rank)) != E_OK)
		return e;
	METRIC_COUNT(ctx->count, cache[CACHED_MISS]);
	fresh = (struct sealed){ resp->body, resp->body_len, time_ms };
	stored = store(ctx, &fresh);
	resp->max_age_s = fresh_for_s(ctx, &fresh);
	leave_out_to(resp);
	http_header(resp, "Cache-Status", stored ? "ranking; fwd=miss; stored"
	    : "ranking; fwd=miss");
	return E_OK;
}

/*
 * GET /v1/products/top: 200, the best sellers, at most rank_stale_s old.
 * 304 where the client has this list; 503 where there is neither a cached
 * one nor a database.  Cache-Status says where it came from.
 */
enum err
h_rank_top(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	struct cached c = lookup(ctx);
	char key[KEY_BYTES];
	enum err e;

	(void)req;
	if (c.sealed.body != NULL && c.age_ms < renew_ms(ctx->conf))
		return serve_kept(ctx, resp, &c);
	/* One request recomputes; the others serve the kept list meanwhile. */
	if (c.sealed.body != NULL && !cache_add(ctx->cache,
	    key_of(ctx, "refresh", key), "1", 1, REFRESH_S))
		return serve_kept(ctx, resp, &c);
	e = recompute(ctx, resp);
	if (e == E_UNAVAILABLE && c.sealed.body != NULL)
		return serve_kept(ctx, resp, &c);
	return e;
}
