/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "run/roll.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"

/* The first line, without its newline; false with errno set. */
static bool
read_line(const char *path, char *to, int size)
{
	FILE *f = fopen(path, "re");

	if (f == NULL)
		return false;
	if (fgets(to, size, f) == NULL)
		to[0] = '\0';
	to[strcspn(to, "\n")] = '\0';
	fclose(f);
	return true;
}

/* A pidfile may be a dead one's, and its number another's by now. */
static bool
is_shopd(int64_t pid)
{
	char path[64], name[32];

	snprintf(path, sizeof path, "/proc/%" PRId64 "/comm", pid);
	return read_line(path, name, sizeof name) &&
	    strcmp(name, "shopd") == 0;
}

bool
roll_ask(const struct conf *c, char *why)
{
	const char *file = c->pool_pidfile, *fault = NULL;
	char text[32];
	int64_t pid;

	if (file[0] == '\0') {
		snprintf(why, CONF_WHY_BYTES, "pool_pidfile is not set");
		return false;
	}
	if (!read_line(file, text, sizeof text))
		fault = strerror(errno);
	else if (!num_parse(text, strlen(text), 2, INT32_MAX, &pid) ||
	    !is_shopd(pid))
		fault = "names no running shopd";
	else if (kill((pid_t)pid, SIGHUP) != 0)
		fault = strerror(errno);
	if (fault != NULL)
		snprintf(why, CONF_WHY_BYTES, "%.300s: %s", file, fault);
	return fault == NULL;
}
