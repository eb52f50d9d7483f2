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

void
status_places(struct ctx *ctx, const struct board *b,
    struct place_status **list, size_t *n, struct breaker_status *breaker)
{
	struct places *p = arena_alloc(ctx->arena, sizeof *p);
	size_t most = 0;
	char why[WHY_BYTES];

	*n = 0;
	*list = arena_alloc(ctx->arena, PLACES_MAX * sizeof **list);
	if (*list != NULL && p != NULL &&
	    places_read(ctx->conf, p, why) == E_OK)
		*n = p->n;
	for (size_t i = 0; i < *n; i++)
		(*list)[i] = (struct place_status){ p->at[i].name,
		    breaker_state(&b->db.breaker[i]), 0 };
	count_workers(b, *list, *n);
	for (size_t i = 1; i < *n; i++)
		if ((*list)[i].workers > (*list)[most].workers)
			most = i;
	breaker->failures = b->db.breaker[most].failures;
	breaker->state = breaker_state(&b->db.breaker[most]);
}
