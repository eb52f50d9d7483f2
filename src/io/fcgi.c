/* SPDX-License-Identifier: MIT */
/*
 * The library reads and writes; connections are taken, kept and closed by
 * io/conns, for the library sets no deadline: it would wait for a web server
 * that has stopped in the middle of a request, and for one that never closes.
 * One FCGX_Request serves all connections in turn: between two requests
 * nothing of a connection is left in it.
 */
#include "config.h"

#include "io/fcgi.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/num.h"

/* A unix connection takes answers up to this size at once, read or not. */
#define SOCKET_BYTES 32768
#define LINGER_US INT64_C(1000000)

struct fcgi {
	struct conns *conns;
	bool drained;		/* all of the request was read */
	FCGX_Request r;		/* r.ipcFd: the connection being served */
};

struct fcgi *
fcgi_new(int listen_fd, size_t keep, int told_fd)
{
	struct fcgi *f = calloc(1, sizeof *f);

	/* The library has no listener: it never takes one by itself. */
	if (f == NULL || FCGX_Init() != 0 ||
	    FCGX_InitRequest(&f->r, -1, FCGI_FAIL_ACCEPT_ON_INTR) != 0) {
		log_msg(LOG_ERROR, "fcgi", "%s", strerror(errno));
		free(f);
		return NULL;
	}
	if ((f->conns = conns_new(listen_fd, keep, told_fd)) == NULL) {
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
	conns_free(f->conns);
	free(f);
}

struct conns *
fcgi_conns(struct fcgi *f)
{
	return f->conns;
}

bool
fcgi_accept(struct fcgi *f)
{
	f->drained = false;
	f->r.ipcFd = conns_take(f->conns);
	if (f->r.ipcFd < 0)
		return false;
	/* libfcgi takes a connection that it finds open for a kept one. */
	f->r.keepConnection = 1;
	if (FCGX_Accept_r(&f->r) == 0)
		return true;
	conns_gone(f->conns);
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
 * Waits until the other side has closed: if bytes were left unread, close()
 * alone would make the kernel reset the connection and drop the answer.  The
 * library would wait for as long as bytes come.
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

/* May it serve another request?  If all of this one was read and sent. */
static bool
ends_kept(struct fcgi *f, bool sent)
{
	bool keep = f->r.keepConnection && sent && f->drained &&
	    conns_keeps(f->conns);

	f->r.keepConnection = keep;
	/* "Detached" it closes at once, and doesn't wait for the other side. */
	if (!keep)
		FCGX_Detach(&f->r);
	FCGX_Finish_r(&f->r);
	keep = f->r.ipcFd >= 0;
	f->r.ipcFd = -1;
	return keep;
}

bool
fcgi_finish(struct fcgi *f, const char *head, size_t head_len,
    const char *body, size_t body_len)
{
	int unread = f->drained ? -1
	    : fcntl(f->r.ipcFd, F_DUPFD_CLOEXEC, 0);
	bool sent;

	if (head_len + body_len > SOCKET_BYTES)
		conns_limit_send(f->r.ipcFd);
	sent = FCGX_PutStr(head, (int)head_len, f->r.out) >= 0 &&
	    FCGX_PutStr(body, (int)body_len, f->r.out) >= 0;
	if (ends_kept(f, sent))
		conns_keep(f->conns);
	else
		conns_gone(f->conns);
	if (unread >= 0)
		linger(unread);
	return sent;
}
