/* SPDX-License-Identifier: MIT */
/*
 * The board: some pages of memory that shopd and its workers share.  A worker
 * writes only at its own seat, and to the breaker.  A worker without a shopd
 * has none and does without; so does one to whom the board is a stranger's:
 * it begins with BOARD_LAYOUT and its size, for after an upgrade shopd may be
 * the old program still and the worker the new one, or the other way round.
 */
#ifndef SHOP_BOARD_H
#define SHOP_BOARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/breaker.h"
#include "base/err.h"

/* The most workers of a generation, and two of these. */
#define BOARD_WORKERS 256
#define BOARD_SEATS (2 * BOARD_WORKERS)

/* To be counted up with every change of struct board. */
#define BOARD_LAYOUT "shop-board 2 (seats)"

struct seat {
	_Atomic int64_t busy_since_us;	/* 0: waiting for a request */
	_Atomic int64_t connected_us;	/* to the database, when it last looked;
					   0: it has no connection */
	int64_t unused[6];		/* a cache line each */
};

struct board {
	char layout[56];		/* BOARD_LAYOUT */
	uint64_t bytes;			/* sizeof(struct board) */
	struct breaker db;
	struct seat seat[BOARD_SEATS];
};

/* Whoever sat there has gone. */
void seat_clear(struct seat *);

/*
 * Has any worker a connection to the database?  One that has said nothing for
 * BOARD_SILENT_US may be frozen, and does not count.  NULL: no.
 */
#define BOARD_SILENT_US INT64_C(10000000)
bool board_connected(const struct board *, int64_t now_us);

/* shopd's: *fd is to be handed to the workers.  E_INTERNAL (logged). */
enum err board_make(struct board **, int *fd) MUST_CHECK;

/* The parent's, once in the child: what board_join() looks for. */
int board_hand_on(int fd, size_t seat);

/*
 * A worker's own, and its seat; NULL where nobody handed it one, or one of
 * another layout (logged: nobody sees then when this worker is stuck).  Forgets
 * where it came from: it is not for children.
 */
struct board *board_join(struct seat **);

#endif
