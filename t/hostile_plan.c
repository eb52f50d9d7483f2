/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "hostile.h"

#include <string.h>

/* ---- Chance: splitmix64 */

int64_t
pick(struct hostile *h, int64_t from, int64_t to)
{
	uint64_t z = h->chance += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	z ^= z >> 31;
	return from + (int64_t)(z % (uint64_t)(to - from + 1));
}

bool
one_in(struct hostile *h, int64_t n)
{
	return pick(h, 1, n) == 1;
}

const char *
pick_of(struct hostile *h, const char *const *list, size_t n)
{
	return list[pick(h, 0, (int64_t)n - 1)];
}

bool
has_fault(const struct hostile *h, enum hostile_fault f)
{
	return (h->faults & (1U << f)) != 0;
}

void
put_many(struct buf *b, char c, int64_t n)
{
	for (; n > 0; n--)
		buf_char(b, c);
}

void
put_bytes(struct hostile *h, struct buf *b, int64_t n, int from, int to)
{
	for (; n > 0; n--)
		buf_char(b, (char)pick(h, from, to));
}

/* ---- The plan */

/* Faults that a request for that route can have. */
static unsigned
possible(const struct route *r)
{
	unsigned f = 1U << FAULT_METHOD | 1U << FAULT_TARGET;

	/* Where a token may be missing that is no fault. */
	if (r->auth != AUTH_NONE && r->auth != AUTH_MAY)
		f |= 1U << FAULT_TOKEN;
	if (hostile_states(r) > 0)
		f |= 1U << FAULT_STATE;
	if (r->key == KEY_YES)
		f |= 1U << FAULT_KEY;
	if (r->body->fields != NULL)
		f |= 1U << FAULT_TYPE | 1U << FAULT_BROKEN |
		    1U << FAULT_VALUE | 1U << FAULT_LARGE;
	return f;
}

static bool
is_read(const struct route *r)
{
	return r->key == KEY_NO && strcmp(r->method, "GET") == 0;
}

/* Seldom one behind which nothing else is looked at. */
static enum hostile_fault
pick_fault(struct hostile *h, unsigned of)
{
	enum hostile_fault f;

	do
		f = (enum hostile_fault)pick(h, 0, FAULTS - 1);
	while ((of & (1U << f)) == 0 || ((f == FAULT_LARGE ||
	    f == FAULT_METHOD || f == FAULT_TARGET) && !one_in(h, 4)));
	return f;
}

/* Those that change something have most to lose. */
static const struct route *
pick_route(struct hostile *h)
{
	const struct route *table, *r;
	size_t n;

	table = route_table(&n);
	do
		r = &table[pick(h, 0, (int64_t)n - 1)];
	while (is_read(r) && !one_in(h, 4));
	return r;
}

static void
plan(struct hostile *h)
{
	unsigned of;

	if (one_in(h, 20))
		return;
	h->route = pick_route(h);
	of = possible(h->route);
	h->doomed = !is_read(h->route);
	/* The one for which it can't succeed, and what else comes. */
	if (h->doomed || one_in(h, 2))
		h->faults |= 1U << pick_fault(h, of);
	while (one_in(h, 4))
		h->faults |= 1U << pick_fault(h, of);
	if (has_fault(h, FAULT_STATE))
		h->state = (int)pick(h, 0, hostile_states(h->route) - 1);
	h->unframed = has_fault(h, FAULT_LARGE);
	/* Only so many workers hash at once. */
	if (strncmp(h->route->pattern, "/v1/users", 9) == 0 ||
	    strcmp(h->route->pattern, "/v1/tokens") == 0)
		h->owed = 503;
}

void
hostile_make(struct hostile *h, int64_t seed, int64_t n)
{
	h->chance = (uint64_t)seed * UINT64_C(1000003) + (uint64_t)n *
	    UINT64_C(0x2545f4914f6cdd1d);
	arena_reset(h->arena);
	buf_init(&h->text, h->text_room, sizeof h->text_room);
	h->doomed = h->head = h->bare = h->cut = h->unframed = false;
	h->owed = h->state = 0;
	h->faults = 0;
	h->route = NULL;
	if (one_in(h, 25)) {
		hostile_raw(h);
		return;
	}
	plan(h);
	h->user = h->route != NULL ? hostile_user(h) : h->goods->owner;
	hostile_body(h);
	hostile_request(h);
}
