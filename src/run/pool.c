/* SPDX-License-Identifier: MIT */
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

#include "base/log.h"
#include "base/num.h"
#include "base/prog.h"
#include "run/generation.h"
#include "run/listen.h"
#include "run/ownfile.h"
#include "run/slot.h"

#define ROLL_TIMEOUT_US INT64_C(10000000)
#define POLL_REST_MS 100
#define QUEUE_LOOK_US INT64_C(10000)
/* How often is looked for stuck workers, who can't tell. */
#define STUCK_LOOK_US INT64_C(500000)

/* In the order of a pool's life: from PHASE_QUEUE on it is stopping. */
enum phase {
	PHASE_SERVE,
	PHASE_ROLL,	/* the other generation isn't ready yet */
	PHASE_RETIRE,	/* the other generation is told to end */
	PHASE_QUEUE,	/* no new connections; the waiting ones are taken */
	PHASE_DRAIN,	/* both are told to end */
	PHASE_DONE,
};

struct pool {
	const struct conf *conf;
	struct launch launch;
	struct generation gens[2];
	struct generation *serving, *other;
	int64_t generations;	/* started so far */
	struct ownfile socket, pidfile;
	int signal_fd;
	struct pollfd *polls;	/* a signal_fd, and one for each slot */
	enum phase phase;
	int64_t phase_ends_us;	/* of a roll or a queue, at the latest */
	int64_t kill_at_us;	/* once stopping */
	int64_t poll_told_us;
	bool hup, stop;		/* asked for */
	bool announced;
	bool rolled;		/* the last roll's new generation serves */
};

static bool
take_signals(struct pool *p)
{
	static const int faults[] = { SIGABRT, SIGBUS, SIGFPE, SIGILL,
	    SIGSEGV, SIGSYS, SIGTRAP };
	static const int ours[] = { SIGCHLD, SIGHUP, SIGINT, SIGTERM };
	sigset_t all, wanted;

	sigfillset(&all);
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
		sigdelset(&all, faults[i]);
	sigprocmask(SIG_SETMASK, &all, NULL);
	sigemptyset(&wanted);
	for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
		sigaddset(&wanted, ours[i]);
		/* Whoever started us may ignore it; then none would come. */
		signal(ours[i], SIG_DFL);
	}
	p->signal_fd = signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
	return p->signal_fd >= 0;
}

static void
log_phase(const struct pool *p, enum log_level level, const char *event,
    const char *why)
{
	struct log_line l;

	log_begin(&l, level, event);
	log_int(&l, "generation", p->generations);
	log_int(&l, "workers", p->conf->workers);
	if (why != NULL)
		log_str(&l, "why", why);
	log_end(&l);
}

static int64_t
drain_timeout_us(const struct pool *p)
{
	return p->conf->drain_timeout_ms * 1000;
}

static enum phase
serve_look(struct pool *p, int64_t now)
{
	if (!p->announced && generation_is_ready(p->serving)) {
		p->announced = true;
		log_phase(p, LOG_INFO, "ready", NULL);
	}
	if (!p->hup)
		return PHASE_SERVE;
	p->hup = false;
	p->phase_ends_us = now + ROLL_TIMEOUT_US;
	generation_start(p->other, ++p->generations);
	log_phase(p, LOG_INFO, "roll-start", NULL);
	return PHASE_ROLL;
}

static enum phase
roll_look(struct pool *p, int64_t now)
{
	struct generation *next = p->other;

	p->rolled = !next->lost && generation_is_ready(next);
	if (p->rolled) {
		p->other = p->serving;
		p->serving = next;
		log_phase(p, LOG_INFO, "roll-ready", NULL);
	} else if (next->lost) {
		log_phase(p, LOG_ERROR, "roll-failed",
		    "a worker ended before it was ready");
	} else if (now >= p->phase_ends_us) {
		log_phase(p, LOG_ERROR, "roll-failed",
		    "the workers are not ready in time");
	} else {
		return PHASE_ROLL;
	}
	generation_stop(p->other, now + drain_timeout_us(p));
	return PHASE_RETIRE;
}

static enum phase
retire_look(const struct pool *p)
{
	if (!generation_is_gone(p->other))
		return PHASE_RETIRE;
	log_phase(p, LOG_INFO, p->rolled ? "roll-done" : "roll-undone", NULL);
	return PHASE_SERVE;
}

static enum phase
stop_start(struct pool *p, int64_t now)
{
	log_phase(p, LOG_INFO, "drain-start", NULL);
	ownfile_remove(&p->socket);
	p->phase_ends_us = now + drain_timeout_us(p) / 2;
	p->kill_at_us = now + drain_timeout_us(p);
	return PHASE_QUEUE;
}

/*
 * Connections that nobody has taken die with the listener.  A unix socket
 * gets no new ones without its path, so its queue comes to an end.
 */
static bool
is_queued(const struct pool *p)
{
	struct pollfd listener = { p->launch.listen_fd, POLLIN, 0 };

	return listen_path(p->conf) != NULL &&
	    !generation_is_gone(p->serving) && poll(&listener, 1, 0) == 1;
}

static enum phase
queue_look(struct pool *p, int64_t now)
{
	if (now < p->phase_ends_us && is_queued(p))
		return PHASE_QUEUE;
	close(p->launch.listen_fd);
	p->launch.listen_fd = -1;
	generation_stop(p->serving, p->kill_at_us);
	generation_stop(p->other, p->kill_at_us);
	return PHASE_DRAIN;
}

static enum phase
drain_look(const struct pool *p)
{
	if (!generation_is_gone(p->serving) || !generation_is_gone(p->other))
		return PHASE_DRAIN;
	log_phase(p, LOG_INFO, "drain-done", NULL);
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

/* As far as there is nothing to wait for; false when all is done. */
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
			generation_fill(&p->gens[g], &p->launch);
		generation_kill_late(&p->gens[g]);
		generation_kill_stuck(&p->gens[g], &p->launch,
		    p->conf->stuck_timeout_ms * 1000);
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
	return at <= now ? 0 : (int)((at - now + 999) / 1000);
}

/* Until a signal, a ready worker, or the time of something to do. */
static void
wait_for_news(struct pool *p)
{
	nfds_t n = 1;

	p->polls[0] = (struct pollfd){ p->signal_fd, POLLIN, 0 };
	n += generation_polls(&p->gens[0], p->polls + n);
	n += generation_polls(&p->gens[1], p->polls + n);
	if (poll(p->polls, n, wait_ms(p)) >= 0 || errno == EINTR)
		return;
	/* Too many for its descriptors, say: that won't change at once. */
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

/* Children that are nobody's were there before us: not ours to mind. */
static void
reap(struct pool *p)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (!generation_end(&p->gens[0], &p->launch, pid, status))
			generation_end(&p->gens[1], &p->launch, pid, status);
}

static void
log_start(const struct pool *p)
{
	struct log_line l;

	log_begin(&l, LOG_INFO, "pool-start");
	log_int(&l, "pid", getpid());
	log_str(&l, "listen", p->conf->listen);
	log_str(&l, "worker_path", p->launch.path);
	log_int(&l, "workers", p->conf->workers);
	log_end(&l);
}

static enum err
pool_open(struct pool *p)
{
	size_t workers = (size_t)p->conf->workers;
	const char *pidfile = p->conf->pool_pidfile;

	ownfile_note(&p->socket, listen_path(p->conf));
	p->polls = calloc(2 * workers + 1, sizeof *p->polls);
	if (p->polls == NULL ||
	    generation_open(&p->gens[0], workers, 0) != E_OK ||
	    generation_open(&p->gens[1], workers, workers) != E_OK ||
	    board_make(&p->launch.board, &p->launch.board_fd) != E_OK ||
	    !take_signals(p)) {
		log_msg(LOG_ERROR, "pool-start", "%s", strerror(errno));
		return E_INTERNAL;
	}
	return pidfile[0] == '\0' ? E_OK
	    : ownfile_write_pid(&p->pidfile, pidfile);
}

static void
pool_close(struct pool *p)
{
	if (p->launch.listen_fd >= 0)
		close(p->launch.listen_fd);
	if (p->launch.board_fd >= 0)
		close(p->launch.board_fd);
	if (p->signal_fd >= 0)
		close(p->signal_fd);
	ownfile_remove(&p->socket);
	ownfile_remove(&p->pidfile);
	generation_close(&p->gens[0]);
	generation_close(&p->gens[1]);
	free(p->polls);
}

static void
serve(struct pool *p)
{
	log_start(p);
	generation_start(p->serving, ++p->generations);
	while (advance(p)) {
		wait_for_news(p);
		log_catch_up();
		hear(p);
		reap(p);
	}
}

int
pool_run(const struct conf *c, const char *conf_file, int listen_fd)
{
	struct pool p = {
		.conf = c,
		.launch = {
			.path = c->worker_path,
			.conf_file = conf_file,
			.listen_fd = listen_fd,
			.board_fd = -1,
			.backoff_max_ms = c->backoff_max_ms,
		},
		.serving = &p.gens[0],
		.other = &p.gens[1],
		.signal_fd = -1,
	};
	enum err e = pool_open(&p);

	if (e == E_OK)
		serve(&p);
	pool_close(&p);
	return e == E_OK ? EXIT_DONE : EXIT_FAILED;
}
