/* SPDX-License-Identifier: MIT */
/* A worker: takes requests, one after the other, until it is told to stop. */
#ifndef SHOP_WORKER_H
#define SHOP_WORKER_H

#include "base/conf.h"

/*
 * Serves what comes on listen_fd.  TERM, INT or HUP: the request at hand is
 * finished, then it returns.  Tells the pool that it is ready on
 * SHOP_READY_FD.  Returns the program's exit status; why it could not start
 * is logged.
 */
int worker_run(const struct conf *, int listen_fd);

#endif
