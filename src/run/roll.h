/* SPDX-License-Identifier: MIT */
/* How another program finds the pool, and has it start new workers. */
#ifndef SHOP_ROLL_H
#define SHOP_ROLL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/conf.h"

enum roll {
	ROLL_DONE,	/* no old worker is left */
	ROLL_NO_POOL,	/* nobody listens: there is no worker of any pool */
	ROLL_NOT_ASKED,	/* workers may run, and no shopd could be told */
	ROLL_FAILED,	/* asked for, but it did not happen */
};

/*
 * Sends HUP to the shopd that pool_pidfile names, if that one made the socket
 * of the setting listen, or, where no pidfile is set, to the shopd that made
 * that socket; and waits until no old worker is left, for two rolls
 * at most: one may be under way.  Unless ROLL_DONE, why[WHY_BYTES] is one
 * sentence.  Change what the workers read before calling this; then a roll that
 * somebody else asked for will do as well.
 */
enum roll roll_run(const struct conf *, char *why);

/*
 * The running shopd that pool_pidfile names.  False: there is none, or it can't
 * be known, and why[WHY_BYTES] says so.
 */
bool roll_find_shopd(const struct conf *, int64_t *pid, char *why);

#endif
