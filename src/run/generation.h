/* SPDX-License-Identifier: MIT */
/*
 * The workers that were started together: a row of slots that is kept full
 * until it is stopped, and then empties.  A generation is held to the setup it
 * was started with until the last of it is gone.
 */
#ifndef SHOP_GENERATION_H
#define SHOP_GENERATION_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "run/slot.h"

#define GENERATION_NEVER INT64_MAX

struct generation {
	struct slot *slots;	/* WORKERS_MAX of them; first those of reads */
	size_t workers;		/* so many are in use */
	int64_t number;		/* of the roll that started it */
	struct launch launch;
	struct setup *setup;	/* launch.setup; NULL before the start */
	bool keep;		/* a worker that ends is replaced */
	int64_t kill_at_us;	/* KILL for the rest, once it is stopped */
	bool lost;		/* one ended before it was ready */
};

/*
 * A new one, in which no worker runs, with WORKERS_MAX seats on the board from
 * first_seat on; E_INTERNAL without memory.
 */
enum err generation_open(struct generation *, size_t first_seat) MUST_CHECK;
void generation_close(struct generation *);

/*
 * Makes as many slots due as the setup has workers; number is its number in the
 * log.  The setup becomes the generation's own, and launch->setup is ignored.
 */
void generation_start(struct generation *, int64_t number, struct setup *,
    const struct launch *);

/* Once all its workers are gone: drops the setup. */
void generation_forget(struct generation *);

/* TERM now, KILL at kill_at_us; does nothing if it was stopped before. */
void generation_stop(struct generation *, int64_t kill_at_us);

/* Starts a worker in each slot that is due; in a stopped generation none is. */
void generation_fill(struct generation *);

/* KILL for the workers that are left after their time. */
void generation_kill_late(struct generation *);

/* KILL for each that is stuck. */
void generation_kill_stuck(struct generation *);

/* Process pid ended; false when it is none of these. */
bool generation_end(struct generation *, pid_t pid, int status);

/* Hears, without waiting, which workers have become ready. */
void generation_hear(struct generation *);

/* The descriptors to poll for that, at most one a worker; returns how many. */
nfds_t generation_polls(const struct generation *, struct pollfd *);

/* No worker is left. */
bool generation_is_gone(const struct generation *);

/* Every worker runs and is ready. */
bool generation_is_ready(const struct generation *);

/* How many run, and how many of them are ready. */
size_t generation_running(const struct generation *);
size_t generation_ready(const struct generation *);

/* When fill or kill_late has something to do; GENERATION_NEVER. */
int64_t generation_wake_us(const struct generation *);

#endif
