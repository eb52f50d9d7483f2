/* SPDX-License-Identifier: MIT */
/* metric.def as tables. */
#include "config.h"

#include "base/metric.h"

static const struct {
	const char *label;
	size_t values;
} axes[METRIC_AXES] = {
#define AXIS(name, label, values) { label, AXIS_##name##_VALUES },
#include "base/metric.def"
};

static const struct {
	int64_t us;
	const char *seconds;
} bounds[METRIC_BUCKETS] = {
#define BUCKET(us, s) { us, s },
#include "base/metric.def"
};

static const struct metric metrics[] = {
#define COUNTER(field, axis, name, help) { name, help, METRIC_COUNTER, \
	AXIS_##axis, offsetof(struct counters, field) },
#define HISTOGRAM(field, axis, name, help) { name, help, METRIC_HISTOGRAM, \
	AXIS_##axis, offsetof(struct counters, field) },
#define GAUGE(field, axis, name, help) { name, help, METRIC_GAUGE, \
	AXIS_##axis, offsetof(struct gauges, field) },
#include "base/metric.def"
};

const struct metric *
metric_table(size_t *n)
{
	*n = sizeof metrics / sizeof metrics[0];
	return metrics;
}

const char *
metric_label(enum metric_axis a)
{
	return axes[a].label;
}

size_t
metric_values(enum metric_axis a)
{
	return axes[a].values;
}

const char *
metric_bound(size_t bucket)
{
	return bucket < METRIC_BUCKETS ? bounds[bucket].seconds : "+Inf";
}

void
metric_time(struct histogram *h, int64_t us)
{
	size_t i = 0;

	if (us < 0)
		us = 0;
	while (i < METRIC_BUCKETS && us > bounds[i].us)
		i++;
	metric_add(&h->bucket[i], 1);
	metric_add(&h->sum_us, (uint64_t)us);
}
