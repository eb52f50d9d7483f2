/* SPDX-License-Identifier: MIT */
/*
 * The pool of workers.  shopd makes the listening sockets (run/queues.h) and
 * owns them; each worker is the program that was at worker_path when its
 * generation's setup (run/setup.h) was taken, started by fork and exec with
 * the listener of its queue as fd 0, and SHOP_POOL=read where that is the one
 * of reads.  A worker says that it takes requests by one byte on the pipe named
 * by SHOP_READY_FD, and closes it.
 *
 *	a worker ends	another takes its place, with the same settings, keys
 *			and program: at once after a good life
 *			(ready, and a second old, or it left by itself with
 *			status 0, or KILL ended it), else after a pause that
 *			doubles from 10 ms up to backoff_max_ms; the pool
 *			never gives up
 *	it is stuck	at one request for stuck_timeout_ms, or has not looked
 *			for one for so long and 2 s: it gets KILL
 *	HUP		the setup is taken anew, as a whole; where anything of
 *			it is wrong that is logged (roll-failed), and nothing
 *			changes.  Else a new generation is started with it;
 *			when each of it is ready the old one gets TERM, and
 *			after drain_timeout_ms KILL; if a worker of the
 *			new one ends before it is ready, or they aren't all
 *			ready in 10 s, the new one is stopped and the old one
 *			stays, with the old setup.  All HUPs that come during
 *			a roll become one more roll after it
 *	TERM, INT	unix sockets are removed, requests that wait there are
 *			still taken (for half of drain_timeout_ms); then workers
 *			get TERM, finish theirs, and drain_timeout_ms after
 *			the signal KILL
 *
 * As a state machine, whose states are the phases of pool.c:
 *
 *	          HUP, the new setup is sound
 *	 SERVE ------------------------------> ROLL   a new generation starts
 *	  | ^                                   |     beside the one that serves
 *	  | |     all of the new are ready, so  |
 *	  | |     the old get TERM; or one ended,
 *	  | |     or 10 s passed, so the new do |
 *	  | |                                   v
 *	  | +------------------------------- RETIRE   those with TERM leave, KILL
 *	  |        all of them are gone               after drain_timeout_ms
 *	  |
 *	  |  TERM or INT, also from ROLL and RETIRE
 *	  v
 *	 QUEUE -------> DRAIN ---------------> DONE
 *	 waiting        workers have TERM,     no worker is left
 *	 requests are   KILL at the end
 *	 still taken
 *
 * and one slot of a generation:
 *
 *	 empty --> started --> ready --> ended --> empty, due at once after a
 *	              |                    ^       good life, else after a pause
 *	              +--------------------+
 *
 * A roll changes shopd itself, too: workers, workers_read, listen_backlog,
 * pool_pidfile and log_level when the new generation is ready, and each
 * generation is held to the backoff_max_ms, drain_timeout_ms and
 * stuck_timeout_ms it was started with.  Only another listen or listen_read is
 * refused: that takes a restart.  SHOP_* stay
 * those of shopd's start.
 *
 * Beside pool_pidfile lies how the last roll went (run/roll_state.h).
 *
 * A worker gets TERM when shopd dies, however it dies; only one that is
 * setuid or has file capabilities would not.  It starts with no signal
 * blocked or ignored and with no descriptors but 0, 1, 2, SHOP_READY_FD,
 * SHOP_BOARD's (run/board.h) and SHOP_FILES_FD (base/snapshot.h); a script
 * has itself as one more.
 * INT from a terminal reaches it too: it must take it as TERM, or not at
 * all.  It must look for a pending TERM between requests, as run/worker does by
 * a descriptor: under load the listener is always readable.
 */
#ifndef SHOP_POOL_H
#define SHOP_POOL_H

#include "run/setup.h"

/*
 * Runs the pool until TERM.  The setup becomes the pool's, and its settings
 * file is the one that HUP reads again.  Returns the program's exit status,
 * with all signals that shopd takes still blocked.
 */
int pool_run(struct setup *);

#endif
