/* SPDX-License-Identifier: MIT */
/* Is anybody there, and can he work? */
#include "config.h"

#include "io/cache.h"
#include "shop/health.h"
#include "web/route.h"

struct health {
	const char *status, *database, *schema, *memcached;
};

static const struct json_field health_fields[] = {
	{ JSON_AT("status", STR, struct health, status) },
	{ JSON_AT("database", STR, struct health, database), .optional = true },
	{ JSON_AT("schema", STR, struct health, schema), .optional = true },
	{ JSON_AT("memcached", STR, struct health, memcached),
	    .optional = true },
	JSON_END
};

/* GET /healthz: 200, whatever else is away: a worker answers. */
enum err
h_health_live(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	const struct health live = { .status = "ok" };

	(void)req;
	return http_object(ctx, resp, 200, health_fields, &live);
}

/*
 * GET /readyz: 200 where reads and writes would work; memcached may be away, and
 * the schema newer: then this worker is about to be replaced.
 * 503 unavailable, whose detail says in a sentence what is wrong.
 */
enum err
h_health_ready(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	struct health ready = { .status = "ready", .database = "ok" };
	bool newer;
	enum err e = health_check(ctx, &newer, &resp->problem.detail);

	(void)req;
	if (e != E_OK)
		return e;
	ready.schema = newer ? "newer" : "current";
	ready.memcached = cache_state(ctx->cache);
	return http_object(ctx, resp, 200, health_fields, &ready);
}
