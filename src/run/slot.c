/* SPDX-License-Identifier: MIT */
/* fork and exec of a worker, and the pause before the next one. */
#include "config.h"

#include "run/slot.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/num.h"
#include "base/snapshot.h"

#define GOOD_LIFE_US INT64_C(1000000)
#define BACKOFF_MIN_MS 10
/* An idle worker looks for a request once a second; this allows two. */
#define LOOK_US INT64_C(2000000)
#define EXIT_NO_EXEC 127	/* as the shell has it */

void
slot_init(struct slot *s, enum queue queue, int64_t generation)
{
	*s = (struct slot){
		.seat = s->seat,
		.queue = queue,
		.generation = generation,
		.ready_fd = -1,
		.start_at_us = num_monotonic_us(),
	};
}

static void
begin_event(struct log_line *l, enum log_level level, const char *event,
    const struct slot *s)
{
	log_begin(l, level, event);
	log_int(l, "worker", s->pid);
	log_int(l, "generation", s->generation);
	if (s->queue == QUEUE_READ)
		log_str(l, "pool", QUEUE_OF_READS);
}

/*
 * Keep the parent's signal settings, and those of its own parent, from the
 * worker.
 */
static void
clean_process(void)
{
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* Our own have the flag already; on an old kernel this may fail. */
	close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
}

/*
 * The program that was there when its generation's setup was taken, whatever
 * is at its path now.  An interpreter opens its script by the descriptor.
 */
static void
run_program(const struct setup *setup)
{
	const char *path = setup->conf.worker_path;
	const char *file = setup->conf.settings_file;
	char *argv[] = { (char *)(uintptr_t)path, NULL, NULL, NULL };
	char config[] = "--config";

	if (file[0] != '\0') {
		argv[1] = config;
		argv[2] = (char *)(uintptr_t)file;
	}
	if (!setup->is_script || fcntl(setup->program_fd, F_SETFD, 0) == 0)
		fexecve(setup->program_fd, argv, environ);
}

static _Noreturn void
become_worker(const struct slot *s, const struct launch *a, int ready_fd,
    pid_t parent)
{
	struct log_line l;
	char number[16];

	clean_process();
	/* The parent may have died before the signal was asked for. */
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent)
		_exit(EXIT_NO_EXEC);
	snprintf(number, sizeof number, "%d", ready_fd);
	unsetenv(QUEUE_VARIABLE);
	if (dup2(a->queues->fd[s->queue], STDIN_FILENO) == STDIN_FILENO &&
	    (s->queue != QUEUE_READ ||
	    setenv(QUEUE_VARIABLE, QUEUE_OF_READS, 1) == 0) &&
	    fcntl(ready_fd, F_SETFD, 0) == 0 &&
	    setenv("SHOP_READY_FD", number, 1) == 0 &&
	    board_hand_on(a->board_fd, s->seat) == 0 &&
	    snapshot_hand_on(a->setup->files_fd) == 0)
		run_program(a->setup);
	log_begin(&l, LOG_ERROR, "worker-exec");
	log_str(&l, "path", a->setup->conf.worker_path);
	log_str(&l, "error", strerror(errno));
	log_end(&l);
	_exit(EXIT_NO_EXEC);
}

static void
back_off(struct slot *s, int64_t max_ms)
{
	struct log_line l;

	s->pause_ms = s->pause_ms == 0 ? BACKOFF_MIN_MS : s->pause_ms * 2;
	if (s->pause_ms > max_ms)
		s->pause_ms = max_ms;
	s->start_at_us = num_monotonic_us() + s->pause_ms * 1000;
	begin_event(&l, LOG_WARN, "worker-backoff", s);
	log_int(&l, "pause_ms", s->pause_ms);
	log_end(&l);
}

static bool
slot_fault(struct slot *s, const struct launch *a, const char *what)
{
	log_msg(LOG_ERROR, "worker-start", "%s: %s", what, strerror(errno));
	back_off(s, a->setup->conf.backoff_max_ms);
	return false;
}

bool
slot_start(struct slot *s, const struct launch *a)
{
	pid_t parent = getpid(), pid;
	struct log_line l;
	int ends[2];

	seat_clear(&a->board->seat[s->seat], s->queue);
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return slot_fault(s, a, "pipe");
	pid = fork();
	if (pid == 0)
		become_worker(s, a, ends[1], parent);
	close(ends[1]);
	if (pid < 0) {
		slot_fault(s, a, "fork");
		close(ends[0]);
		return false;
	}
	s->pid = pid;
	s->ready_fd = ends[0];
	s->ready = false;
	s->stuck = false;
	s->started_us = num_monotonic_us();
	begin_event(&l, LOG_INFO, "worker-start", s);
	log_end(&l);
	return true;
}

void
slot_kill_stuck(struct slot *s, const struct launch *a)
{
	const struct seat *seat = &a->board->seat[s->seat];
	int64_t busy = seat->busy_since_us, looked = seat->looked_us;
	int64_t since = busy != 0 ? busy : looked != 0 ? looked + LOOK_US : 0;
	int64_t for_us = num_monotonic_us() - since;
	struct log_line l;

	if (s->pid == 0 || since == 0 ||
	    for_us <= a->setup->conf.stuck_timeout_ms * 1000)
		return;
	begin_event(&l, LOG_ERROR, "worker-stuck", s);
	log_int(&l, busy != 0 ? "busy_ms" : "silent_ms", for_us / 1000);
	seat_log_id(seat, &l);
	log_end(&l);
	s->stuck = true;
	kill(s->pid, SIGKILL);
}

static void
stop_hearing(struct slot *s)
{
	if (s->ready_fd >= 0)
		close(s->ready_fd);
	s->ready_fd = -1;
}

void
slot_hear(struct slot *s)
{
	struct log_line l;
	ssize_t n;
	char byte;

	if (s->ready_fd < 0)
		return;
	n = read(s->ready_fd, &byte, 1);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	stop_hearing(s);
	/* Otherwise it has ended, and reap() in pool.c reports that. */
	if (n != 1)
		return;
	s->ready = true;
	begin_event(&l, LOG_DEBUG, "worker-ready", s);
	log_int(&l, "after_ms", (num_monotonic_us() - s->started_us) / 1000);
	log_end(&l);
}

static void
log_exit(const struct slot *s, const struct seat *seat, int status,
    bool wanted, int64_t lived_us)
{
	bool killed = WIFSIGNALED(status);
	int code = killed ? WTERMSIG(status) : WEXITSTATUS(status);
	bool fine = killed ? wanted && code == SIGTERM : code == 0;
	struct log_line l;

	begin_event(&l, fine ? LOG_INFO : LOG_WARN, "worker-exit", s);
	log_int(&l, killed ? "signal" : "status", code);
	log_int(&l, "lived_ms", lived_us / 1000);
	seat_log_id(seat, &l);
	log_end(&l);
}

/* Ready, and it lived on, left, or was killed from outside: no crash. */
static bool
was_good(const struct slot *s, int status, int64_t lived_us)
{
	return s->ready && (lived_us >= GOOD_LIFE_US ||
	    (WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
	    (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
}

static enum metric_reason
reason_of(const struct slot *s, int status)
{
	if (s->stuck)
		return REASON_STUCK;
	if (!s->ready)
		return REASON_UNREADY;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return REASON_OUTGROWN;
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL
	    ? REASON_KILLED : REASON_CRASHED;
}

void
slot_end(struct slot *s, const struct launch *a, int status, bool wanted)
{
	int64_t now = num_monotonic_us(), lived_us = now - s->started_us;
	struct seat *seat = &a->board->seat[s->seat];

	slot_hear(s);
	stop_hearing(s);
	log_exit(s, seat, status, wanted, lived_us);
	seat_clear(seat, s->queue);
	if (!wanted)
		metric_add(&board_pool(a->board)->restarts[reason_of(s,
		    status)], 1);
	if (wanted) {
		s->pause_ms = 0;
	} else if (was_good(s, status, lived_us)) {
		s->pause_ms = 0;
		s->start_at_us = now;
	} else {
		back_off(s, a->setup->conf.backoff_max_ms);
	}
	s->pid = 0;
}
