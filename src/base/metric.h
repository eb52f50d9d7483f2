/* SPDX-License-Identifier: MIT */
/*
 * What is counted for GET /metrics, by the table metric.def.  Each worker has a
 * struct counters of its own, which it alone writes, in memory that outlives it
 * (run/board.h); a request adds to it and never looks.  The sum over all of
 * them is what is told, so that it never goes down when a worker ends.
 *
 *	METRIC_COUNT(ctx->count, retries[class]);
 *
 * How many values an axis may have is fixed and larger than what there is, so
 * that most changes leave the layout as it was.
 */
#ifndef SHOP_METRIC_H
#define SHOP_METRIC_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define METRIC_ROUTES_MAX	40	/* rows of routes.def, and one for none */
#define METRIC_STATUSES_MAX	18	/* rows of status.def, and one for others */
#define METRIC_PROBLEMS_MAX	64	/* outcomes of err.def */
#define METRIC_CLASSES_MAX	20	/* of enum db_class */
#define METRIC_POOLS		2	/* of enum queue */
#define METRIC_PLACES		8	/* of base/place.h */

enum metric_method {
	METHOD_GET, METHOD_HEAD, METHOD_POST, METHOD_PUT, METHOD_PATCH,
	METHOD_DELETE, METHOD_OPTIONS, METHOD_OTHER, METRIC_METHODS
};

/* What a request found in the cache. */
enum metric_cache { CACHED_HIT, CACHED_STALE, CACHED_MISS, METRIC_CACHE_VALUES };

/* Why a worker had to be replaced. */
enum metric_reason {
	REASON_CRASHED,		/* by a signal or a status of its own */
	REASON_KILLED,		/* by KILL, and not by us */
	REASON_STUCK,		/* by us, for it had not moved */
	REASON_OUTGROWN,	/* it left by itself */
	REASON_UNREADY,		/* it never came to take requests */
	METRIC_REASONS
};

enum metric_audit { AUDIT_FULL, AUDIT_SINCE, METRIC_AUDITS };

/* Where a read was done that a replica may do. */
enum metric_read_at { READ_AT_REPLICA, READ_AT_WRITER, METRIC_READ_AT };

enum metric_axis {
#define AXIS(name, label, values) AXIS_##name,
#include "base/metric.def"
	METRIC_AXES
};

/* How many values each axis may have. */
enum metric_values {
#define AXIS(name, label, values) AXIS_##name##_VALUES = (values),
#include "base/metric.def"
};

enum metric_bucket {
#define BUCKET(us, s) BUCKET_##us,
#include "base/metric.def"
	METRIC_BUCKETS		/* and the one of what took longer */
};

struct histogram {
	_Atomic uint64_t bucket[METRIC_BUCKETS + 1];
	_Atomic uint64_t sum_us;
};

struct counters {
	/* A worker's own state, for gauges: nothing of a dead one's counts. */
	_Atomic int64_t retry_tenths;		/* its budget, shop/attempt's */
	_Atomic int64_t cache_rest_until_us;	/* num_monotonic_us() */
#define COUNTER(field, axis, name, help) \
	_Atomic uint64_t field[AXIS_##axis##_VALUES];
#define HISTOGRAM(field, axis, name, help) \
	struct histogram field[AXIS_##axis##_VALUES];
#include "base/metric.def"
};

struct gauges {
#define GAUGE(field, axis, name, help) int64_t field[AXIS_##axis##_VALUES];
#include "base/metric.def"
};

/* A gauge that nobody can tell. */
#define METRIC_UNKNOWN INT64_MIN

enum metric_kind { METRIC_COUNTER, METRIC_HISTOGRAM, METRIC_GAUGE };

/* A row of the table. */
struct metric {
	const char *name, *help;
	enum metric_kind kind;
	enum metric_axis axis;
	size_t offset;		/* in struct counters, or in struct gauges */
};

/* All of them, in the order of metric.def; *n is how many. */
const struct metric *metric_table(size_t *n);

/* An axis's label (NULL: none, or several), and how many values it may have. */
const char *metric_label(enum metric_axis);
size_t metric_values(enum metric_axis);

/* A bucket's upper bound in seconds, as Prometheus has it. */
const char *metric_bound(size_t bucket);

/* The owner's alone: others may read meanwhile, and nobody else may write. */
static inline void
metric_add(_Atomic uint64_t *to, uint64_t n)
{
	atomic_store_explicit(to, atomic_load_explicit(to,
	    memory_order_relaxed) + n, memory_order_relaxed);
}

/* One more of this field; nothing where nobody counts. */
#define METRIC_COUNT(counters, field)				\
	do {							\
		if ((counters) != NULL)				\
			metric_add(&(counters)->field, 1);	\
	} while (0)

/* Adds a time to its bucket and to the sum; a negative one is 0. */
void metric_time(struct histogram *, int64_t us);

#endif
