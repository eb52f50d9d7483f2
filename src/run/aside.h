/* SPDX-License-Identifier: MIT */
/*
 * Who takes requests when the database has not a connection for each worker
 * (max_connections, MAX_USER_CONNECTIONS): those who have one.  The others
 * leave the queue to them, and try to connect meanwhile.  When nobody of a
 * queue has one all of it take requests, whose answers are 503 then; but a
 * queue whose workers have several gives one up to it first.
 */
#ifndef SHOP_ASIDE_H
#define SHOP_ASIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "io/db.h"
#include "io/conns.h"
#include "run/board.h"

/* How long a worker that stands aside rests before it looks again. */
#define ASIDE_MS 50

struct aside {
	struct db *db;
	struct board *board;	/* NULL: there are no others */
	struct seat *seat;
	bool begun;		/* it has tried since it began, or lost its own */
	bool crowded;		/* the last time there was no room */
	int64_t pause_ms, next_us;	/* between and until the next try */
	int64_t others_us;	/* when others were last seen connected */
	int64_t watched_us;	/* the connection that is watched */
};

/*
 * Between two requests: connects where that is due, which takes no longer
 * than a request's connecting, notes at the seat how it stands, and lets the
 * connection be watched.  True: take no request now, but call this again
 * after ASIDE_MS.
 */
bool aside_look(struct aside *, struct conns *);

#endif
