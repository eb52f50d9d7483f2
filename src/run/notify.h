/* SPDX-License-Identifier: MIT */
/*
 * What shopd tells a service manager that asks for it, as sd_notify(3) has
 * it: datagrams to the socket in NOTIFY_SOCKET, and, where WATCHDOG_USEC is
 * set, that its loop still runs, twice in that time.  Without NOTIFY_SOCKET
 * all of this does nothing.
 *
 * It never waits: what the manager does not take at once is sent again by the
 * next notify_tell(), the newest state only.
 */
#ifndef SHOP_NOTIFY_H
#define SHOP_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/why.h"

#define NOTIFY_STATUS_BYTES (WHY_BYTES + 256)
#define NOTIFY_NEVER INT64_MAX

enum notify_state {
	NOTIFY_READY,		/* started, or done with a roll */
	NOTIFY_RELOADING,
	NOTIFY_STOPPING,
};

struct notify {
	int fd;			/* -1: nobody asks */
	struct sockaddr_un to;
	socklen_t to_len;
	enum notify_state state;
	bool owed;		/* state was not taken yet */
	int64_t since_us;	/* of state */
	int64_t watchdog_us;	/* 0: there is none */
	int64_t alive_us;	/* last told */
	bool faulty;		/* logged that it can't be told */
	char status[NOTIFY_STATUS_BYTES];	/* last told */
};

/*
 * Takes the variables out of the environment, so that workers don't have them.
 * One that can't be obeyed is logged.
 */
void notify_open(struct notify *);
void notify_close(struct notify *);

void notify_state(struct notify *, enum notify_state);

/* Tells what is due: the status in a line, where it has changed. */
void notify_tell(struct notify *, const char *status);

/* When notify_tell() should be called again; NOTIFY_NEVER. */
int64_t notify_wake_us(const struct notify *);

#endif
