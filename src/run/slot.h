/* SPDX-License-Identifier: MIT */
/*
 * One place in the pool and the process that fills it: how a worker is
 * started, what it says, and how long its place stays empty after it.
 */
#ifndef SHOP_SLOT_H
#define SHOP_SLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "run/board.h"
#include "run/queues.h"
#include "run/setup.h"

/* What every worker of a generation is started with. */
struct launch {
	const struct setup *setup;
	const struct queues *queues;
	int board_fd;
	struct board *board;
};

struct slot {
	size_t seat;		/* on the board */
	enum queue queue;	/* from which it takes requests */
	int64_t generation;	/* for the log */
	pid_t pid;		/* 0: empty */
	int ready_fd;		/* -1: nothing more to hear */
	bool ready;
	bool stuck;		/* and has KILL from us for it */
	int64_t started_us;
	int64_t start_at_us;	/* of the next process, while empty */
	int64_t pause_ms;	/* the last one; 0 after a good life */
};

/* Empty and due at once; the seat stays. */
void slot_init(struct slot *, enum queue, int64_t generation);

/* Forks a worker.  False, and a pause, when that failed. */
bool slot_start(struct slot *, const struct launch *);

/*
 * KILL for one that has been at a request for over stuck_timeout_ms, or has
 * not looked for one for as long.
 */
void slot_kill_stuck(struct slot *, const struct launch *);

/* Hears, without waiting, whether the worker has become ready. */
void slot_hear(struct slot *);

/*
 * The process ended with wait status; wanted when it had been told to.
 * Leaves the slot empty and, after a good life, due at once.
 */
void slot_end(struct slot *, const struct launch *, int status, bool wanted);

#endif
