/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "run/board.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"
#include "base/num.h"

static struct board *
map(int fd)
{
	struct board *b = mmap(NULL, sizeof *b, PROT_READ | PROT_WRITE,
	    MAP_SHARED, fd, 0);

	return b != MAP_FAILED ? b : NULL;
}

enum err
board_make(struct board **out, int *fd)
{
	*out = NULL;
	*fd = memfd_create("shop-board", MFD_CLOEXEC);
	if (*fd >= 0 && ftruncate(*fd, sizeof **out) == 0)
		*out = map(*fd);
	if (*out != NULL)
		return E_OK;
	log_msg(LOG_ERROR, "board", "%s", strerror(errno));
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	return E_INTERNAL;
}

void
seat_clear(struct seat *s)
{
	s->busy_since_us = 0;
	s->connected_us = 0;
}

bool
board_connected(const struct board *b, int64_t now_us)
{
	for (size_t i = 0; b != NULL && i < BOARD_SEATS; i++)
		if (b->seat[i].connected_us != 0 &&
		    now_us - b->seat[i].connected_us < BOARD_SILENT_US)
			return true;
	return false;
}

int
board_hand_on(int fd, size_t seat)
{
	char fd_text[16], seat_text[32];

	snprintf(fd_text, sizeof fd_text, "%d", fd);
	snprintf(seat_text, sizeof seat_text, "%zu", seat);
	return fcntl(fd, F_SETFD, 0) == 0 &&
	    setenv("SHOP_BOARD_FD", fd_text, 1) == 0 &&
	    setenv("SHOP_BOARD_SEAT", seat_text, 1) == 0 ? 0 : -1;
}

static bool
number(const char *name, int64_t max, int64_t *out)
{
	const char *text = getenv(name);

	return text != NULL && num_parse(text, strlen(text), 0, max, out);
}

struct board *
board_join(struct seat **seat)
{
	struct board *b = NULL;
	int64_t fd, at;

	*seat = NULL;
	if (number("SHOP_BOARD_FD", 65535, &fd) &&
	    number("SHOP_BOARD_SEAT", BOARD_SEATS - 1, &at)) {
		b = map((int)fd);
		close((int)fd);
	}
	if (b != NULL)
		*seat = &b->seat[at];
	unsetenv("SHOP_BOARD_FD");
	unsetenv("SHOP_BOARD_SEAT");
	return b;
}

_Static_assert(sizeof(struct seat) == 64, "a cache line");
