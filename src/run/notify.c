/* SPDX-License-Identifier: MIT */
/* Lines NAME=VALUE, all that is due in one datagram. */
#include "config.h"

#include "run/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/num.h"

/* A path, or a name that is no file: then the @ stands for a 0. */
static bool
set_address(struct notify *n, const char *name)
{
	size_t len = strlen(name);

	if ((name[0] != '/' && name[0] != '@') || len >= sizeof n->to.sun_path) {
		errno = EINVAL;
		return false;
	}
	n->to.sun_family = AF_UNIX;
	memcpy(n->to.sun_path, name, len);
	if (name[0] == '@')
		n->to.sun_path[0] = '\0';
	n->to_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	return true;
}

/* 0: none, or another process's. */
static int64_t
watchdog_us(void)
{
	const char *text = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	int64_t us, whose;

	if (text == NULL || !num_parse(text, strlen(text), 1, INT64_MAX / 4,
	    &us) || (pid != NULL && (!num_parse(pid, strlen(pid), 1, INT32_MAX,
	    &whose) || whose != getpid())))
		return 0;
	return us;
}

void
notify_open(struct notify *n)
{
	const char *name = getenv("NOTIFY_SOCKET");

	*n = (struct notify){ .fd = -1 };
	if (name != NULL && name[0] != '\0') {
		n->watchdog_us = watchdog_us();
		if (!set_address(n, name) || (n->fd = socket(AF_UNIX,
		    SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) < 0)
			log_msg(LOG_ERROR, "notify", "NOTIFY_SOCKET=%s: %s",
			    name, strerror(errno));
	}
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

void
notify_close(struct notify *n)
{
	if (n->fd >= 0)
		close(n->fd);
	n->fd = -1;
}

static void
add_state(const struct notify *n, struct buf *to)
{
	switch (n->state) {
	case NOTIFY_READY:
		buf_str(to, "READY=1\n");
		break;
	case NOTIFY_RELOADING:
		buf_str(to, "RELOADING=1\nMONOTONIC_USEC=");
		buf_i64(to, n->since_us);
		buf_char(to, '\n');
		break;
	case NOTIFY_STOPPING:
		buf_str(to, "STOPPING=1\n");
		break;
	}
}

/* False: not taken, and to be sent again. */
static bool
was_taken(struct notify *n, const struct buf *text)
{
	if (sendto(n->fd, text->data, text->len, MSG_NOSIGNAL,
	    (const struct sockaddr *)(const void *)&n->to, n->to_len) >= 0) {
		n->faulty = false;
		return true;
	}
	if (errno != EAGAIN && !n->faulty) {
		n->faulty = true;
		log_msg(LOG_ERROR, "notify", "%s", strerror(errno));
	}
	return false;
}

void
notify_state(struct notify *n, enum notify_state state)
{
	n->state = state;
	n->owed = true;
	n->since_us = num_monotonic_us();
	notify_tell(n, n->status);
}

void
notify_tell(struct notify *n, const char *status)
{
	int64_t now = num_monotonic_us();
	char data[NOTIFY_STATUS_BYTES + 128];
	struct buf text;

	if (n->fd < 0)
		return;
	buf_init(&text, data, sizeof data);
	if (n->owed)
		add_state(n, &text);
	if (strcmp(status, n->status) != 0) {
		buf_str(&text, "STATUS=");
		buf_str(&text, status);
		buf_char(&text, '\n');
	}
	if (notify_wake_us(n) <= now)
		buf_str(&text, "WATCHDOG=1\n");
	if (text.len == 0 || !was_taken(n, &text))
		return;
	n->owed = false;
	if (status != n->status)
		snprintf(n->status, sizeof n->status, "%s", status);
	if (notify_wake_us(n) <= now)
		n->alive_us = now;
}

int64_t
notify_wake_us(const struct notify *n)
{
	return n->fd < 0 || n->watchdog_us == 0 ? NOTIFY_NEVER
	    : n->alive_us + n->watchdog_us / 2;
}
