/* SPDX-License-Identifier: MIT */
/*
 * The counters of base/metric.h on the board: how a worker comes by its own,
 * what a request adds, and the text of GET /metrics, which is the sum over all
 * that ever counted since shopd was started.
 *
 * Without a shopd, and where shopd is a program that counts something else at
 * the same places (metrics_digest()), a worker does not count, and there is no
 * text: half of a sum would be a lie.
 */
#ifndef SHOP_METRICS_H
#define SHOP_METRICS_H

#include "run/board.h"
#include "web/http.h"

/* Tells whether two programs mean the same by the same counter. */
uint64_t metrics_digest(void);

/*
 * Take the counters of the seat for this worker and its log, and let requests
 * have the text.  board may be NULL, and must outlive ctx.
 */
void metrics_join(struct ctx *, struct board *, struct seat *);

/* Count an answered request; count may be NULL. */
void metrics_count(struct counters *count, const struct req *,
    const struct resp *, int64_t us, int64_t waited_us);

/* Where a request is counted: the row of its route, or behind the last. */
size_t metrics_at(size_t row, enum metric_method, size_t status);
const char *metrics_method(enum metric_method);
/* The status' text, by its place; NULL: there is none. */
const char *metrics_status(size_t at);

/* The text, in the arena; arg is the board.  E_INTERNAL: no room. */
enum err metrics_print(struct ctx *, void *arg, const char **text,
    size_t *len) MUST_CHECK;

#endif
