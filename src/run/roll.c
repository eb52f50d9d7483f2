/* SPDX-License-Identifier: MIT */
/* HUP to shopd, and a look at its state until the roll has ended. */
#include "config.h"

#include "run/roll.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"
#include "base/snapshot.h"
#include "run/listen.h"
#include "run/roll_state.h"

/* Until the workers are ready, as the pool has it, and some to spare. */
#define READY_MS 10000
#define SPARE_MS 2000
#define LOOK_MS 20

/* The first line, without its newline; false with the fault in why. */
static bool
read_line(const char *path, char *to, size_t size, char *why)
{
	char *text;
	size_t len;

	if (snapshot_read(path, SNAPSHOT_OPEN, 4096, &text, &len, why)
	    != E_OK)
		return false;
	snprintf(to, size, "%.*s", (int)strcspn(text, "\n"), text);
	free(text);
	return true;
}

/*
 * The pidfile may be a dead shopd's, and its number another process's by now.
 */
static bool
is_shopd(int64_t pid)
{
	char path[64], name[32], ignored[WHY_BYTES];

	snprintf(path, sizeof path, "/proc/%" PRId64 "/comm", pid);
	return read_line(path, name, sizeof name, ignored) &&
	    strcmp(name, "shopd") == 0;
}

/* Who makes a unix socket is known to those who connect to it. */
static bool
find_by_socket(const struct conf *c, int64_t *pid, char *why)
{
	*pid = listen_owner(c->listen);
	if (*pid > 0 && is_shopd(*pid))
		return true;
	why_say(why, "pool_pidfile is not set, and %.200s tells of no shopd",
	    c->listen);
	return false;
}

/* In a container shopd may be process 1. */
bool
roll_find_shopd(const struct conf *c, int64_t *pid, char *why)
{
	const char *file = c->pool_pidfile;
	char text[32];

	if (file[0] == '\0')
		return find_by_socket(c, pid, why);
	if (!read_line(file, text, sizeof text, why))
		return false;
	if (num_parse(text, strlen(text), 1, INT32_MAX, pid) &&
	    is_shopd(*pid))
		return true;
	why_say(why, "%.300s: names no running shopd", file);
	return false;
}

/* Where two shops share a pidfile, it names the shopd that started last. */
static bool
is_our_pool(const struct conf *c, int64_t pid, char *why)
{
	pid_t owner = listen_owner(c->listen);

	if (owner <= 0 || owner == pid)
		return true;
	why_say(why, "%.200s: names shopd %" PRId64 ", but "
	    "process %ld made the socket of the setting listen",
	    c->pool_pidfile, pid, (long)owner);
	return false;
}

static enum roll
roll_fault(const struct conf *c, const char *fault, char *why)
{
	why_say(why, "%.200s: %.280s", c->pool_pidfile[0] != '\0'
	    ? c->pool_pidfile : c->listen, fault);
	return ROLL_FAILED;
}

/* True when there is nothing more to wait for. */
static bool
look_at_state(const struct conf *c, int64_t pid, int64_t before, enum roll *how,
    char *why)
{
	char path[ROLL_STATE_PATH_BYTES];
	struct roll_state s;
	bool told;

	roll_state_path(path, c);
	told = roll_state_read(path, &s) && s.pid == pid;
	if (told && s.oldest > before)
		*how = ROLL_DONE;
	else if (!is_shopd(pid))
		*how = roll_fault(c, "shopd has ended meanwhile", why);
	else if (told && s.roll > before && s.failed)
		*how = roll_fault(c, s.why, why);
	else
		return false;
	return true;
}

static enum roll
wait_for_pool(const struct conf *c, int64_t pid, int64_t before, char *why)
{
	const struct timespec pause = { 0, LOOK_MS * 1000000L };
	int64_t longest_ms = 2 * (READY_MS + c->drain_timeout_ms) + SPARE_MS;
	int64_t end_us = num_monotonic_us() + longest_ms * 1000;
	enum roll how;

	while (!look_at_state(c, pid, before, &how, why)) {
		if (num_monotonic_us() >= end_us)
			return roll_fault(c, "workers of before are still there",
			    why);
		nanosleep(&pause, NULL);
	}
	return how;
}

/* A shopd that has just started writes its state a moment after its pidfile. */
static bool
read_before(const struct conf *c, int64_t pid, struct roll_state *s)
{
	const struct timespec pause = { 0, LOOK_MS * 1000000L };
	char path[ROLL_STATE_PATH_BYTES];

	roll_state_path(path, c);
	for (int i = 0; i < SPARE_MS / LOOK_MS; i++) {
		if (roll_state_read(path, s) && s->pid == pid)
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

enum roll
roll_run(const struct conf *c, char *why)
{
	struct roll_state before;
	int64_t pid;
	bool told;

	if (!roll_find_shopd(c, &pid, why))
		return listen_owner(c->listen) == LISTEN_NOBODY ? ROLL_NO_POOL
		    : ROLL_NOT_ASKED;
	if (!is_our_pool(c, pid, why))
		return ROLL_NOT_ASKED;
	told = read_before(c, pid, &before);
	if (kill((pid_t)pid, SIGHUP) != 0)
		return roll_fault(c, strerror(errno), why);
	return told ? wait_for_pool(c, pid, before.roll, why) : roll_fault(c, "new "
	    "workers are asked for, but shopd does not tell how that goes: it "
	    "may be an older one, restart it", why);
}
