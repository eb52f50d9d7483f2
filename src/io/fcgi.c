/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "io/fcgi.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/log.h"

/* Now and then is looked without being told: see fcgi_wait(). */
#define LOOK_MS 1000

struct fcgi {
	int events;		/* epoll's descriptor, for the listener */
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
	struct epoll_event e = { .events = EPOLLIN | EPOLLEXCLUSIVE };
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

	if (f == NULL || flags < 0 ||
	    fcntl(listen_fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
	    FCGX_Init() != 0 ||
	    FCGX_InitRequest(&f->r, listen_fd, FCGI_FAIL_ACCEPT_ON_INTR) != 0 ||
	    (f->events = listen_events(listen_fd)) < 0) {
		log_msg(LOG_ERROR, "fcgi", "fd %d: %s", listen_fd,
		    strerror(errno));
		free(f);
		return NULL;
	}
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

bool
fcgi_wait(struct fcgi *f, const sigset_t *mask)
{
	struct epoll_event e;

	/* Who was woken may die before it takes the connection. */
	return epoll_pwait(f->events, &e, 1, LOOK_MS, mask) >= 0 ||
	    errno != EINTR;
}

bool
fcgi_accept(struct fcgi *f)
{
	int rc = FCGX_Accept_r(&f->r);

	f->drained = false;
	if (rc == 0)
		return true;
	if (rc != -EAGAIN && rc != -EWOULDBLOCK && rc != -EINTR &&
	    rc != -ECONNABORTED)
		log_msg(LOG_WARN, "fcgi", "accept: %s", strerror(-rc));
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

bool
fcgi_finish(struct fcgi *f, const char *head, size_t head_len,
    const char *body, size_t body_len)
{
	bool sent = FCGX_PutStr(head, (int)head_len, f->r.out) >= 0 &&
	    FCGX_PutStr(body, (int)body_len, f->r.out) >= 0;

	/*
	 * libfcgi lingers until the other side has closed, lest what was not
	 * read makes the kernel reset the connection and drop the answer.
	 * There is nothing of that where all was read, and "detached" it
	 * closes at once.
	 */
	if (f->drained)
		FCGX_Detach(&f->r);
	FCGX_Finish_r(&f->r);
	return sent;
}
