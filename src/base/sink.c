/* SPDX-License-Identifier: MIT */
/*
 * Pipes and terminals get an open file description of our own, which alone is
 * non-blocking.  Where another user made the pipe we may not open it: then
 * each write asks not to wait (Linux 6.5 and later for pipes).  A plain file
 * is written to as it is: it has no reader.
 */
#include "config.h"

#include "base/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

/* How far a reader may fall behind under load; a pipe has 64 KiB by default. */
#define PIPE_BYTES (1024 * 1024)

enum way {
	WAY_PLAIN,	/* write(), which waits where stderr does */
	WAY_SEND,	/* a socket: send() without waiting */
	WAY_NOWAIT,	/* pwritev2() without waiting */
	WAY_POLL,	/* an old kernel: only when there is room */
};

/* Set once at start; torn: the last line was not written to its end. */
static struct {
	enum way way;
	int fd;
	bool torn;
} sink = { WAY_PLAIN, STDERR_FILENO, false };

static void
open_own(void)
{
	int fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_APPEND |
	    O_NOCTTY | O_CLOEXEC);

	if (fd >= 0)
		sink.fd = fd;
	else
		sink.way = WAY_NOWAIT;
	/* May fail, as for a terminal: then the pipe's own size must do. */
	(void)fcntl(STDERR_FILENO, F_SETPIPE_SZ, PIPE_BYTES);
}

void
sink_open(void)
{
	struct stat st;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	/* Else a terminal would stop us in its background (stty tostop). */
	signal(SIGTTOU, SIG_IGN);
	if (fstat(STDERR_FILENO, &st) != 0 || S_ISREG(st.st_mode))
		return;
	if (S_ISSOCK(st.st_mode))
		sink.way = WAY_SEND;
	else
		open_own();
}

bool
sink_is_journal(void)
{
	const char *named = getenv("JOURNAL_STREAM");
	struct stat st;
	char here[48];

	if (named == NULL || fstat(STDERR_FILENO, &st) != 0)
		return false;
	snprintf(here, sizeof here, "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	return strcmp(named, here) == 0;
}

static ssize_t
write_nowait(const char *data, size_t len)
{
	struct iovec part = { (void *)(uintptr_t)data, len };
	ssize_t n = pwritev2(sink.fd, &part, 1, -1, RWF_NOWAIT);

	if (n < 0 && (errno == EOPNOTSUPP || errno == ENOSYS))
		sink.way = WAY_POLL;
	return n;
}

/*
 * Another process may fill the pipe between poll() and write(), and then this
 * waits: on an old kernel there is no better way.
 */
static ssize_t
write_polled(const char *data, size_t len)
{
	struct pollfd room = { sink.fd, POLLOUT, 0 };

	return poll(&room, 1, 0) == 1 ? write(sink.fd, data, len) : -1;
}

static ssize_t
write_some(const char *data, size_t len)
{
	ssize_t n = -1;

	if (sink.way == WAY_NOWAIT)
		n = write_nowait(data, len);
	switch (sink.way) {
	case WAY_PLAIN:
		n = write(sink.fd, data, len);
		break;
	case WAY_SEND:
		n = send(sink.fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
		break;
	case WAY_POLL:
		n = write_polled(data, len);
		break;
	case WAY_NOWAIT:
		break;
	}
	return n;
}

static bool
put(const char *data, size_t len)
{
	ssize_t n = write_some(data, len);

	if (n > 0)
		sink.torn = data[n - 1] != '\n';
	return n == (ssize_t)len;
}

bool
sink_write(const char *line, size_t len)
{
	return (!sink.torn || put("\n", 1)) && put(line, len);
}
