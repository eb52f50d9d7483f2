/* SPDX-License-Identifier: MIT */
/*
 * The sockets of a running shopd, one for each queue that the settings have: its
 * own, or one that was handed over (run/handed.h), which lives on without it.
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
	bool can_hide[QUEUES];		/* a unix socket of our own */
	struct ownfile socket[QUEUES];	/* its path then */
};

/*
 * Makes or takes over them all, or none: then E_CONFIG where the setting is
 * wrong, or E_UNAVAILABLE.
 */
enum err queues_open(struct queues *, const struct conf *, char *why)
    MUST_CHECK;

/* Closes them, and removes the sockets that are still ours. */
void queues_close(struct queues *);

/*
 * Sets their backlog to that of the settings.  All other settings of queues
 * must be as when they were opened: queues_fit() returns whether they are, or
 * says why not.
 */
void queues_resize(const struct queues *, const struct conf *);
bool queues_fit(const struct conf *was, const struct conf *is, char *why);

/*
 * Removes the paths of our own unix sockets, so that no new connections come.
 * Then such a queue runs empty, and queues_wait_for() returns whether one is not
 * empty yet.  A port can't be hidden, and is not waited for, nor is a socket that
 * was handed over: what waits there the next shopd will take.
 */
void queues_hide(struct queues *);
bool queues_wait_for(const struct queues *);

#endif
