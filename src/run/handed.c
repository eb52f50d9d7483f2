/* SPDX-License-Identifier: MIT */
/* Variables and descriptors, looked at before anything relies on them. */
#include "config.h"

#include "run/handed.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/num.h"
#include "run/listen.h"

static const char *const names[QUEUES] = { "main", "read" };

bool
handed_is_listening(int fd)
{
	socklen_t len = sizeof(int);
	int on = 0;

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &len) == 0 &&
	    on != 0;
}

/* 0 where it is no such number. */
static int64_t
number_of(const char *variable)
{
	const char *text = getenv(variable);
	int64_t n;

	return text != NULL && num_parse(text, strlen(text), 1, INT32_MAX, &n)
	    ? n : 0;
}

int64_t
handed_count(void)
{
	return number_of("LISTEN_PID") == getpid() ? number_of("LISTEN_FDS")
	    : 0;
}

static enum err
handed_fault(char *why, int64_t fd, const char *fault)
{
	why_say(why, "LISTEN_FDS: descriptor %d: %.300s", (int)fd, fault);
	return E_CONFIG;
}

/* The name up to the next colon, where *at stands afterwards. */
static bool
read_queue(const char **at, enum queue *q)
{
	size_t len = strcspn(*at, ":");

	for (*q = 0; *q < QUEUES; (*q)++)
		if (strlen(names[*q]) == len &&
		    memcmp(names[*q], *at, len) == 0)
			break;
	*at += len;
	if (**at == ':')
		(*at)++;
	return *q < QUEUES;
}

static enum err
take_one(int to[QUEUES], enum queue q, int fd, char *why)
{
	if (to[q] >= 0)
		return handed_fault(why, fd, "a second one of its name");
	if (!handed_is_listening(fd))
		return handed_fault(why, fd, "no listening socket");
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 ||
	    fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
		return handed_fault(why, fd, strerror(errno));
	to[q] = fd;
	return E_OK;
}

static enum err
take_all(int to[QUEUES], int64_t n, char *why)
{
	const char *at = getenv("LISTEN_FDNAMES");
	enum err e = E_OK;
	enum queue q;

	if (at == NULL)
		at = n == 1 ? names[QUEUE_MAIN] : "";
	for (int64_t i = 0; e == E_OK && i < n; i++) {
		if (!read_queue(&at, &q))
			return handed_fault(why, HANDED_FIRST_FD + i, "its "
			    "name (LISTEN_FDNAMES) must be main or read");
		e = take_one(to, q, HANDED_FIRST_FD + (int)i, why);
	}
	return e;
}

enum err
handed_take(int fd[QUEUES], char *why)
{
	enum err e;

	for (size_t i = 0; i < QUEUES; i++)
		fd[i] = -1;
	e = take_all(fd, handed_count(), why);
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	return e;
}

union address {
	struct sockaddr any;
	struct sockaddr_un un;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

/* A host may be a name, so of an address only the port is compared. */
static bool
is_at(const union address *a, const char *text)
{
	const char *path = listen_path(text), *port = strrchr(text, ':');
	char number[8];

	if (path != NULL || a->any.sa_family == AF_UNIX)
		return path != NULL && a->any.sa_family == AF_UNIX &&
		    strncmp(a->un.sun_path, path, sizeof a->un.sun_path) == 0;
	snprintf(number, sizeof number, "%d", ntohs(a->any.sa_family == AF_INET6
	    ? a->in6.sin6_port : a->in.sin_port));
	return port != NULL && strcmp(port + 1, number) == 0;
}

enum err
handed_fits(int fd, const char *text, char *why)
{
	union address a;
	socklen_t len = sizeof a;

	memset(&a, 0, sizeof a);
	if (getsockname(fd, &a.any, &len) != 0)
		return handed_fault(why, fd, strerror(errno));
	if (text[0] == '\0')
		return handed_fault(why, fd, "is for reads, but listen_read is "
		    "not set");
	if (is_at(&a, text))
		return E_OK;
	why_say(why, "%.200s: the socket handed over (LISTEN_FDS) is another "
	    "one: the service's .socket unit must listen there", text);
	return E_CONFIG;
}
