/* SPDX-License-Identifier: MIT */
/*
 * The kept connections of io/conns, in slots, and the thread that gives them
 * away when a request takes its time.  The thread only shuts a connection down;
 * that makes it ready, and its owner closes it.  A slot's connection is the
 * owner's alone while it is being served.
 *
 * For io/conns.c only.
 */
#ifndef SHOP_KEPT_H
#define SHOP_KEPT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"

#define KEPT_NO_SLOT SIZE_MAX

struct kept_slot {
	_Atomic int fd;		/* -1: empty */
	atomic_bool shut;	/* by the thread: any request there is lost */
	uint64_t served;	/* the count when it had its last request */
};

struct kept {
	size_t slots;		/* so many are in use */
	struct kept_slot slot[CONNS_KEPT_MAX];
	_Atomic size_t serving;	/* its slot, or KEPT_NO_SLOT */
	_Atomic uint64_t count;	/* one more at a begin and at an end: odd
				   while a connection is being served */
	pthread_mutex_t lock;	/* for changes of slots, and all below */
	pthread_cond_t wake;
	pthread_t thread;	/* where there are slots */
	atomic_bool asleep;	/* until it is woken */
	bool ending;
	bool (*is_idle)(const void *);
	const void *others;
};

/* Empty slots, CONNS_KEPT_MAX at most.  False: no thread, see errno. */
bool kept_open(struct kept *, size_t slots);

/* Closes them all. */
void kept_close(struct kept *);

/* See conns_others(). */
void kept_others(struct kept *, bool (*is_idle)(const void *),
    const void *arg);

/* Serving a connection of this slot, or of none, begins; and ends. */
void kept_begin(struct kept *, size_t slot);
void kept_end(struct kept *);

/* Puts the connection into the slot, and closes the old one. */
void kept_put(struct kept *, size_t slot, int fd);
void kept_empty(struct kept *, size_t slot);

/* The slot's connection has been closed. */
void kept_forget(struct kept *, size_t slot);

/*
 * An empty slot, or the longest unused of those that are not ready, or
 * KEPT_NO_SLOT.
 */
size_t kept_room(const struct kept *, const bool *ready);

#endif
