/* SPDX-License-Identifier: MIT */
/*
 * A running pool as it is seen from outside, by whoever may look into shopd's
 * process: root, and its own user where the kernel lets him.  Nothing is
 * changed by a look.
 */
#ifndef SHOP_LOOK_H
#define SHOP_LOOK_H

#include <stdint.h>

#include "base/conf.h"
#include "run/board.h"

/*
 * shopd's board, to be read only; look_done() gives it back (NULL is fine).
 * NULL: why[WHY_BYTES] says why, for it may be one of another layout.
 */
const struct board *look_board(int64_t pid, char *why);
void look_done(const struct board *);

/* For how many seconds the process runs; -1: there is none. */
int64_t look_up_s(int64_t pid);

/*
 * How many connections wait on the unix socket of this setting for a worker to
 * take them; -1 for a port, or where the kernel does not tell.
 */
int64_t look_waiting(const char *listen);

#endif
