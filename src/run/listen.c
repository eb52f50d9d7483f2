/* SPDX-License-Identifier: MIT */
/*
 * Sockets by the text of a setting; a dead one's path is taken over, a live
 * one's is not.
 */
#include "config.h"

#include "run/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <netdb.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"
#include "base/num.h"
#include "io/host.h"

#define PATH_PREFIX "unix:"
#define HOST_BYTES 108		/* as the setting, and a 0 */
#define LOOKUP_MS 5000		/* at the start, for a name server */

const char *
listen_path(const char *text)
{
	size_t len = strlen(PATH_PREFIX);

	return strncmp(text, PATH_PREFIX, len) == 0 ? text + len : NULL;
}

/* Says why, and is the failed descriptor. */
static int
listen_fault(char *why, const char *what, const char *fault)
{
	why_say(why, "listen: %.200s: %.200s", what, fault);
	return -1;
}

static int
open_socket(int family)
{
	return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static pid_t
owner(const struct sockaddr_un *a)
{
	struct ucred cred = { .pid = LISTEN_UNKNOWN };
	socklen_t len = sizeof cred;
	int fd = open_socket(AF_UNIX);

	if (fd < 0)
		return LISTEN_UNKNOWN;
	/* A full queue (EAGAIN) is somebody's too. */
	if (connect(fd, (const struct sockaddr *)(const void *)a,
	    sizeof *a) != 0)
		cred.pid = errno == ECONNREFUSED || errno == ENOENT
		    ? LISTEN_NOBODY : LISTEN_UNKNOWN;
	else
		getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len);
	close(fd);
	return cred.pid;
}

pid_t
listen_owner(const char *text)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	const char *path = listen_path(text);

	if (path == NULL || strlen(path) >= sizeof a.sun_path)
		return LISTEN_UNKNOWN;
	memcpy(a.sun_path, path, strlen(path) + 1);
	return owner(&a);
}

/* Removes a dead one's socket; whatever else is there stays. */
static int
clear_path(const struct sockaddr_un *a, char *why)
{
	char fault[80];
	struct stat st;
	pid_t pid;

	if (lstat(a->sun_path, &st) != 0)
		return errno == ENOENT ? 0
		    : listen_fault(why, a->sun_path, strerror(errno));
	if (!S_ISSOCK(st.st_mode))
		return listen_fault(why, a->sun_path, "exists and is no socket");
	pid = owner(a);
	if (pid == LISTEN_UNKNOWN)
		return listen_fault(why, a->sun_path, "another process takes "
		    "requests here");
	/*
	 * The shopd that listened may be dead while its workers end their last
	 * requests: that must not stop a new start.
	 */
	if (pid != LISTEN_NOBODY && (kill(pid, 0) == 0 || errno != ESRCH)) {
		snprintf(fault, sizeof fault, "process %ld takes requests "
		    "here", (long)pid);
		return listen_fault(why, a->sun_path, fault);
	}
	if (unlink(a->sun_path) != 0 && errno != ENOENT)
		return listen_fault(why, a->sun_path, strerror(errno));
	return 0;
}

static int
bind_unix(const struct sockaddr_un *a, int backlog, char *why)
{
	int fd = open_socket(AF_UNIX);
	mode_t mask;
	int rc;

	if (fd < 0)
		return listen_fault(why, a->sun_path, strerror(errno));
	/* The mode is right from the first moment on. */
	mask = umask(0117);
	rc = bind(fd, (const struct sockaddr *)(const void *)a, sizeof *a);
	umask(mask);
	if (rc == 0 && listen(fd, backlog) == 0)
		return fd;
	listen_fault(why, a->sun_path, strerror(errno));
	close(fd);
	if (rc == 0)
		unlink(a->sun_path);
	return -1;
}

/*
 * Lock: of two that start at once, neither must remove the other's new socket.
 */
static int
lock_directory(const char *path, char *why)
{
	char copy[sizeof ((struct sockaddr_un *)NULL)->sun_path];
	const char *dir;
	int fd;

	snprintf(copy, sizeof copy, "%s", path);
	dir = dirname(copy);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return listen_fault(why, dir, strerror(errno));
	if (file_lock(fd))
		return fd;
	listen_fault(why, dir, errno == EWOULDBLOCK ? "another process holds its lock"
	    : strerror(errno));
	close(fd);
	return -1;
}

static int
listen_unix(const char *path, int backlog, char *why)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int lock, fd = -1;

	memcpy(a.sun_path, path, strlen(path) + 1);
	if ((lock = lock_directory(path, why)) < 0)
		return -1;
	if (clear_path(&a, why) == 0)
		fd = bind_unix(&a, backlog, why);
	close(lock);
	return fd;
}

/* HOST:PORT, HOST in brackets where it has colons itself. */
static bool
split_host(const char *text, char *host, const char **port)
{
	const char *colon = strrchr(text, ':');
	int64_t number;
	size_t len;

	if (colon == NULL || !num_parse(colon + 1, strlen(colon + 1), 1,
	    65535, &number))
		return false;
	*port = colon + 1;
	len = (size_t)(colon - text);
	if (len > 2 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	} else if (memchr(text, ':', len) != NULL) {
		return false;
	}
	if (len == 0 || len >= HOST_BYTES)
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	return true;
}

static int
bind_tcp(const struct addrinfo *a, int backlog)
{
	int fd = open_socket(a->ai_family);
	int on = 1, fault;

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
	    bind(fd, a->ai_addr, a->ai_addrlen) == 0 &&
	    listen(fd, backlog) == 0)
		return fd;
	fault = errno;
	close(fd);
	errno = fault;
	return -1;
}

/* One of the name's addresses; -1 with errno set. */
static int
listen_address(const char *address, const char *port, int backlog)
{
	const struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
	};
	struct addrinfo *a;
	int fd;

	if (getaddrinfo(address, port, &hints, &a) != 0) {
		errno = EADDRNOTAVAIL;
		return -1;
	}
	fd = bind_tcp(a, backlog);
	freeaddrinfo(a);
	return fd;
}

static int
listen_tcp(const char *text, const char *name, const char *port, int backlog,
    char *why)
{
	struct host *host;
	int fd = -1;

	if ((host = host_new(name)) == NULL)
		return listen_fault(why, text, strerror(errno));
	if (host_look(host, LOOKUP_MS) == HOST_UNKNOWN)
		listen_fault(why, text, host_why(host));
	for (size_t i = 0; i < host_count(host) && fd < 0; i++) {
		fd = listen_address(host_address(host, i), port, backlog);
		if (fd < 0)
			listen_fault(why, text, errno == EADDRINUSE
			    ? "another process takes requests here"
			    : strerror(errno));
	}
	host_free(host);
	return fd;
}

enum err
listen_at(const char *text, int64_t backlog, int *fd, char *why)
{
	const char *path = listen_path(text), *port = "";
	char host[HOST_BYTES];

	if (path != NULL && (path[0] == '\0' || strlen(path) >=
	    sizeof ((struct sockaddr_un *)NULL)->sun_path)) {
		*fd = listen_fault(why, PATH_PREFIX "PATH", "no path, or one that "
		    "is too long");
		return E_CONFIG;
	}
	if (path == NULL && !split_host(text, host, &port)) {
		*fd = listen_fault(why, text, "must be unix:PATH, HOST:PORT or "
		    "[IPV6]:PORT");
		return E_CONFIG;
	}
	*fd = path != NULL ? listen_unix(path, (int)backlog, why)
	    : listen_tcp(text, host, port, (int)backlog, why);
	return *fd >= 0 ? E_OK : E_UNAVAILABLE;
}
