/* SPDX-License-Identifier: MIT */
/*
 * The sockets of a running shopd, one for each queue that the settings have.
 */
#ifndef SHOP_QUEUES_H
#define SHOP_QUEUES_H

#include <stdbool.h>

#include "base/conf.h"
#include "base/err.h"
#include "run/ownfile.h"
#include "run/queue.h"

struct queues {
	int fd[QUEUES];			/* -1: there is none */
	bool is_unix[QUEUES];
	struct ownfile socket[QUEUES];	/* of a unix socket */
};

/*
 * Makes them all, or none: then E_CONFIG, and why[WHY_BYTES]
 * says which one fails.
 */
enum err queues_open(struct queues *, const struct conf *, char *why)
    MUST_CHECK;

/* Closes them, and removes the sockets that are still ours. */
void queues_close(struct queues *);

/*
 * Makes them as long as these settings say.  What else the settings say of
 * queues must be what they were opened with: queues_fit() tells, or why not.
 */
void queues_resize(const struct queues *, const struct conf *);
bool queues_fit(const struct conf *was, const struct conf *is, char *why);

/*
 * Removes the paths: a unix socket gets no new connections without.  Then its
 * queue comes to an end, and queues_wait_for() tells whether it has; a port's
 * never does, and is not waited for.
 */
void queues_hide(struct queues *);
bool queues_wait_for(const struct queues *);

#endif
