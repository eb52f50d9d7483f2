/* SPDX-License-Identifier: MIT */
/* The workers say on the board where they are, and how they found each place. */
#include "config.h"

#include "ops/status_places.h"

#include "base/arena.h"
#include "base/num.h"
#include "base/place.h"

const struct json_field status_place_fields[] = {
	{ JSON_AT("name", STR, struct place_status, name) },
	{ JSON_AT("state", STR, struct place_status, state) },
	{ JSON_AT("workers", INT, struct place_status, workers) },
	JSON_END
};

const struct json_field status_replica_fields[] = {
	{ JSON_AT("name", STR, struct replica_status, at.name) },
	{ JSON_AT("state", STR, struct replica_status, at.state) },
	{ JSON_AT("workers", INT, struct replica_status, at.workers) },
	{ JSON_AT("behindMs", INT, struct replica_status, behind_ms) },
	JSON_END
};

const struct json_field status_breaker_fields[] = {
	{ JSON_AT("state", STR, struct breaker_status, state) },
	{ JSON_AT("failures", INT, struct breaker_status, failures) },
	JSON_END
};

static const char *
breaker_state(const struct breaker *b)
{
	int64_t until = b->shut_until_us;

	return until == 0 ? "closed" : until > num_monotonic_us() ? "open"
	    : "probing";
}

static void
count_workers(const struct board *b, struct place_status *place, size_t n)
{
	for (size_t i = 0; i < BOARD_SEATS; i++) {
		const struct seat *seat = &b->seat[i];

		if (seat->connected_us != 0 && seat->place >= 0 &&
		    seat->place < (int64_t)n)
			place[seat->place].workers++;
	}
}

/* In the arena; NULL without memory. */
static struct places *
places_of(struct ctx *ctx, enum place_use use)
{
	struct places *p = arena_alloc(ctx->arena, sizeof *p);
	char why[WHY_BYTES];

	return p != NULL && places_read(ctx->conf, use, p, why) == E_OK ? p
	    : NULL;
}

void
status_replicas(struct ctx *ctx, const struct board *b,
    struct replica_status **list, size_t *n)
{
	struct places *p = places_of(ctx, PLACES_READ);
	const struct db_list *l;

	*list = arena_alloc(ctx->arena, PLACES_MAX * sizeof **list);
	*n = *list != NULL && p != NULL ? p->n : 0;
	l = board_look_list(b->replicas, *n > 0 ? places_digest(p) : 0);
	for (size_t i = 0; i < *n; i++)
		(*list)[i] = (struct replica_status){ { p->at[i].name,
		    breaker_state(&l->breaker[i]), 0 }, l->behind_ms[i] };
	for (size_t i = 0; i < BOARD_SEATS; i++) {
		size_t at = (size_t)b->seat[i].reads_at;

		if (at >= 1 && at <= *n)
			(*list)[at - 1].at.workers++;
	}
}

void
status_places(struct ctx *ctx, const struct board *b,
    struct place_status **list, size_t *n, struct breaker_status *breaker)
{
	struct places *p = places_of(ctx, PLACES_WRITE);
	const struct db_list *l;
	size_t most = 0;

	*list = arena_alloc(ctx->arena, PLACES_MAX * sizeof **list);
	*n = *list != NULL && p != NULL ? p->n : 0;
	l = board_look_list(b->db, *n > 0 ? places_digest(p) : 0);
	for (size_t i = 0; i < *n; i++)
		(*list)[i] = (struct place_status){ p->at[i].name,
		    breaker_state(&l->breaker[i]), 0 };
	count_workers(b, *list, *n);
	for (size_t i = 1; i < *n; i++)
		if ((*list)[i].workers > (*list)[most].workers)
			most = i;
	breaker->failures = l->breaker[most].failures;
	breaker->state = breaker_state(&l->breaker[most]);
}
