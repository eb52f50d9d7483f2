/* SPDX-License-Identifier: MIT */
/* How another program has the pool start new workers. */
#ifndef SHOP_ROLL_H
#define SHOP_ROLL_H

#include <stdbool.h>

#include "base/conf.h"

/*
 * HUP to the shopd that pool_pidfile names; the roll itself is the pool's,
 * later.  False: none was sent, and why[CONF_WHY_BYTES] says why not.
 */
bool roll_ask(const struct conf *, char *why);

#endif
