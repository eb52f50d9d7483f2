/* SPDX-License-Identifier: MIT */
/*
 * The board: a page of memory that shopd and its workers share.  A worker
 * writes only at its own seat, and to the breaker.  A worker without a shopd
 * has none and does without.
 */
#ifndef SHOP_BOARD_H
#define SHOP_BOARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/breaker.h"
#include "base/err.h"

/* Two generations of the most workers there can be. */
#define BOARD_SEATS (2 * 256)

struct seat {
	_Atomic int64_t busy_since_us;	/* 0: waiting for a request */
	_Atomic int64_t connected_us;	/* to the database, when it last looked;
					   0: it has no connection */
	int64_t unused[6];		/* a cache line each */
};

struct board {
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
 * A worker's own, and its seat; NULL where nobody handed it one.  Forgets
 * where it came from: it is not for children.
 */
struct board *board_join(struct seat **);

#endif
