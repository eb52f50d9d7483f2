/* SPDX-License-Identifier: MIT */
/* A connection to a unix socket, for the programs that play clients. */
#ifndef SHOP_DIAL_H
#define SHOP_DIAL_H

#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* With a limit for each send and receive.  -1: see errno. */
static inline int
dial_unix(const char *path, struct timeval limit)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	if (connect(fd, (const struct sockaddr *)(const void *)&to,
	    sizeof to) == 0)
		return fd;
	close(fd);
	return -1;
}

#endif
