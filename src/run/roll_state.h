/* SPDX-License-Identifier: MIT */
/*
 * How the pool's last roll went, for shopctl: a small file beside
 * pool_pidfile, or, where that is not set, beside the unix socket of the
 * setting listen: its name and ".state".
 *
 * Rolls count from 1, the pool's start; one that is refused has its number
 * too.  A change that was made while the last roll was number N is known to
 * every worker once the oldest one is of a roll after N.
 */
#ifndef SHOP_ROLL_STATE_H
#define SHOP_ROLL_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/conf.h"

#define ROLL_STATE_PATH_BYTES (CONF_PATH_BYTES + 8)
#define ROLL_STATE_TEXT_BYTES (WHY_BYTES + 256)

struct roll_state {
	int64_t pid;		/* shopd's */
	int64_t roll;		/* the last one that was begun or refused */
	int64_t oldest;		/* of which a worker still runs */
	bool failed;		/* roll; why[] says it in a line */
	char why[WHY_BYTES];
};

/* "" where there is neither pidfile nor unix socket. */
void roll_state_path(char to[ROLL_STATE_PATH_BYTES], const struct conf *);
void roll_state_print(const struct roll_state *,
    char to[ROLL_STATE_TEXT_BYTES]);

/* False where there is none, or another program's. */
bool roll_state_read(const char *path, struct roll_state *);

#endif
