/* SPDX-License-Identifier: MIT */
/* The signals of shopd: all are blocked, and its own come by a descriptor. */
#ifndef SHOP_SIGNALS_H
#define SHOP_SIGNALS_H

/*
 * A signalfd, non-blocking, of SIGCHLD, SIGHUP, SIGINT and SIGTERM; -1 with
 * errno set.  Signals that a bug of ours raises, like SIGSEGV, are not blocked.
 * Process 1 of a container gets a blocked signal, too, but no ignored one.
 */
int signals_take(void);

#endif
