/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/num.h"
#include "io/cache.h"
#include "io/crypto.h"
#include "shop/rank.h"
#include "web/route.h"

/*
 * What is cached is the answer's body behind a line "shop1 TIME LENGTH SUM":
 * when it was computed (ms since the epoch), how long it is and the first
 * eight bytes of the SHA-256 of all that.  Anything else is a miss.
 */
#define VALUE_HEAD "shop1 %" PRId64 " %zu "
#define SUM_DIGITS 16
#define KEY_BYTES 128
/* How long the others wait for the one that refreshes before another may. */
#define REFRESH_S 2

struct cached {
	const char *body;	/* NULL: there is none */
	size_t len;
	int64_t time_ms;	/* when it was computed */
	int64_t age_ms;		/* when it was looked up */
};

static bool
sum_of(const char *head, const char *body, size_t len, struct arena *a,
    char *sum)
{
	unsigned char digest[SHA256_BYTES];
	size_t head_len = strlen(head);
	char *all = arena_alloc(a, head_len + len + 1);

	if (all == NULL)
		return false;
	memcpy(all, head, head_len);
	memcpy(all + head_len, body, len);
	if (crypto_sha256(all, head_len + len, digest) != E_OK)
		return false;
	for (size_t i = 0; i < SUM_DIGITS / 2; i++)
		snprintf(sum + 2 * i, 3, "%02x", digest[i]);
	return true;
}

static const char *
key_of(const struct ctx *ctx, const char *what, char *key)
{
	snprintf(key, KEY_BYTES, "shop:%s:%s", ctx->conf->db_name, what);
	return key;
}

/* A value as we made it, or nothing. */
static struct cached
open_value(struct arena *a, const char *value, size_t len)
{
	const char *line = memchr(value, '\n', len);
	char head[64], sum[SUM_DIGITS + 1], told[SUM_DIGITS + 1] = "";
	struct cached c = { 0 };
	int64_t time_ms;
	size_t said;

	if (line == NULL || sscanf(value, VALUE_HEAD "%16[0-9a-f]\n", &time_ms,
	    &said, told) != 3)
		return c;
	line++;
	snprintf(head, sizeof head, VALUE_HEAD, time_ms, said);
	if (said != len - (size_t)(line - value) ||
	    !sum_of(head, line, said, a, sum) || strcmp(sum, told) != 0)
		return c;
	c = (struct cached){ line, said, time_ms, num_now_ms() - time_ms };
	/* From the future: a clock was set back; its age can't be known. */
	if (c.age_ms < 0)
		c.body = NULL;
	return c;
}

static struct cached
lookup(struct ctx *ctx)
{
	struct cached c = { 0 };
	char key[KEY_BYTES];
	const char *value;
	size_t len;

	if (cache_get(ctx->cache, ctx->arena, key_of(ctx, "rank", key),
	    &value, &len))
		c = open_value(ctx->arena, value, len);
	if (c.age_ms >= ctx->conf->rank_stale_s * 1000)
		c.body = NULL;
	return c;
}

static bool
store(struct ctx *ctx, int64_t time_ms, const char *body, size_t len)
{
	char head[64], sum[SUM_DIGITS + 1], key[KEY_BYTES];
	const char *value;

	snprintf(head, sizeof head, VALUE_HEAD, time_ms, len);
	if (!sum_of(head, body, len, ctx->arena, sum) || (value =
	    arena_printf(ctx->arena, "%s%s\n%s", head, sum, body)) == NULL)
		return false;
	return cache_set(ctx->cache, key_of(ctx, "rank", key), value,
	    strlen(value), ctx->conf->rank_stale_s);
}

static enum err
put_rank(struct ctx *ctx, struct resp *resp, const struct rank *r)
{
	struct json_writer w;

	json_begin(&w, ctx->arena);
	json_open_object(&w, NULL);
	json_str(&w, "from", r->from);
	json_str(&w, "to", r->to);
	json_open_list(&w, "items");
	for (size_t i = 0; i < r->n; i++) {
		json_open_object(&w, NULL);
		json_int(&w, "rank", (int64_t)i + 1);
		json_int(&w, "productId", r->item[i].product_id);
		json_str(&w, "name", r->item[i].name);
		json_int(&w, "price", r->item[i].price_pt);
		json_int(&w, "sold", r->item[i].sold);
		json_close(&w);
	}
	json_close(&w);
	json_close(&w);
	return http_json(resp, 200, &w);
}

static enum err
serve_cached(struct resp *resp, const struct cached *c, const char *status)
{
	resp->status = 200;
	resp->body = c->body;
	resp->body_len = c->len;
	http_header(resp, "Content-Type", "application/json");
	http_header(resp, "Cache-Status", status);
	return E_OK;
}

static enum err
serve_stale(struct ctx *ctx, struct resp *resp, const struct cached *c)
{
	/* It has aged while the database was asked. */
	int64_t age_ms = num_now_ms() - c->time_ms;
	int64_t over_ms = age_ms - ctx->conf->rank_fresh_s * 1000;
	const char *status = arena_printf(ctx->arena,
	    "ranking; hit; ttl=-%" PRId64, over_ms / 1000 + 1);

	if (age_ms >= ctx->conf->rank_stale_s * 1000)
		return E_UNAVAILABLE;

	ctx->trace.cache = "stale";
	return status != NULL ? serve_cached(resp, c, status) : E_INTERNAL;
}

/* From the database, and into the cache. */
static enum err
recompute(struct ctx *ctx, struct resp *resp)
{
	int64_t time_ms = num_now_ms();
	struct rank rank;
	bool stored;
	enum err e;

	ctx->trace.cache = "miss";
	if ((e = rank_compute(ctx, &rank)) != E_OK ||
	    (e = put_rank(ctx, resp, &rank)) != E_OK)
		return e;
	stored = store(ctx, time_ms, resp->body, resp->body_len);
	http_header(resp, "Cache-Status", stored ? "ranking; fwd=miss; stored"
	    : "ranking; fwd=miss");
	return E_OK;
}

enum err
h_rank_top(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	struct cached c = lookup(ctx);
	char key[KEY_BYTES];
	enum err e;

	(void)req;
	if (c.body != NULL && c.age_ms < ctx->conf->rank_fresh_s * 1000) {
		ctx->trace.cache = "hit";
		return serve_cached(resp, &c, "ranking; hit");
	}
	/* One recomputes; who finds another at it serves the old list. */
	if (c.body != NULL && !cache_add(ctx->cache,
	    key_of(ctx, "refresh", key), "1", 1, REFRESH_S))
		return serve_stale(ctx, resp, &c);
	e = recompute(ctx, resp);
	if (e == E_UNAVAILABLE && c.body != NULL)
		return serve_stale(ctx, resp, &c);
	return e;
}
