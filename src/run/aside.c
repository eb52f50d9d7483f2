/* SPDX-License-Identifier: MIT */
/* Whether this worker takes requests at all, asked between two of them. */
#include "config.h"

#include "run/aside.h"

#include <stdatomic.h>

#include "base/log.h"
#include "base/num.h"

/*
 * A roll's old workers leave their connections as they end: try so long for one
 * of these before taking requests without any.
 */
#define ROOM_US		INT64_C(300000)
/* The same where another queue's workers have connections to spare. */
#define SPARED_US	INT64_C(5000000)
/*
 * How often to try while others have connections, seldom: each refusal is a
 * line in the server's log.
 */
#define PAUSE_MIN_MS	100
#define PAUSE_MAX_MS	1000
/* A note on the board that is older no longer counts. */
#define NEED_US		INT64_C(2000000)

static enum queue
queue_of(const struct aside *a)
{
	return a->seat->queue == QUEUE_READ ? QUEUE_READ : QUEUE_MAIN;
}

static enum queue
other_queue(const struct aside *a)
{
	return queue_of(a) == QUEUE_READ ? QUEUE_MAIN : QUEUE_READ;
}

/* How many connections the other queue's workers have. */
static size_t
elsewhere(const struct aside *a, int64_t now)
{
	return board_connected(a->board, other_queue(a), now);
}

/* Has one just been given up to this queue? */
static bool
is_given_to(const struct aside *a, enum queue q, int64_t now)
{
	return a->board != NULL && now - a->board->given_us[q] < NEED_US;
}

/*
 * Did a worker of ours just give one up to the other queue, which has none yet?
 * Then it is for them, not for us.
 */
static bool
is_theirs(const struct aside *a, int64_t now)
{
	return elsewhere(a, now) == 0 && is_given_to(a, other_queue(a), now);
}

/*
 * Busy meanwhile: if the library hangs, shopd replaces this worker as it does
 * one that is stuck at a request.
 */
static enum db_class
connect_now(struct aside *a)
{
	enum db_class class;

	a->begun = true;
	a->seat->busy_since_us = num_monotonic_us();
	class = db_connect(a->db);
	a->seat->busy_since_us = 0;
	a->crowded = class == DB_CROWDED;
	a->pause_ms = a->pause_ms < PAUSE_MAX_MS / 2 ? a->pause_ms * 2
	    : PAUSE_MAX_MS;
	a->next_us = num_monotonic_us() + a->pause_ms * 1000;
	return class;
}

/*
 * None of this queue's workers has a connection, nor finds room for one: how
 * long to hope for it.
 */
static bool
may_hope(const struct aside *a, int64_t now)
{
	bool spared = elsewhere(a, now) > 1 || is_given_to(a, queue_of(a), now);

	return a->crowded && now - a->others_us < (spared ? SPARED_US : ROOM_US);
}

/* Is it time to try?  others: workers of this queue have a connection. */
static bool
is_due(struct aside *a, bool others, int64_t now)
{
	bool let_in = others || elsewhere(a, now) > 0;
	bool due = (!a->begun || (let_in && now >= a->next_us) ||
	    (!others && may_hope(a, now))) && !(others && is_theirs(a, now));

	if (others || !a->begun)
		a->others_us = now;
	if (!let_in)
		a->pause_ms = PAUSE_MIN_MS / 2;
	return due;
}

static void
watch(struct aside *a, struct conns *c)
{
	int64_t since_us;
	int fd = db_socket(a->db, &since_us);

	if (since_us != a->watched_us)
		conns_watch(c, fd);
	a->watched_us = since_us;
}

/*
 * If another queue has no connection at all, one worker of a queue that has
 * several gives its own up.
 */
static bool
give_way(struct aside *a, int64_t now)
{
	enum queue mine = queue_of(a), other = other_queue(a);
	int64_t need;

	if (a->board == NULL ||
	    (need = a->board->starved_us[other]) == 0 ||
	    now - need > NEED_US || !board_is_last(a->board, a->seat, now) ||
	    board_connected(a->board, mine, now) < 2)
		return false;
	a->board->starved_us[other] = 0;
	a->board->given_us[other] = now;
	db_drop(a->db);
	log_msg(LOG_WARN, "db_shared", "a connection is given up to %s",
	    other == QUEUE_READ ? "workers_read" : "workers");
	a->seat->connected_us = 0;
	a->crowded = true;
	a->pause_ms = PAUSE_MAX_MS;
	a->next_us = now + PAUSE_MAX_MS * 1000;
	return true;
}

static bool
look_without(struct aside *a, struct conns *c, int64_t now)
{
	bool others = board_connected(a->board, queue_of(a), now) > 0;

	/* The connection was lost, and no attempt made since. */
	if (a->seat->connected_us != 0)
		a->begun = false;
	a->seat->connected_us = 0;
	if (!is_due(a, others, now))
		return others;
	if (connect_now(a) == DB_OK)
		return aside_look(a, c);
	if (a->crowded && !others && a->board != NULL)
		a->board->starved_us[queue_of(a)] = now;
	return others || a->crowded;
}

/* Where others are connected, or there was no room, look_without() sees to it. */
static bool
may_visit(const struct aside *a, int64_t now)
{
	return db_has_choice(a->db) && (db_connected(a->db) || (!a->crowded &&
	    elsewhere(a, now) == 0 &&
	    board_connected(a->board, queue_of(a), now) == 0));
}

/* Busy meanwhile, as when it connects. */
static void
visit_places(struct aside *a, int64_t now)
{
	if (!may_visit(a, now))
		return;
	a->seat->busy_since_us = now;
	db_look(a->db);
	a->seat->busy_since_us = 0;
}

bool
aside_look(struct aside *a, struct conns *c)
{
	int64_t now = num_monotonic_us();

	a->seat->looked_us = now;
	if (conns_lost(c))
		db_drop(a->db);
	visit_places(a, now);
	if (db_connected(a->db) && !give_way(a, now)) {
		a->seat->connected_us = now;
		a->seat->place = (int32_t)db_place(a->db);
		watch(a, c);
		return false;
	}
	return look_without(a, c, now);
}
