/* SPDX-License-Identifier: MIT */
/*
 * Replicas, where db_read_host names some: they answer what may be some seconds old,
 * which is what sql.def reads ANYWHERE.  shop/attempt sends it there, once, and to
 * the writer when that fails.
 *
 * How old it may be the table heartbeat tells: each second a worker of the pool has
 * the writer note the time in it, and that reaches a replica as all else does.  A
 * replica that lacks db_read_lag_s of it is passed over, whatever keeps it.  While
 * no writer is reached nothing more comes, and a replica that had all is near.
 */
#ifndef SHOP_REPLICA_H
#define SHOP_REPLICA_H

#include <stddef.h>

#include "base/ctx.h"

/* Asked there: how far it is, in ms since 1970 by the writers' clock. */
extern const char replica_how_far[];

/*
 * For ctx->replica: to be freed by db_free().  first: the place to begin with, so
 * that workers spread.  NULL: why[WHY_BYTES].
 */
struct db *replica_new(const struct conf *, size_t first, char *why) MUST_CHECK;

/*
 * Between requests: connects, gives up one that is behind, and learns how far the
 * writer is, for which it may connect there: where replicas answer everything nobody
 * else would notice that the writer is back.  Nothing where ctx->replica is NULL.
 */
void replica_look(struct ctx *);

#endif
