/* SPDX-License-Identifier: MIT */
/*
 * The web server's connections: taken from a listening socket, waited for,
 * and, by a worker of reads, kept from one request to the next.
 *
 * One connection at a time is being served: conns_take() begins it, and
 * conns_keep() or conns_gone() ends it.  The others wait meanwhile, though
 * another worker may be idle.  So a thread watches for a request that takes
 * its time (CONNS_HELD_MS) while another worker is idle, and shuts the other
 * kept connections down: the web server then sends their requests, which
 * nobody has read yet, to another worker.  That is why only requests that may
 * be sent twice belong on kept connections.
 *
 * The web server may send a request at the very moment in which a kept
 * connection is closed, and must try again then; nginx does, for GET and HEAD.
 *
 * Not for several threads, but for the one in here.
 */
#ifndef SHOP_CONNS_H
#define SHOP_CONNS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

/*
 * A request that takes longer counts as a long one, after twice that at most.
 */
#define CONNS_HELD_MS 10

struct conns;

/*
 * On a listening socket, which becomes non-blocking.  keep: how many
 * connections are kept, CONNS_KEPT_MAX at most; 0: none.  told_fd becomes
 * readable when this worker is to stop (a signalfd); -1: it never does.
 * NULL: see the log.
 */
struct conns *conns_new(int listen_fd, size_t keep, int told_fd) MUST_CHECK;

/* Closes the kept connections, not the listener or told_fd.  NULL is fine. */
void conns_free(struct conns *);

/*
 * Tells the thread how to learn whether another worker could take the requests
 * that wait here.  Before this call, and with NULL, it assumes that none could.
 */
void conns_others(struct conns *, bool (*is_idle)(const void *),
    const void *arg);

/*
 * Waits until there may be a request, a second at most.  Returns false when the
 * worker is told to stop, or the watched descriptor was closed.
 */
bool conns_wait(struct conns *);

/* Was the worker told to stop, when it last waited? */
bool conns_told(const struct conns *);

/* Waits so long without taking requests; false when told to stop. */
bool conns_rest(struct conns *, int ms);

/*
 * Let conns_wait() see the other side close this descriptor; -1 is none.
 * Closing it ends that.
 */
void conns_watch(struct conns *, int fd);

/* Was it closed since the last call? */
bool conns_lost(struct conns *);

/*
 * A connection on which there is a request, or -1: there is none after all.
 * It is the caller's until conns_keep() or conns_gone(), and reading from it
 * waits 5 s for a byte at most, as does writing by TCP.  Where descriptors or
 * memory are lacking the next conns_wait() is a pause.
 */
int conns_take(struct conns *);

/* Give a connection up that takes no byte for as long. */
void conns_limit_send(int fd);

/*
 * The connection that was taken last waits for its next request; it is closed
 * where there is no room for it.
 */
void conns_keep(struct conns *);

/* The connection that was taken last has been closed. */
void conns_gone(struct conns *);

/* Does conns_keep() keep any? */
bool conns_keeps(const struct conns *);

/*
 * Keep nothing from now on, and close the connections on which no request
 * waits; true where conns_take() has another one, false when all are closed.
 * New connections are not taken.
 */
bool conns_part(struct conns *);

/* Close all that is kept, whether a request waits there or not. */
void conns_shed(struct conns *);

#endif
