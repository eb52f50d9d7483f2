/* SPDX-License-Identifier: MIT */
/*
 * The text of GET /metrics: Prometheus' exposition format, version 0.0.4.  The
 * values of an axis are there from the start, so that the first of a kind is an
 * increase; those of requests, which are too many, when there is something to tell.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/log.h"
#include "base/num.h"
#include "io/db.h"
#include "run/audit_state.h"
#include "run/metrics.h"
#include "web/route.h"

/* Longest name of a series with its labels. */
#define SERIES_BYTES 640

/* What is told, and to where. */
struct telling {
	struct buf *out;
	const struct counters *used[BOARD_SEATS + 1];
	size_t n;		/* of these */
	struct gauges gauges;
	struct places places, replicas;
};

/* ---- What the values of an axis are called */

#define NAMES(a) (a), sizeof (a) / sizeof (a)[0]

static const char *
name_at(size_t i, const char *const *names, size_t n)
{
	return i < n ? names[i] : NULL;
}

static const char *
axis_value(const struct telling *t, enum metric_axis axis, size_t i)
{
	static const char *const cached[] = {
		[CACHED_HIT] = "hit", [CACHED_STALE] = "stale",
		[CACHED_MISS] = "miss",
	};
	static const char *const reasons[] = {
		[REASON_CRASHED] = "crashed", [REASON_KILLED] = "killed",
		[REASON_STUCK] = "stuck", [REASON_OUTGROWN] = "outgrown",
		[REASON_UNREADY] = "unready",
	};
	static const char *const pools[] = {
		[QUEUE_MAIN] = "main", [QUEUE_READ] = QUEUE_OF_READS,
	};

	switch (axis) {
	case AXIS_PROBLEM:
		return i != E_OK && i < E_COUNT ? err_row((enum err)i)->code
		    : NULL;
	case AXIS_CLASS:
		return i != DB_OK && i <= DB_CROWDED
		    ? db_class_name((enum db_class)i) : NULL;
	case AXIS_CACHE:
		return name_at(i, NAMES(cached));
	case AXIS_REASON:
		return name_at(i, NAMES(reasons));
	case AXIS_POOL:
		return name_at(i, NAMES(pools));
	case AXIS_AUDIT:
		return audit_state_kind((enum metric_audit)i);
	case AXIS_PLACE:
		return i < t->places.n ? t->places.at[i].name : NULL;
	case AXIS_REPLICA:
		return i < t->replicas.n ? t->replicas.at[i].name : NULL;
	case AXIS_SOURCE:
		return i == READ_AT_REPLICA ? "replica" : "writer";
	case AXIS_VERSION:
		return PACKAGE_VERSION;
	case AXIS_NONE:
	case AXIS_REQUEST:
	case AXIS_ROUTE:
	case METRIC_AXES:
		break;
	}
	return "";
}

/* The route of a row as labels; false: there is no such row. */
static bool
route_labels(size_t row, const char *method, char to[SERIES_BYTES])
{
	size_t n;
	const struct route *r = route_table(&n);

	if (row > n)
		return false;
	snprintf(to, SERIES_BYTES, "method=\"%s\",route=\"%s\"",
	    method != NULL ? method : row < n ? r[row].method : "any",
	    row < n ? r[row].pattern : "none");
	return true;
}

static bool
request_labels(size_t at, char to[SERIES_BYTES])
{
	const char *status = metrics_status(at % METRIC_STATUSES_MAX);
	size_t line = at / METRIC_STATUSES_MAX;
	char route[SERIES_BYTES];

	if (status == NULL || !route_labels(line / METRIC_METHODS,
	    metrics_method((enum metric_method)(line % METRIC_METHODS)), route))
		return false;
	snprintf(to, SERIES_BYTES, "%.200s,status=\"%s\"", route, status);
	return true;
}

/* NAME="VALUE": a socket's path may have what needs a backslash there. */
static void
put_label(char to[SERIES_BYTES], const char *name, const char *value)
{
	struct buf label;

	buf_init(&label, to, SERIES_BYTES);
	buf_str(&label, name);
	buf_str(&label, "=\"");
	for (; *value != '\0'; value++) {
		if (strchr("\"\\", *value) != NULL)
			buf_char(&label, '\\');
		buf_char(&label, *value);
	}
	buf_char(&label, '"');
}

/* The labels of a value, without braces; false: there is no such value. */
static bool
labels(const struct telling *t, enum metric_axis axis, size_t i,
    char to[SERIES_BYTES])
{
	const char *value;

	to[0] = '\0';
	if (axis == AXIS_REQUEST)
		return request_labels(i, to);
	if (axis == AXIS_ROUTE)
		return route_labels(i, NULL, to);
	if (metric_label(axis) == NULL)
		return true;
	if ((value = axis_value(t, axis, i)) == NULL)
		return false;
	put_label(to, metric_label(axis), value);
	return true;
}

/* ---- Lines */

static void
put_series(struct buf *out, const char *name, const char *suffix,
    const char *label, const char *more)
{
	buf_str(out, name);
	buf_str(out, suffix);
	if (label[0] != '\0' || more[0] != '\0') {
		buf_char(out, '{');
		buf_str(out, label);
		if (label[0] != '\0' && more[0] != '\0')
			buf_char(out, ',');
		buf_str(out, more);
		buf_char(out, '}');
	}
	buf_char(out, ' ');
}

static void
put_total(struct buf *out, uint64_t n)
{
	buf_i64(out, (int64_t)n);
	buf_char(out, '\n');
}

static void
put_head(struct buf *out, const struct metric *m)
{
	static const char *const kinds[] = {
		[METRIC_COUNTER] = "counter",
		[METRIC_HISTOGRAM] = "histogram", [METRIC_GAUGE] = "gauge",
	};

	buf_str(out, "# HELP ");
	buf_str(out, m->name);
	buf_char(out, ' ');
	buf_str(out, m->help);
	buf_str(out, "\n# TYPE ");
	buf_str(out, m->name);
	buf_char(out, ' ');
	buf_str(out, kinds[m->kind]);
	buf_char(out, '\n');
}

/* The sum of what all have counted at this offset of their counters. */
static uint64_t
total(const struct telling *t, size_t offset)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < t->n; i++) {
		const char *at = (const char *)t->used[i] + offset;

		sum += atomic_load_explicit((const _Atomic uint64_t *)
		    (const void *)at, memory_order_relaxed);
	}
	return sum;
}

static void
put_counter(struct telling *t, const struct metric *m)
{
	bool rare = m->axis == AXIS_REQUEST;
	char label[SERIES_BYTES];

	for (size_t i = 0; i < metric_values(m->axis); i++) {
		uint64_t n;

		if (!labels(t, m->axis, i, label))
			continue;
		n = total(t, m->offset + i * sizeof(_Atomic uint64_t));
		if (n == 0 && rare)
			continue;
		put_series(t->out, m->name, "", label, "");
		put_total(t->out, n);
	}
}

/* Buckets are told as Prometheus has them: each counts all below it, too. */
static void
put_times(struct telling *t, const struct metric *m, const char *label,
    size_t offset)
{
	size_t sum_at = offset + offsetof(struct histogram, sum_us);
	uint64_t n = 0, us = total(t, sum_at);
	char le[32], seconds[40];

	for (size_t i = 0; i <= METRIC_BUCKETS; i++) {
		n += total(t, offset + offsetof(struct histogram, bucket) +
		    i * sizeof(_Atomic uint64_t));
		snprintf(le, sizeof le, "le=\"%s\"", metric_bound(i));
		put_series(t->out, m->name, "_bucket", label, le);
		put_total(t->out, n);
	}
	put_series(t->out, m->name, "_sum", label, "");
	snprintf(seconds, sizeof seconds, "%" PRIu64 ".%06" PRIu64 "\n",
	    us / 1000000, us % 1000000);
	buf_str(t->out, seconds);
	put_series(t->out, m->name, "_count", label, "");
	put_total(t->out, n);
}

static bool
is_empty(const struct telling *t, size_t offset)
{
	uint64_t n = 0;

	for (size_t i = 0; i <= METRIC_BUCKETS; i++)
		n += total(t, offset + offsetof(struct histogram, bucket) +
		    i * sizeof(_Atomic uint64_t));
	return n == 0;
}

static void
put_histogram(struct telling *t, const struct metric *m)
{
	char label[SERIES_BYTES];

	for (size_t i = 0; i < metric_values(m->axis); i++) {
		size_t offset = m->offset + i * sizeof(struct histogram);

		if (labels(t, m->axis, i, label) &&
		    (m->axis != AXIS_ROUTE || !is_empty(t, offset)))
			put_times(t, m, label, offset);
	}
}

static void
put_gauge(struct telling *t, const struct metric *m)
{
	const char *at = (const char *)&t->gauges + m->offset;
	const int64_t *value = (const int64_t *)(const void *)at;
	char label[SERIES_BYTES];

	for (size_t i = 0; i < metric_values(m->axis); i++) {
		if (value[i] == METRIC_UNKNOWN || !labels(t, m->axis, i, label))
			continue;
		put_series(t->out, m->name, "", label, "");
		buf_i64(t->out, value[i]);
		buf_char(t->out, '\n');
	}
}

/* ---- What is looked at now */

static void
look_at_seats(struct gauges *g, const struct board *b, int64_t now)
{
	for (size_t i = 0; i < BOARD_SEATS; i++) {
		const struct seat *s = &b->seat[i];
		const struct counters *c = &b->count[i].c;
		bool busy = s->busy_since_us != 0;
		size_t q = s->queue == QUEUE_READ ? QUEUE_READ : QUEUE_MAIN;

		if (!busy && s->looked_us == 0)
			continue;
		g->workers[q]++;
		g->busy[q] += busy;
		if (s->connected_us != 0 && s->place >= 0 &&
		    s->place < METRIC_PLACES)
			g->at_place[s->place]++;
		if (s->reads_at > 0 && s->reads_at <= METRIC_PLACES)
			g->reads_at[s->reads_at - 1]++;
		if (s->counted == 0)
			continue;
		g->cache_away[0] += c->cache_rest_until_us > now;
		g->in_hand[0] += c->retry_tenths / 10;
	}
}

/*
 * Whoever wants audits to be noted wants to know when there are none, or their file
 * can't be read: then the last good one was never.
 */
static void
look_at_audits(struct gauges *g, const struct conf *c)
{
	struct audit_state s;
	bool any = false;

	audit_state_read(c->audit_state, &s);
	for (size_t i = 0; i < METRIC_AUDITS; i++)
		any = any || s.of[i].run_s != 0;
	for (size_t i = 0; i < METRIC_AUDITS; i++) {
		bool known = s.of[i].run_s != 0;

		g->audit_run[i] = known ? s.of[i].run_s : METRIC_UNKNOWN;
		g->audit_good[i] = known || (!any && c->audit_state[0] != '\0')
		    ? s.of[i].good_s : METRIC_UNKNOWN;
		g->audit_bad[i] = known ? s.of[i].violations : METRIC_UNKNOWN;
	}
}

_Static_assert(METRIC_PLACES == PLACES_MAX, "a value each");

static void
look_at_breakers(struct gauges *g, const struct board *b,
    const struct places *p)
{
	const struct db_list *l = board_look_list(b->db, places_digest(p));

	g->breaker[0] = 1;
	for (size_t i = 0; i < p->n; i++) {
		g->passed_over[i] = l->breaker[i].shut_until_us != 0;
		g->breaker[0] &= g->passed_over[i];
	}
}

static void
look_at_replicas(struct gauges *g, const struct board *b,
    const struct places *p)
{
	const struct db_list *l = board_look_list(b->replicas,
	    places_digest(p));

	for (size_t i = 0; i < p->n; i++) {
		g->replica_passed_over[i] = l->breaker[i].shut_until_us != 0;
		g->replica_behind[i] = l->behind_ms[i] / 1000;
	}
}

static void
take_gauges(struct gauges *g, const struct conf *c, const struct board *b)
{
	int64_t now = num_monotonic_us();

	*g = (struct gauges){ .build = { 1 }, .started = { b->started_s } };
	look_at_seats(g, b, now);
	look_at_audits(g, c);
	g->wanted[QUEUE_MAIN] = c->workers;
	g->wanted[QUEUE_READ] = c->listen_read[0] != '\0' ? c->workers_read
	    : 0;
	for (int q = 0; q < QUEUES; q++)
		g->connected[q] = (int64_t)board_connected(b, (enum queue)q,
		    now);
}

enum err
metrics_print(struct ctx *ctx, void *arg, const char **text, size_t *len)
{
	struct telling *t = arena_alloc(ctx->arena, sizeof *t);
	char *to = arena_alloc(ctx->arena, RESPONSE_BYTES_MAX);
	const struct board *b = arg;
	const struct metric *m;
	char why[WHY_BYTES];
	struct buf out;
	size_t n;

	if (t == NULL || to == NULL ||
	    places_read(ctx->conf, PLACES_WRITE, &t->places, why) != E_OK ||
	    places_read(ctx->conf, PLACES_READ, &t->replicas, why) != E_OK)
		return E_INTERNAL;
	buf_init(&out, to, RESPONSE_BYTES_MAX);
	t->out = &out;
	for (size_t i = 0; i < BOARD_SEATS; i++)
		if (b->seat[i].counted != 0)
			t->used[t->n++] = &b->count[i].c;
	t->used[t->n++] = &b->count[BOARD_SEATS].c;
	take_gauges(&t->gauges, ctx->conf, b);
	look_at_breakers(&t->gauges, b, &t->places);
	look_at_replicas(&t->gauges, b, &t->replicas);
	m = metric_table(&n);
	for (size_t i = 0; i < n; i++) {
		put_head(&out, &m[i]);
		if (m[i].kind == METRIC_COUNTER)
			put_counter(t, &m[i]);
		else if (m[i].kind == METRIC_HISTOGRAM)
			put_histogram(t, &m[i]);
		else
			put_gauge(t, &m[i]);
	}
	*text = out.data;
	*len = out.len;
	if (buf_ok(&out))
		return E_OK;
	log_msg(LOG_ERROR, "response_too_large", "/metrics");
	return E_INTERNAL;
}
