/* SPDX-License-Identifier: MIT */
/* A request costs some additions here: nothing is locked, looked up or told. */
#include "config.h"

#include "run/metrics.h"

#include <string.h>

#include "base/log.h"
#include "io/db.h"
#include "web/route.h"

static const char *const methods[METRIC_METHODS] = {
	[METHOD_GET] = "GET", [METHOD_HEAD] = "HEAD", [METHOD_POST] = "POST",
	[METHOD_PUT] = "PUT", [METHOD_PATCH] = "PATCH",
	[METHOD_DELETE] = "DELETE", [METHOD_OPTIONS] = "OPTIONS",
	[METHOD_OTHER] = "other",
};

enum status_at {
	STATUS_OTHER,
#define STATUS(number, reason) STATUS_##number,
#include "base/status.def"
#undef STATUS
	STATUSES
};
_Static_assert((int)STATUSES <= METRIC_STATUSES_MAX, "each is counted");

static const char *const statuses[STATUSES] = {
	[STATUS_OTHER] = "other",
#define STATUS(number, reason) [STATUS_##number] = #number,
#include "base/status.def"
#undef STATUS
};

static const unsigned char at_status[600] = {
#define STATUS(number, reason) [number] = STATUS_##number,
#include "base/status.def"
#undef STATUS
};

const char *
metrics_method(enum metric_method m)
{
	return methods[m];
}

const char *
metrics_status(size_t at)
{
	return at < STATUSES ? statuses[at] : NULL;
}

size_t
metrics_at(size_t row, enum metric_method m, size_t status)
{
	return (row * METRIC_METHODS + m) * METRIC_STATUSES_MAX + status;
}

static enum metric_method
method_of(const struct req *req)
{
	int m = METHOD_GET;

	while (m < METHOD_OTHER && (req->method == NULL ||
	    strcmp(methods[m], req->method) != 0))
		m++;
	return (enum metric_method)m;
}

void
metrics_count(struct counters *count, const struct req *req,
    const struct resp *resp, int64_t us, int64_t waited_us)
{
	size_t routes, row, status = STATUS_OTHER;
	const struct route *first = route_table(&routes);

	if (count == NULL)
		return;
	row = req->route != NULL ? (size_t)(req->route - first) : routes;
	if (resp->status > 0 && (size_t)resp->status < sizeof at_status)
		status = at_status[resp->status];
	metric_add(&count->requests[metrics_at(row, method_of(req), status)],
	    1);
	metric_time(&count->duration[row], us);
	metric_time(&count->queued[0], waited_us);
}

/* ---- What a place means */

/* FNV-1a, of the text and its end. */
static uint64_t
digest_text(uint64_t digest, const char *text)
{
	do
		digest = (digest ^ (unsigned char)*text) *
		    UINT64_C(1099511628211);
	while (*text++ != '\0');
	return digest;
}

uint64_t
metrics_digest(void)
{
	uint64_t d = UINT64_C(14695981039346656037);
	size_t n;
	const struct metric *m = metric_table(&n);
	const struct route *r;

	for (size_t i = 0; i < n; i++)
		if (m[i].kind != METRIC_GAUGE)
			d = digest_text(d, m[i].name) + m[i].offset;
	for (size_t i = 0; i <= METRIC_BUCKETS; i++)
		d = digest_text(d, metric_bound(i));
	for (size_t i = 0; i < STATUSES; i++)
		d = digest_text(d, statuses[i]);
	for (int e = E_OK; e < E_COUNT; e++)
		d = digest_text(d, err_row((enum err)e)->code);
	for (int c = DB_OK; c <= DB_CROWDED; c++)
		d = digest_text(d, db_class_name((enum db_class)c));
	r = route_table(&n);
	for (size_t i = 0; i < n; i++)
		d = digest_text(digest_text(d, r[i].method), r[i].pattern);
	return d;
}

void
metrics_join(struct ctx *ctx, struct board *board, struct seat *seat)
{
	if (board == NULL)
		return;
	if (board->counters != metrics_digest()) {
		log_msg(LOG_WARN, "metrics", "shopd is of another version: "
		    "restart it, until then this worker has no part in "
		    "/metrics");
		return;
	}
	ctx->count = &board->count[seat - board->seat].c;
	ctx->count->retry_tenths = RETRY_BUDGET * 10;
	ctx->count->cache_rest_until_us = 0;
	seat->counted = 1;
	log_count(ctx->count);
	ctx->metrics.print = metrics_print;
	ctx->metrics.arg = board;
}
