/* SPDX-License-Identifier: MIT */
/* What shopctl status tells of the databases of the lists. */
#ifndef SHOP_STATUS_PLACES_H
#define SHOP_STATUS_PLACES_H

#include "base/ctx.h"
#include "io/json.h"
#include "run/board.h"

struct place_status {
	const char *name, *state;	/* as the breaker's */
	int64_t workers;
};

struct replica_status {
	struct place_status at;
	int64_t behind_ms;		/* when it was last asked */
};

struct breaker_status {
	const char *state;		/* closed, open, probing */
	int64_t failures;
};

extern const struct json_field status_place_fields[];
extern const struct json_field status_replica_fields[];
extern const struct json_field status_breaker_fields[];

/*
 * How many workers are at each, in the arena; none without memory.  The breaker
 * is that of the place where the most are.
 */
void status_places(struct ctx *, const struct board *, struct place_status **,
    size_t *n, struct breaker_status *);

/* The same of replicas; *n is 0 where db_read_host names none. */
void status_replicas(struct ctx *, const struct board *,
    struct replica_status **, size_t *n);

#endif
