/* SPDX-License-Identifier: MIT */
/*
 * The library reads and writes; connections are taken and closed here, for it
 * sets no deadline: it would wait for a web server that has stopped in the
 * middle of a request, and for one that never closes.
 */
#include "config.h"

#include "io/fcgi.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/num.h"

/*
 * A wake-up is lost if the woken worker dies before accept(), so that each
 * also looks by itself.
 */
#define LOOK_MS 1000
/* Without a descriptor or memory for a connection, until the next try. */
#define SHORT_MS 100
/* The web server has all of a request and room for the answer. */
#define PEER_WAIT_S 5
/* An answer that a new unix connection takes at once, whoever reads it. */
#define SOCKET_BYTES 32768
#define LINGER_US INT64_C(1000000)

enum { LISTENER, WATCHED };

struct fcgi {
	int listener;
	int events;		/* epoll's descriptor */
	bool is_short;		/* of descriptors or memory */
	int64_t short_told_us;
	bool lost;		/* what is watched was closed */
	bool drained;		/* all of the request was read */
	FCGX_Request r;
};

/*
 * Each connection wakes one of the workers that wait, not all of them to find
 * that it is gone.
 */
static int
listen_events(int listen_fd)
{
	struct epoll_event e = { .events = EPOLLIN | EPOLLEXCLUSIVE,
	    .data.u32 = LISTENER };
	int fd = epoll_create1(EPOLL_CLOEXEC);

	if (fd < 0 || epoll_ctl(fd, EPOLL_CTL_ADD, listen_fd, &e) == 0)
		return fd;
	close(fd);
	return -1;
}

struct fcgi *
fcgi_new(int listen_fd)
{
	struct fcgi *f = calloc(1, sizeof *f);
	int flags = fcntl(listen_fd, F_GETFL);

	/* The library has no listener: it never takes one by itself. */
	if (f == NULL || flags < 0 ||
	    fcntl(listen_fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
	    FCGX_Init() != 0 ||
	    FCGX_InitRequest(&f->r, -1, FCGI_FAIL_ACCEPT_ON_INTR) != 0 ||
	    (f->events = listen_events(listen_fd)) < 0) {
		log_msg(LOG_ERROR, "fcgi", "fd %d: %s", listen_fd,
		    strerror(errno));
		free(f);
		return NULL;
	}
	f->listener = listen_fd;
	return f;
}

void
fcgi_free(struct fcgi *f)
{
	if (f == NULL)
		return;
	FCGX_Free(&f->r, 1);
	close(f->events);
	free(f);
}

void
fcgi_watch(struct fcgi *f, int fd)
{
	struct epoll_event e = { .events = EPOLLRDHUP,
	    .data.u32 = WATCHED };

	if (fd >= 0)
		(void)epoll_ctl(f->events, EPOLL_CTL_ADD, fd, &e);
}

bool
fcgi_lost(struct fcgi *f)
{
	bool lost = f->lost;

	f->lost = false;
	return lost;
}

bool
fcgi_rest(int ms, const sigset_t *mask)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

	return ppoll(NULL, 0, &t, mask) >= 0;
}

bool
fcgi_wait(struct fcgi *f, const sigset_t *mask)
{
	struct epoll_event e[2];
	int n;

	/* The connection still waits: epoll would return at once. */
	if (f->is_short) {
		f->is_short = false;
		return fcgi_rest(SHORT_MS, mask);
	}
	n = epoll_pwait(f->events, e, 2, LOOK_MS, mask);
	for (int i = 0; i < n; i++)
		if (e[i].data.u32 == WATCHED)
			f->lost = true;
	return !f->lost && (n >= 0 || errno != EINTR);
}

/*
 * By TCP from an address of FCGI_WEB_SERVER_ADDRS, where that is set: a
 * variable of FastCGI's specification, "ADDRESS,ADDRESS".
 */
static bool
is_allowed(const struct sockaddr *from, socklen_t len)
{
	const char *list = getenv("FCGI_WEB_SERVER_ADDRS"), *at;
	char text[64];
	size_t n;

	if (list == NULL || list[0] == '\0')
		return true;
	if (getnameinfo(from, len, text, sizeof text, NULL, 0,
	    NI_NUMERICHOST) != 0)
		return false;
	for (n = strlen(text); (at = strstr(list, text)) != NULL;
	    list = at + n)
		if ((at == list || strchr(", ", at[-1]) != NULL) &&
		    strchr(", ", at[n]) != NULL)
			return true;
	return false;
}

static void
limit_wait(int fd, int option)
{
	static const struct timeval wait = { PEER_WAIT_S, 0 };

	setsockopt(fd, SOL_SOCKET, option, &wait, sizeof wait);
}

/* A connection that doesn't wait for the request without end, or -1. */
static int
take(struct fcgi *f)
{
	static const int on = 1;
	struct sockaddr_storage from = { 0 };
	struct sockaddr *a = (struct sockaddr *)(void *)&from;
	socklen_t len = sizeof from;
	int fd = accept4(f->listener, a, &len, SOCK_CLOEXEC);

	if (fd < 0)
		return -1;
	limit_wait(fd, SO_RCVTIMEO);
	if (from.ss_family == AF_UNIX)
		return fd;
	limit_wait(fd, SO_SNDTIMEO);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (is_allowed(a, len))
		return fd;
	close(fd);
	errno = ECONNABORTED;
	return -1;
}

bool
fcgi_accept(struct fcgi *f)
{
	int fd = take(f);

	f->drained = false;
	if (fd >= 0) {
		/* What it finds open it takes for a kept connection. */
		f->r.ipcFd = fd;
		f->r.keepConnection = 1;
		return FCGX_Accept_r(&f->r) == 0;
	}
	if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
		return false;
	f->is_short = true;
	if (log_due(&f->short_told_us))
		log_msg(LOG_WARN, "fcgi", "accept: %s", strerror(errno));
	return false;
}

const char *
fcgi_param(const struct fcgi *f, const char *name)
{
	return FCGX_GetParam(name, f->r.envp);
}

const char *
fcgi_param_nth(const struct fcgi *f, const char *name, size_t n)
{
	size_t len = strlen(name);

	for (char **p = f->r.envp; p != NULL && *p != NULL; p++)
		if (strncmp(*p, name, len) == 0 && (*p)[len] == '=' &&
		    n-- == 0)
			return *p + len + 1;
	return NULL;
}

/* Is there nothing more to read? */
static bool
at_end(FCGX_Stream *in)
{
	int c = FCGX_GetChar(in);

	if (c != EOF)
		FCGX_UnGetChar(c, in);
	return c == EOF;
}

bool
fcgi_body(struct fcgi *f, char *to, size_t len)
{
	f->drained = FCGX_GetStr(to, (int)len, f->r.in) == (int)len &&
	    at_end(f->r.in);
	return f->drained;
}

bool
fcgi_body_all(struct fcgi *f, char *to, size_t max, size_t *len)
{
	*len = (size_t)FCGX_GetStr(to, (int)max, f->r.in);
	f->drained = at_end(f->r.in);
	return f->drained;
}

/*
 * Until the other side has closed, lest what was not read makes the kernel
 * reset the connection and drop the answer; the library would wait for as
 * long as something comes.
 */
static void
linger(int fd)
{
	int64_t until = num_monotonic_us() + LINGER_US, left;
	struct pollfd more = { fd, POLLIN, 0 };
	char trash[4096];

	shutdown(fd, SHUT_WR);
	while ((left = until - num_monotonic_us()) > 0 &&
	    poll(&more, 1, (int)(left / 1000) + 1) == 1 &&
	    recv(fd, trash, sizeof trash, MSG_DONTWAIT) > 0)
		continue;
	close(fd);
}

bool
fcgi_finish(struct fcgi *f, const char *head, size_t head_len,
    const char *body, size_t body_len)
{
	int unread = f->drained ? -1
	    : fcntl(f->r.ipcFd, F_DUPFD_CLOEXEC, 0);
	bool sent;

	if (head_len + body_len > SOCKET_BYTES)
		limit_wait(f->r.ipcFd, SO_SNDTIMEO);
	sent = FCGX_PutStr(head, (int)head_len, f->r.out) >= 0 &&
	    FCGX_PutStr(body, (int)body_len, f->r.out) >= 0;
	/* "Detached" it closes at once; none is kept, as none is asked to be. */
	FCGX_Detach(&f->r);
	f->r.keepConnection = 0;
	FCGX_Finish_r(&f->r);
	if (unread >= 0)
		linger(unread);
	return sent;
}
