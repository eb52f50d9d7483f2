/* SPDX-License-Identifier: MIT */
/*
 * Sharing connections when the database has fewer than there are workers
 * (max_connections, MAX_USER_CONNECTIONS).  Workers with a connection take the
 * requests; the others leave the queue to them and keep trying to connect.
 * When no worker of a queue has one, all of them take requests and answer 503;
 * before that, a queue whose workers have several gives one up to it.
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
	bool begun;		/* tried since it started or lost its own */
	bool crowded;		/* the last time there was no room */
	int64_t pause_ms, next_us;	/* between and until the next try */
	int64_t others_us;	/* when others were last seen connected */
	int64_t watched_us;	/* the connection that is watched */
};

/*
 * Call it between two requests.  It connects when that is due, which takes no
 * longer than a request's connecting, notes the result at the seat, and has the
 * connection watched.  True: take no request now, but call this again after
 * ASIDE_MS.
 */
bool aside_look(struct aside *, struct conns *);

#endif
