/* SPDX-License-Identifier: MIT */
/* How another program has the pool start new workers. */
#ifndef SHOP_ROLL_H
#define SHOP_ROLL_H

#include "base/conf.h"

enum roll {
	ROLL_DONE,	/* no worker of before is left */
	ROLL_NO_POOL,	/* nobody listens: there is no worker of any pool */
	ROLL_NOT_ASKED,	/* workers may run, and no shopd could be told */
	ROLL_FAILED,	/* asked for, and it did not happen */
};

/*
 * HUP to the shopd that pool_pidfile names, where it is the one that made the
 * socket of the setting listen, and wait until no worker of before is left, at
 * most for two rolls: one may be under way.  Unless ROLL_DONE,
 * why[WHY_BYTES] is one sentence.  Who changes what workers read does so
 * before; then a roll that somebody else asked for will do as well.
 */
enum roll roll_run(const struct conf *, char *why);

#endif
