/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include "io/cache.h"
#include "shop/health.h"
#include "web/route.h"

enum err
h_health_live(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	struct json_writer w;

	(void)req;
	json_begin(&w, ctx->arena);
	json_open_object(&w, NULL);
	json_str(&w, "status", "ok");
	json_close(&w);
	return http_json(resp, 200, &w);
}

enum err
h_health_ready(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	struct json_writer w;
	enum err e;

	(void)req;
	if ((e = health_check(ctx, &resp->problem.detail)) != E_OK)
		return e;
	json_begin(&w, ctx->arena);
	json_open_object(&w, NULL);
	json_str(&w, "status", "ready");
	json_str(&w, "database", "ok");
	json_str(&w, "memcached", cache_state(ctx->cache));
	json_close(&w);
	return http_json(resp, 200, &w);
}
