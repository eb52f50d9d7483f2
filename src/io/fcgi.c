/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "io/fcgi.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

struct fcgi {
	int fd;
	FCGX_Request r;
};

struct fcgi *
fcgi_new(int listen_fd)
{
	struct fcgi *f = calloc(1, sizeof *f);
	int flags = fcntl(listen_fd, F_GETFL);

	if (f == NULL || flags < 0 ||
	    fcntl(listen_fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
	    FCGX_Init() != 0 ||
	    FCGX_InitRequest(&f->r, listen_fd, FCGI_FAIL_ACCEPT_ON_INTR) != 0) {
		log_msg(LOG_ERROR, "fcgi", "fd %d: %s", listen_fd,
		    strerror(errno));
		free(f);
		return NULL;
	}
	f->fd = listen_fd;
	return f;
}

void
fcgi_free(struct fcgi *f)
{
	if (f == NULL)
		return;
	FCGX_Free(&f->r, 1);
	free(f);
}

bool
fcgi_wait(struct fcgi *f, const sigset_t *mask)
{
	struct pollfd p = { .fd = f->fd, .events = POLLIN };

	return ppoll(&p, 1, NULL, mask) >= 0 || errno != EINTR;
}

bool
fcgi_accept(struct fcgi *f)
{
	int rc = FCGX_Accept_r(&f->r);

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

bool
fcgi_body(struct fcgi *f, char *to, size_t len)
{
	return FCGX_GetStr(to, (int)len, f->r.in) == (int)len &&
	    FCGX_GetChar(f->r.in) == EOF;
}

bool
fcgi_finish(struct fcgi *f, const char *head, size_t head_len,
    const char *body, size_t body_len)
{
	bool sent = FCGX_PutStr(head, (int)head_len, f->r.out) >= 0 &&
	    FCGX_PutStr(body, (int)body_len, f->r.out) >= 0;

	FCGX_Finish_r(&f->r);
	return sent;
}
