/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "run/aside.h"

#include <stdatomic.h>

#include "base/num.h"

/*
 * Others who have just left (a roll's old workers) leave room for us: so long
 * we try for it before we take requests without.
 */
#define ROOM_US		INT64_C(300000)
/* While others have connections: a refusal is a line in the server's log. */
#define PAUSE_MIN_MS	100
#define PAUSE_MAX_MS	1000

/* It may hang in the library, and is then replaced as one at a request is. */
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

/* Is it time to try?  others: there are workers with a connection. */
static bool
is_due(struct aside *a, bool others, int64_t now)
{
	bool due = !a->begun || (others ? now >= a->next_us
	    : a->crowded && now - a->others_us < ROOM_US);

	if (others)
		a->others_us = now;
	else
		a->pause_ms = PAUSE_MIN_MS / 2;
	return due;
}

static void
watch(struct aside *a, struct fcgi *f)
{
	int64_t since_us;
	int fd = db_socket(a->db, &since_us);

	if (since_us != a->watched_us)
		fcgi_watch(f, fd);
	a->watched_us = since_us;
}

bool
aside_look(struct aside *a, struct fcgi *f)
{
	int64_t now = num_monotonic_us();
	bool others;

	if (fcgi_lost(f))
		db_drop(a->db);
	if (db_connected(a->db)) {
		a->seat->connected_us = now;
		watch(a, f);
		return false;
	}
	a->seat->connected_us = 0;
	others = board_connected(a->board, now);
	if (!is_due(a, others, now))
		return others;
	if (connect_now(a) == DB_OK)
		return aside_look(a, f);
	return others || a->crowded;
}
