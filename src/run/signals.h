/* SPDX-License-Identifier: MIT */
/* The signals of shopd: all are blocked, and its own come by a descriptor. */
#ifndef SHOP_SIGNALS_H
#define SHOP_SIGNALS_H

/*
 * A signalfd, non-blocking, of SIGCHLD, SIGHUP, SIGINT and SIGTERM; -1 with
 * errno set.  What a fault of our own raises stays as it is.  A blocked signal
 * reaches a process 1, too, which an ignored one does not.
 */
int signals_take(void);

#endif
