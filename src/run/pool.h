/* SPDX-License-Identifier: MIT */
/*
 * The pool of workers.  shopd makes the listening socket and owns it; each
 * worker is the program worker_path, started by fork and exec with the
 * listener as fd 0, so that a new binary is picked up by name.  A worker
 * says that it takes requests by one byte on the pipe named by
 * SHOP_READY_FD, and closes it.
 *
 *	a worker ends	another takes its place: at once after a good life
 *			(ready, and a second old, or it left by itself with
 *			status 0, or KILL ended it), else after a pause that
 *			doubles from 10 ms up to backoff_max_ms; the pool
 *			never gives up
 *	it is stuck	at one request for stuck_timeout_ms, it gets KILL
 *	HUP		a new generation is started; when each of it is ready
 *			the old one gets TERM, and after drain_timeout_ms
 *			KILL; one of which a worker ends before it is ready,
 *			or that isn't ready in 10 s, is stopped and the old
 *			one stays; HUPs meanwhile are one more roll after it
 *	TERM, INT	a unix socket is removed, what waits on it is still
 *			taken (for half of drain_timeout_ms); then workers
 *			get TERM, finish theirs, and drain_timeout_ms after
 *			the signal KILL
 *
 * HUP makes workers read their settings anew; shopd keeps the ones it
 * started with, so listen, listen_backlog, workers, worker_path,
 * pool_pidfile, backoff_max_ms, drain_timeout_ms and stuck_timeout_ms take a
 * restart.
 *
 * A worker gets TERM when shopd dies, however it dies; only one that is
 * setuid or has file capabilities would not.  It starts with no signal
 * blocked or ignored and with no descriptors but 0, 1, 2, SHOP_READY_FD and
 * SHOP_BOARD_FD (run/board.h).
 * INT from a terminal reaches it too: it must take it as TERM, or not at
 * all.  It must look for a pending TERM between requests: ppoll() delivers
 * none as long as the listener is readable, which under load it always is.
 */
#ifndef SHOP_POOL_H
#define SHOP_POOL_H

#include "base/conf.h"

/*
 * Runs the pool on pool_listen()'s socket (run/listen.h) until TERM;
 * conf_file (or NULL) is handed to the workers as --config.  listen_fd is
 * over 2, and closed.  Returns the program's exit status, with all signals
 * that shopd takes still blocked.
 */
int pool_run(const struct conf *, const char *conf_file, int listen_fd);

#endif
