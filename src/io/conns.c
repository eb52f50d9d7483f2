/* SPDX-License-Identifier: MIT */
/*
 * Kept connections stand in slots, and epoll tells by the slot's number which
 * of them are ready; the listener has the number after the last slot's.  All
 * that one wait found ready have their turn before the next wait, so that
 * under load a wait serves several requests, and nobody is passed over.
 */
#include "config.h"

#include "io/conns.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "io/kept.h"

/*
 * A wake-up is lost if the woken worker dies before accept(): each worker also
 * looks by itself, so often.
 */
#define LOOK_MS 1000
/* Without a descriptor or memory for a connection, until the next try. */
#define SHORT_MS 100
/*
 * The longest wait for a byte: a web server that has read all of a request from
 * its client, and has room for the answer, needs none.
 */
#define PEER_WAIT_S 5

enum { WATCHED = CONNS_KEPT_MAX + 1, TOLD, EVENTS };

struct conns {
	int listener, told_fd;
	int events;		/* epoll's descriptor */
	bool is_short;		/* of descriptors or memory */
	int64_t short_told_us;
	bool told;		/* to stop */
	bool lost;		/* the watched descriptor was closed */
	bool parting;		/* nothing is kept any more */
	bool ready[CONNS_KEPT_MAX + 1];	/* slots, and behind them the listener */
	size_t turn;		/* which of these is looked at next */
	int fd;			/* the one that is being served, or -1 */
	struct kept kept;
};

static size_t
listener_turn(const struct conns *c)
{
	return c->kept.slots;
}

/* ---- What is waited for */

static bool
hold_conn(struct conns *c, int fd, uint32_t events, size_t number)
{
	struct epoll_event e = { .events = events,
	    .data.u32 = (uint32_t)number };

	return epoll_ctl(c->events, EPOLL_CTL_ADD, fd, &e) == 0;
}

static bool
open_all(struct conns *c, size_t keep)
{
	int flags = fcntl(c->listener, F_GETFL);

	/* Each connection wakes one of the workers that wait, not all. */
	return flags >= 0 &&
	    fcntl(c->listener, F_SETFL, flags | O_NONBLOCK) == 0 &&
	    (c->events = epoll_create1(EPOLL_CLOEXEC)) >= 0 &&
	    hold_conn(c, c->listener, EPOLLIN | EPOLLEXCLUSIVE, keep) &&
	    (c->told_fd < 0 || hold_conn(c, c->told_fd, EPOLLIN, TOLD)) &&
	    kept_open(&c->kept, keep);
}

struct conns *
conns_new(int listen_fd, size_t keep, int told_fd)
{
	struct conns *c = calloc(1, sizeof *c);

	if (c == NULL) {
		log_msg(LOG_ERROR, "fcgi", "out of memory");
		return NULL;
	}
	c->listener = listen_fd;
	c->told_fd = told_fd;
	c->events = c->fd = -1;
	if (open_all(c, keep < CONNS_KEPT_MAX ? keep : CONNS_KEPT_MAX))
		return c;
	log_msg(LOG_ERROR, "fcgi", "fd %d: %s", listen_fd, strerror(errno));
	if (c->events >= 0)
		close(c->events);
	free(c);
	return NULL;
}

void
conns_free(struct conns *c)
{
	if (c == NULL)
		return;
	kept_close(&c->kept);
	close(c->events);
	free(c);
}

void
conns_others(struct conns *c, bool (*is_idle)(const void *), const void *arg)
{
	kept_others(&c->kept, is_idle, arg);
}

void
conns_watch(struct conns *c, int fd)
{
	if (fd >= 0)
		(void)hold_conn(c, fd, EPOLLRDHUP, WATCHED);
}

bool
conns_lost(struct conns *c)
{
	bool lost = c->lost;

	c->lost = false;
	return lost;
}

bool
conns_told(const struct conns *c)
{
	return c->told;
}

bool
conns_rest(struct conns *c, int ms)
{
	struct pollfd told = { c->told_fd, POLLIN, 0 };

	if (poll(&told, 1, ms) > 0)
		c->told = true;
	return !c->told;
}

/* Waits so long at most for events; returns how many there are. */
static int
look_around(struct conns *c, int ms)
{
	struct epoll_event e[EVENTS];
	int n = epoll_wait(c->events, e, EVENTS, ms);

	for (int i = 0; i < n; i++) {
		if (e[i].data.u32 == WATCHED)
			c->lost = true;
		else if (e[i].data.u32 == TOLD)
			c->told = true;
		else
			c->ready[e[i].data.u32] = true;
	}
	return n;
}

static bool
some_ready(const struct conns *c)
{
	for (size_t i = 0; i <= listener_turn(c); i++)
		if (c->ready[i])
			return true;
	return false;
}

bool
conns_wait(struct conns *c)
{
	/* The connection still waits: epoll would return at once. */
	if (c->is_short) {
		c->is_short = false;
		conns_shed(c);
		return conns_rest(c, SHORT_MS);
	}
	if (!some_ready(c) && look_around(c, LOOK_MS) == 0)
		c->ready[listener_turn(c)] = true;
	return !c->lost && !c->told;
}

/* ---- One that is taken */

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

void
conns_limit_send(int fd)
{
	limit_wait(fd, SO_SNDTIMEO);
}

/* Accepts a connection that is never waited for without end; or -1. */
static int
accept_one(struct conns *c)
{
	static const int on = 1;
	struct sockaddr_storage from = { 0 };
	struct sockaddr *a = (struct sockaddr *)(void *)&from;
	socklen_t len = sizeof from;
	int fd = accept4(c->listener, a, &len, SOCK_CLOEXEC);

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

static int
take_new(struct conns *c)
{
	int fd = accept_one(c);

	if (fd >= 0 || errno == EAGAIN || errno == EINTR ||
	    errno == ECONNABORTED)
		return fd;
	c->is_short = true;
	if (log_due(&c->short_told_us))
		log_msg(LOG_WARN, "fcgi", "accept: %s", strerror(errno));
	return -1;
}

/* The next in turn of those that are ready; one is, at least. */
static size_t
next_turn(struct conns *c)
{
	size_t i = c->turn;

	while (!c->ready[i])
		i = (i + 1) % (listener_turn(c) + 1);
	c->ready[i] = false;
	c->turn = (i + 1) % (listener_turn(c) + 1);
	return i;
}

int
conns_take(struct conns *c)
{
	size_t i = 0;

	while (c->fd < 0 && some_ready(c)) {
		i = next_turn(c);
		if (i == listener_turn(c))
			c->fd = take_new(c);
		else if (!c->kept.slot[i].shut)
			c->fd = c->kept.slot[i].fd;
		else
			kept_empty(&c->kept, i);
	}
	if (c->fd >= 0)
		kept_begin(&c->kept, i < listener_turn(c) ? i : KEPT_NO_SLOT);
	return c->fd;
}

/* Gives a new connection a slot, or closes it. */
static void
keep_new(struct conns *c)
{
	size_t at = conns_keeps(c) ? kept_room(&c->kept, c->ready)
	    : KEPT_NO_SLOT;

	if (at == KEPT_NO_SLOT) {
		close(c->fd);
		return;
	}
	kept_put(&c->kept, at, c->fd);
	if (!hold_conn(c, c->fd, EPOLLIN | EPOLLRDHUP, at))
		kept_empty(&c->kept, at);
}

void
conns_keep(struct conns *c)
{
	if (c->kept.serving == KEPT_NO_SLOT)
		keep_new(c);
	else if (c->parting)
		kept_empty(&c->kept, c->kept.serving);
	c->fd = -1;
	kept_end(&c->kept);
}

void
conns_gone(struct conns *c)
{
	if (c->kept.serving != KEPT_NO_SLOT)
		kept_forget(&c->kept, c->kept.serving);
	c->fd = -1;
	kept_end(&c->kept);
}

/* ---- An end of them */

bool
conns_keeps(const struct conns *c)
{
	return c->kept.slots > 0 && !c->parting;
}

bool
conns_part(struct conns *c)
{
	c->parting = true;
	(void)look_around(c, 0);
	c->ready[listener_turn(c)] = false;
	for (size_t i = 0; i < c->kept.slots; i++)
		if (!c->ready[i])
			kept_empty(&c->kept, i);
	return some_ready(c);
}

void
conns_shed(struct conns *c)
{
	for (size_t i = 0; i < c->kept.slots; i++) {
		kept_empty(&c->kept, i);
		c->ready[i] = false;
	}
}
