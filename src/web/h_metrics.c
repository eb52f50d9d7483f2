/* SPDX-License-Identifier: MIT */
/* What the workers have counted, for Prometheus. */
#include "config.h"

#include "base/address.h"
#include "base/conf.h"
#include "web/route.h"
#include "web/text.h"

/*
 * GET /metrics: 200, text in Prometheus' exposition format, for a client of this
 * machine or of an address in metrics_allow.  403 for others; 503 where there is
 * no shopd whose workers count together.  Asks neither database nor cache.
 */
enum err
h_metrics(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	enum err e;

	if (!address_is_local(req->client) &&
	    !address_is_listed(req->client, ctx->conf->metrics_allow)) {
		resp->problem.detail = text_of(TEXT_METRICS_NOT_YOURS);
		return E_FORBIDDEN;
	}
	if (ctx->metrics.print == NULL) {
		resp->problem.detail = text_of(TEXT_NO_METRICS);
		return E_UNAVAILABLE;
	}
	e = ctx->metrics.print(ctx, ctx->metrics.arg, &resp->body,
	    &resp->body_len);
	resp->status = 200;
	resp->type = "text/plain; version=0.0.4; charset=utf-8";
	return e;
}
