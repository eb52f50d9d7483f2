/* SPDX-License-Identifier: MIT */
/*
 * A loop around poll(), and what each phase of the pool looks for in it; pool.h
 * has the states.
 */
#include "config.h"

#include "run/pool.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/num.h"
#include "base/prog.h"
#include "run/pool_part.h"
#include "run/signals.h"

/*
 * A worker is ready 16 ms after its start where nothing hinders it; one that
 * needs 10 s will not do better in 20, and shopctl waits for the roll meanwhile.
 */
#define ROLL_TIMEOUT_US INT64_C(10000000)
#define POLL_REST_MS 100
#define QUEUE_LOOK_US INT64_C(10000)
/* Stuck workers can't tell: look for them as often. */
#define STUCK_LOOK_US INT64_C(500000)

static int64_t
drain_timeout_us(const struct generation *g)
{
	return g->setup->conf.drain_timeout_ms * 1000;
}

/* ---- A roll: all of what is new, or nothing of it */

static void
fail_roll(struct pool *p, const char *why)
{
	if (why != p->why)
		why_say(p->why, "%s", why);
	p->failed = true;
	poolfile_undo(&p->files);
	pool_log_phase(p, LOG_ERROR, "roll-failed", p->why);
}

/* One that has not been ready yet is not by the end of a roll. */
static void
roll_over(struct pool *p)
{
	if (p->announced)
		notify_state(&p->notify, NOTIFY_READY);
}

/* The settings file that was read before must still be there. */
static struct setup *
next_setup(struct pool *p)
{
	const struct conf *now = pool_conf(p);
	struct setup *next = setup_take(now->settings_file[0] != '\0'
	    ? now->settings_file : NULL, p->why);

	if (next == NULL)
		return NULL;
	if (queues_fit(now, &next->conf, p->why)) {
		if (poolfile_prepare(&p->files, &next->conf))
			return next;
		why_say(p->why, "pool_pidfile = %.300s: can't "
		    "be written", next->conf.pool_pidfile);
	}
	setup_free(next);
	return NULL;
}

/*
 * Publish the number before anything is read: a program that changed a file and
 * still sees the old number knows that this roll reads the new content.
 */
static enum phase
roll_start(struct pool *p, int64_t now)
{
	struct setup *next;

	p->hup = false;
	p->failed = false;
	p->rolls++;
	if (p->announced)
		notify_state(&p->notify, NOTIFY_RELOADING);
	pool_tell(p);
	if ((next = next_setup(p)) == NULL) {
		fail_roll(p, p->why);
		roll_over(p);
		return PHASE_SERVE;
	}
	p->phase_ends_us = now + ROLL_TIMEOUT_US;
	generation_start(p->other, p->rolls, next, &p->launch);
	p->phase = PHASE_ROLL;
	pool_log_phase(p, LOG_INFO, "roll-start", NULL);
	return PHASE_ROLL;
}

/* The other generation is the one that serves from now on. */
static void
adopt(struct pool *p)
{
	struct generation *before = p->serving;
	const struct conf *c;

	p->serving = p->other;
	p->other = before;
	c = pool_conf(p);
	prog_log_level(c);
	queues_resize(&p->queues, c);
	poolfile_adopt(&p->files, c);
}

static enum phase
serve_look(struct pool *p, int64_t now)
{
	if (!p->announced && generation_is_ready(p->serving)) {
		p->announced = true;
		notify_state(&p->notify, NOTIFY_READY);
		pool_log_phase(p, LOG_INFO, "ready", NULL);
	}
	return p->hup ? roll_start(p, now) : PHASE_SERVE;
}

static enum phase
roll_look(struct pool *p, int64_t now)
{
	const struct generation *next = p->other;

	if (!next->lost && generation_is_ready(next)) {
		adopt(p);
		p->phase = PHASE_RETIRE;
		pool_log_phase(p, LOG_INFO, "roll-ready", NULL);
	} else if (next->lost) {
		fail_roll(p, "a worker ended before it was ready");
	} else if (now >= p->phase_ends_us) {
		fail_roll(p, "the workers are not ready in time");
	} else {
		return PHASE_ROLL;
	}
	generation_stop(p->other, now + drain_timeout_us(p->other));
	return PHASE_RETIRE;
}

static enum phase
retire_look(struct pool *p)
{
	if (!generation_is_gone(p->other))
		return PHASE_RETIRE;
	generation_forget(p->other);
	roll_over(p);
	pool_log_phase(p, LOG_INFO, p->failed ? "roll-undone" : "roll-done", NULL);
	return PHASE_SERVE;
}

static enum phase
stop_start(struct pool *p, int64_t now)
{
	pool_log_phase(p, LOG_INFO, "drain-start", NULL);
	notify_state(&p->notify, NOTIFY_STOPPING);
	queues_hide(&p->queues);
	p->phase_ends_us = now + drain_timeout_us(p->serving) / 2;
	p->kill_at_us = now + drain_timeout_us(p->serving);
	return PHASE_QUEUE;
}

static enum phase
queue_look(struct pool *p, int64_t now)
{
	/* Connections that nobody has taken die with the listener. */
	if (now < p->phase_ends_us && !generation_is_gone(p->serving) &&
	    queues_wait_for(&p->queues))
		return PHASE_QUEUE;
	queues_close(&p->queues);
	generation_stop(p->serving, p->kill_at_us);
	generation_stop(p->other, p->kill_at_us);
	return PHASE_DRAIN;
}

static enum phase
drain_look(const struct pool *p)
{
	if (!generation_is_gone(p->serving) || !generation_is_gone(p->other))
		return PHASE_DRAIN;
	pool_log_phase(p, LOG_INFO, "drain-done", NULL);
	return PHASE_DONE;
}

static enum phase
next_phase(struct pool *p, int64_t now)
{
	if (p->stop && p->phase < PHASE_QUEUE)
		return stop_start(p, now);
	switch (p->phase) {
	case PHASE_SERVE:
		return serve_look(p, now);
	case PHASE_ROLL:
		return roll_look(p, now);
	case PHASE_RETIRE:
		return retire_look(p);
	case PHASE_QUEUE:
		return queue_look(p, now);
	case PHASE_DRAIN:
		return drain_look(p);
	case PHASE_DONE:
		break;
	}
	return PHASE_DONE;
}

/* Goes on until a phase has to wait; false when all is done. */
static bool
advance(struct pool *p)
{
	enum phase before;

	do {
		before = p->phase;
		p->phase = next_phase(p, num_monotonic_us());
	} while (p->phase != before);
	for (size_t g = 0; g < 2; g++) {
		/* Both are stopped from PHASE_DRAIN on. */
		if (p->phase != PHASE_QUEUE)
			generation_fill(&p->gens[g]);
		generation_kill_late(&p->gens[g]);
		generation_kill_stuck(&p->gens[g]);
	}
	return p->phase != PHASE_DONE;
}

static int64_t
sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Rounded up, so that the time has come when the wait is over. */
static int
wait_ms(const struct pool *p)
{
	int64_t now = num_monotonic_us(), at;

	if (p->phase == PHASE_QUEUE)
		return QUEUE_LOOK_US / 1000;
	at = sooner(generation_wake_us(&p->gens[0]),
	    generation_wake_us(&p->gens[1]));
	if (p->phase == PHASE_ROLL)
		at = sooner(at, p->phase_ends_us);
	at = sooner(at, now + STUCK_LOOK_US);
	at = sooner(at, notify_wake_us(&p->notify));
	return at <= now ? 0 : (int)((at - now + 999) / 1000);
}

/* Waits for a signal, a ready worker, or the time of something to do. */
static void
wait_for_news(struct pool *p)
{
	nfds_t n = 1;

	p->polls[0] = (struct pollfd){ p->signal_fd, POLLIN, 0 };
	n += generation_polls(&p->gens[0], p->polls + n);
	n += generation_polls(&p->gens[1], p->polls + n);
	if (poll(p->polls, n, wait_ms(p)) >= 0 || errno == EINTR)
		return;
	/* More entries than RLIMIT_NOFILE, say: not to change soon. */
	if (log_due(&p->poll_told_us))
		log_msg(LOG_ERROR, "poll", "%s", strerror(errno));
	(void)poll(NULL, 0, POLL_REST_MS);
}

static void
hear(struct pool *p)
{
	struct signalfd_siginfo info;

	while (read(p->signal_fd, &info, sizeof info) == sizeof info) {
		p->hup |= info.ssi_signo == SIGHUP;
		p->stop |= info.ssi_signo == SIGTERM ||
		    info.ssi_signo == SIGINT;
	}
	generation_hear(&p->gens[0]);
	generation_hear(&p->gens[1]);
}

/* Children of no generation were there before exec, and are ignored. */
static void
reap(struct pool *p)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (!generation_end(&p->gens[0], pid, status))
			generation_end(&p->gens[1], pid, status);
}

static enum err
pool_open(struct pool *p, const struct conf *c)
{
	char why[WHY_BYTES];
	enum err e;

	notify_open(&p->notify);
	if ((e = queues_open(&p->queues, c, why)) != E_OK) {
		log_say("shopd: %s", why);
		return e;
	}
	p->polls = calloc(BOARD_SEATS + 1, sizeof *p->polls);
	if (p->polls == NULL ||
	    generation_open(&p->gens[0], 0) != E_OK ||
	    generation_open(&p->gens[1], WORKERS_MAX) != E_OK ||
	    board_make(&p->launch.board, &p->launch.board_fd) != E_OK ||
	    (p->signal_fd = signals_take()) < 0) {
		log_msg(LOG_ERROR, "pool-start", "%s", strerror(errno));
		return E_INTERNAL;
	}
	if (!poolfile_prepare(&p->files, c))
		return E_INTERNAL;
	poolfile_adopt(&p->files, c);
	return E_OK;
}

static void
pool_close(struct pool *p)
{
	queues_close(&p->queues);
	if (p->launch.board_fd >= 0)
		close(p->launch.board_fd);
	if (p->signal_fd >= 0)
		close(p->signal_fd);
	poolfile_remove(&p->files);
	notify_close(&p->notify);
	generation_close(&p->gens[0]);
	generation_close(&p->gens[1]);
	free(p->polls);
}

static void
serve_until_told(struct pool *p)
{
	pool_log_start(p);
	pool_tell(p);
	while (advance(p)) {
		pool_tell(p);
		wait_for_news(p);
		log_catch_up();
		hear(p);
		reap(p);
	}
}

int
pool_run(struct setup *setup)
{
	struct pool p = {
		.launch = { .queues = &p.queues, .board_fd = -1 },
		.serving = &p.gens[0],
		.other = &p.gens[1],
		.signal_fd = -1,
	};
	enum err e = pool_open(&p, &setup->conf);

	if (e == E_OK) {
		generation_start(p.serving, ++p.rolls, setup, &p.launch);
		serve_until_told(&p);
	} else {
		setup_free(setup);
	}
	pool_close(&p);
	return e == E_OK ? EXIT_DONE : e == E_CONFIG ? EXIT_CONFIG : EXIT_FAILED;
}
