/* SPDX-License-Identifier: MIT */
/* The listening sockets of shopd, which outlive every generation. */
#include "config.h"

#include "run/queues.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "run/handed.h"
#include "run/listen.h"

/* "" where there is no such queue. */
static const char *
setting(const struct conf *c, size_t queue)
{
	return queue == QUEUE_READ ? c->listen_read : c->listen;
}

static void
close_all(struct queues *q)
{
	for (size_t i = 0; i < QUEUES; i++) {
		if (q->fd[i] >= 0)
			close(q->fd[i]);
		q->fd[i] = -1;
	}
}

void
queues_hide(struct queues *q)
{
	for (size_t i = 0; i < QUEUES; i++)
		ownfile_remove(&q->socket[i]);
}

void
queues_close(struct queues *q)
{
	queues_hide(q);
	close_all(q);
}

/*
 * listen() once more sets the backlog, and makes us the process that its peers
 * see, by whom shopctl finds us.
 */
static enum err
take_over(struct queues *q, size_t i, int fd, const struct conf *c, char *why)
{
	enum err e = handed_fits(fd, setting(c, i), why);

	if (e == E_OK && listen(fd, (int)c->listen_backlog) != 0) {
		why_say(why, "listen: %s", strerror(errno));
		e = E_UNAVAILABLE;
	}
	q->fd[i] = fd;
	return e;
}

static enum err
make_own(struct queues *q, size_t i, const struct conf *c, char *why)
{
	const char *text = setting(c, i);
	enum err e;

	if (text[0] == '\0')
		return E_OK;
	e = listen_at(text, c->listen_backlog, &q->fd[i], why);
	if (e != E_OK)
		return e;
	q->can_hide[i] = listen_path(text) != NULL;
	ownfile_note(&q->socket[i], listen_path(text));
	return E_OK;
}

enum err
queues_open(struct queues *q, const struct conf *c, char *why)
{
	int handed[QUEUES];
	enum err e;

	*q = (struct queues){ .fd = { -1, -1 } };
	e = handed_take(handed, why);
	for (size_t i = 0; e == E_OK && i < QUEUES; i++)
		e = handed[i] >= 0 ? take_over(q, i, handed[i], c, why)
		    : make_own(q, i, c, why);
	if (e != E_OK)
		queues_close(q);
	return e;
}

void
queues_resize(const struct queues *q, const struct conf *c)
{
	for (size_t i = 0; i < QUEUES; i++)
		if (q->fd[i] >= 0 &&
		    listen(q->fd[i], (int)c->listen_backlog) != 0)
			log_msg(LOG_ERROR, "listen", "%s", strerror(errno));
}

bool
queues_fit(const struct conf *was, const struct conf *is, char *why)
{
	static const char *const key[QUEUES] = { "listen", "listen_read" };

	for (size_t i = 0; i < QUEUES; i++) {
		if (strcmp(setting(was, i), setting(is, i)) == 0)
			continue;
		why_say(why, "%.200s: %s = %.107s: takes a "
		    "restart", conf_source(is), key[i], setting(is, i));
		return false;
	}
	return true;
}

bool
queues_wait_for(const struct queues *q)
{
	struct pollfd p[QUEUES];

	for (size_t i = 0; i < QUEUES; i++)
		p[i] = (struct pollfd){ q->can_hide[i] ? q->fd[i] : -1,
		    POLLIN, 0 };
	return poll(p, QUEUES, 0) > 0;
}
