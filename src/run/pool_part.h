/* SPDX-License-Identifier: MIT */
/*
 * A running pool, for run/pool*.c alone: pool.c is what it does, pool_tell.c
 * what it says of itself, in the log, to shopctl and to a service manager.
 */
#ifndef SHOP_POOL_PART_H
#define SHOP_POOL_PART_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/conf.h"
#include "base/log.h"
#include "run/generation.h"
#include "run/notify.h"
#include "run/poolfile.h"
#include "run/queues.h"
#include "run/slot.h"

/* In the order of a pool's life: from PHASE_QUEUE on it is stopping. */
enum phase {
	PHASE_SERVE,
	PHASE_ROLL,	/* the other generation isn't ready yet */
	PHASE_RETIRE,	/* the other generation is told to end */
	PHASE_QUEUE,	/* no new connections; the waiting ones are taken */
	PHASE_DRAIN,	/* both are told to end */
	PHASE_DONE,
};

struct pool {
	struct queues queues;
	struct launch launch;	/* but for the setup, which is a generation's */
	struct generation gens[2];
	struct generation *serving, *other;
	int64_t rolls;		/* begun or refused so far, the start is one */
	bool failed;		/* the last one, why[] says */
	char why[WHY_BYTES];
	struct poolfiles files;
	struct notify notify;
	int signal_fd;
	struct pollfd *polls;	/* a signal_fd, and one for each slot */
	enum phase phase;
	int64_t phase_ends_us;	/* of a roll or a queue, at the latest */
	int64_t kill_at_us;	/* once stopping */
	int64_t poll_told_us;
	bool hup, stop;		/* asked for */
	bool announced;
};

/* In force for shopd itself. */
const struct conf *pool_conf(const struct pool *);

/* A line of the log; why may be NULL. */
void pool_log_start(const struct pool *);
void pool_log_phase(const struct pool *, enum log_level, const char *event,
    const char *why);

/* Tells the state of now, where it has changed: call it once a loop. */
void pool_tell(struct pool *);

#endif
