/* SPDX-License-Identifier: MIT */
/*
 * The board: some pages of memory that shopd and its workers share.  A worker
 * writes only at its own seat and counters, how the databases are, and that its
 * queue is starved.
 * A worker without a shopd has no board.  Nor has a worker that was built for
 * another layout.  The board begins with BOARD_LAYOUT and its size to tell:
 * after an upgrade shopd may still be the old program and the worker the new
 * one, or the other way round.
 */
#ifndef SHOP_BOARD_H
#define SHOP_BOARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/metric.h"
#include "io/db_list.h"
#include "run/queue.h"

/* Two generations. */
#define BOARD_SEATS (2 * WORKERS_MAX)

/* To be counted up with every change of struct board. */
#define BOARD_LAYOUT "shop-board 9 (lists)"

struct seat {
	_Atomic int64_t busy_since_us;	/* 0: waiting for a request */
	_Atomic int64_t connected_us;	/* to the database, when it last looked;
					   0: it has no connection */
	_Atomic int64_t looked_us;	/* when it was last between two requests;
					   0: not yet */
	_Atomic int64_t queue;		/* an enum queue, by shopd */
	_Atomic int64_t hashing_since_us;	/* a password; 0: none */
	_Atomic int64_t counted;	/* its counters were in use, ever */
	_Atomic int32_t place;		/* the database that it is connected to */
	_Atomic int32_t reads_at;	/* its replica, from 1 on; 0: none */
	char request_id[REQUEST_ID_BYTES_MAX + 1];	/* base/log's; "": none */
	char unused[7];		/* two cache lines each */
};

/*
 * The counters of a seat are those of all workers that it had, one after the
 * other: they are never zeroed, so that no sum goes down.  Their room is larger
 * than they are, so that one more does not change the layout; whether they mean
 * the same to both sides board.counters tells (run/metrics.h).  What nobody has
 * counted in takes no memory.
 */
#define BOARD_COUNTERS_BYTES 65536
union board_counters {
	struct counters c;
	char room[BOARD_COUNTERS_BYTES];
};

/*
 * What is known of the databases of a list.  While a roll lasts old and new workers
 * may have two lists, and a place in the one is another database in the other.
 */
#define BOARD_LISTS 2
struct board_list {
	_Atomic uint64_t of;		/* places_digest(); 0: none's */
	_Atomic int64_t joined_us;	/* by the last worker who has it */
	struct db_list list;
};

struct board {
	char layout[56];		/* BOARD_LAYOUT */
	uint64_t bytes;			/* sizeof(struct board) */
	uint64_t counters;		/* metrics_digest() of shopd */
	int64_t started_s;		/* since the epoch */
	_Alignas(64) struct board_list db[BOARD_LISTS];
	_Alignas(64) struct board_list replicas[BOARD_LISTS];
	/*
	 * When workers of a queue were last refused a connection to the database
	 * while none of them had one; 0: not, or one has been given up since.
	 */
	_Alignas(64) _Atomic int64_t starved_us[QUEUES];
	_Atomic int64_t given_us[QUEUES];	/* when that one was given up */
	_Alignas(64) struct seat seat[BOARD_SEATS];
	/* A seat's, and behind them shopd's. */
	_Alignas(4096) union board_counters count[BOARD_SEATS + 1];
};

/* The seat is a new worker's, of this queue. */
void seat_clear(struct seat *, enum queue);

/*
 * Adds the id of the request that the seat's worker is at, or was when it died;
 * nothing where there is none.
 */
void seat_log_id(const struct seat *, struct log_line *);

/*
 * How many workers of a queue have a connection to the database.  One that has
 * said nothing for BOARD_SILENT_US may be frozen, and does not count.  NULL: 0.
 */
#define BOARD_SILENT_US INT64_C(10000000)
size_t board_connected(const struct board *, enum queue, int64_t now_us);

/* Is this the last seat of its queue that has a connection? */
bool board_is_last(const struct board *, const struct seat *, int64_t now_us);

/* Could another worker of the seat's queue take a request at once?  NULL: no. */
bool board_idle(const struct board *, const struct seat *, int64_t now_us);

/*
 * May the seat's worker hash a password, which takes long?  No more than most
 * of its queue do at once, those that began first.  Until board_hashed().
 */
bool board_hash(const struct board *, struct seat *, size_t most,
    int64_t now_us);
void board_hashed(struct seat *);

/*
 * Where a worker shares what it knows of its list: with those who have the same one.
 * NULL: both are others', which more than two rolls at once would take.
 */
struct db_list *board_list(struct board_list[BOARD_LISTS], uint64_t digest,
    int64_t now_us);

/* To be looked at; of a list that no worker has all is zero. */
const struct db_list *board_look_list(const struct board_list[BOARD_LISTS],
    uint64_t digest);

/* Where shopd counts. */
struct counters *board_pool(struct board *);

/*
 * shopd's: makes *fd, to be handed to the workers; shopd's own dropped lines are
 * counted there.  E_INTERNAL (logged).
 */
enum err board_make(struct board **, int *fd) MUST_CHECK;

/* Call once in the child, before exec: tells board_join() where they are. */
int board_hand_on(int fd, size_t seat);

/*
 * A worker's board, and its seat.  NULL where none was handed on, or one of
 * another layout (logged: then nobody sees when this worker is stuck).
 * Afterwards the environment names no board, so that children see none.
 */
struct board *board_join(struct seat **);

#endif
