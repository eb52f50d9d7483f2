/* SPDX-License-Identifier: MIT */
/*
 * Memory that parent and workers share; what is in it is written by one side
 * each.
 */
#include "config.h"

#include "run/board.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"
#include "run/metrics.h"

#define VARIABLE "SHOP_BOARD"	/* FD:SEAT */
/* The variables of a shopd from before boards had a layout. */
#define OLD_VARIABLE "SHOP_BOARD_FD"
#define OLD_SEAT "SHOP_BOARD_SEAT"

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
	if (*out != NULL) {
		strcpy((*out)->layout, BOARD_LAYOUT);
		(*out)->bytes = sizeof **out;
		(*out)->counters = metrics_digest();
		(*out)->started_s = num_now_ms() / 1000;
		log_count(board_pool(*out));
		return E_OK;
	}
	log_msg(LOG_ERROR, "board", "%s", strerror(errno));
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	return E_INTERNAL;
}

struct counters *
board_pool(struct board *b)
{
	return &b->count[BOARD_SEATS].c;
}

void
seat_clear(struct seat *s, enum queue q)
{
	s->busy_since_us = 0;
	s->connected_us = 0;
	s->place = 0;
	s->reads_at = 0;
	s->looked_us = 0;
	s->hashing_since_us = 0;
	s->request_id[0] = '\0';
	s->queue = q;
}

void
seat_log_id(const struct seat *s, struct log_line *l)
{
	char id[sizeof s->request_id];

	/* A worker that is alive may be writing it, and may have gone mad. */
	memcpy(id, s->request_id, sizeof id);
	id[sizeof id - 1] = '\0';
	if (id[0] != '\0')
		log_str(l, "id", id);
}

static bool
is_connected(const struct seat *s, int64_t queue, int64_t now_us)
{
	return s->connected_us != 0 && s->queue == queue &&
	    now_us - s->connected_us < BOARD_SILENT_US;
}

size_t
board_connected(const struct board *b, enum queue q, int64_t now_us)
{
	size_t n = 0;

	for (size_t i = 0; b != NULL && i < BOARD_SEATS; i++)
		n += is_connected(&b->seat[i], q, now_us);
	return n;
}

bool
board_is_last(const struct board *b, const struct seat *s, int64_t now_us)
{
	for (const struct seat *i = s + 1; i < b->seat + BOARD_SEATS; i++)
		if (is_connected(i, s->queue, now_us))
			return false;
	return true;
}

bool
board_idle(const struct board *b, const struct seat *s, int64_t now_us)
{
	for (size_t i = 0; b != NULL && i < BOARD_SEATS; i++)
		if (&b->seat[i] != s && b->seat[i].busy_since_us == 0 &&
		    is_connected(&b->seat[i], s->queue, now_us))
			return true;
	return false;
}

bool
board_hash(const struct board *b, struct seat *s, size_t most, int64_t now_us)
{
	size_t before = 0;

	s->hashing_since_us = now_us;
	/* Of two that began at once the earlier seat is first. */
	for (size_t i = 0; b != NULL && i < BOARD_SEATS; i++) {
		int64_t since = b->seat[i].hashing_since_us;

		before += &b->seat[i] != s && since != 0 &&
		    b->seat[i].queue == s->queue && (since < now_us ||
		    (since == now_us && &b->seat[i] < s));
	}
	if (before >= most)
		s->hashing_since_us = 0;
	return before < most;
}

void
board_hashed(struct seat *s)
{
	s->hashing_since_us = 0;
}

/* In the place of the list that nobody has joined for longer. */
struct db_list *
board_list(struct board_list all[BOARD_LISTS], uint64_t digest, int64_t now_us)
{
	struct board_list *old = &all[all[1].joined_us < all[0].joined_us];
	uint64_t of = old->of;

	for (size_t i = 0; i < BOARD_LISTS; i++)
		if (all[i].of == digest) {
			all[i].joined_us = now_us;
			return &all[i].list;
		}
	if (atomic_compare_exchange_strong(&old->of, &of, digest)) {
		memset(&old->list, 0, sizeof old->list);
		old->joined_us = now_us;
	}
	return old->of == digest ? &old->list : NULL;
}

const struct db_list *
board_look_list(const struct board_list all[BOARD_LISTS], uint64_t digest)
{
	static const struct db_list nothing;

	for (size_t i = 0; i < BOARD_LISTS; i++)
		if (all[i].of == digest)
			return &all[i].list;
	return &nothing;
}

int
board_hand_on(int fd, size_t seat)
{
	char text[64];

	snprintf(text, sizeof text, "%d:%zu", fd, seat);
	return fcntl(fd, F_SETFD, 0) == 0 &&
	    setenv(VARIABLE, text, 1) == 0 ? 0 : -1;
}

static bool
parse_seat(const char *text, int64_t *fd, int64_t *seat)
{
	const char *colon = text != NULL ? strchr(text, ':') : NULL;

	return colon != NULL && num_parse(text, (size_t)(colon - text), 0,
	    65535, fd) && num_parse(colon + 1, strlen(colon + 1), 0,
	    BOARD_SEATS - 1, seat);
}

/* Check the size first: touching a page that isn't there raises SIGBUS. */
static struct board *
map_board(int fd)
{
	struct board *b;
	struct stat st;

	if (fstat(fd, &st) != 0 || st.st_size != sizeof *b ||
	    (b = map(fd)) == NULL)
		return NULL;
	if (b->bytes == sizeof *b && strncmp(b->layout, BOARD_LAYOUT,
	    sizeof b->layout) == 0)
		return b;
	munmap(b, sizeof *b);
	return NULL;
}

struct board *
board_join(struct seat **seat)
{
	struct board *b = NULL;
	int64_t fd, at;
	bool given = true;

	*seat = NULL;
	if (parse_seat(getenv(VARIABLE), &fd, &at)) {
		b = map_board((int)fd);
		close((int)fd);
	} else if (getenv(OLD_VARIABLE) == NULL) {
		given = false;
	}
	if (b != NULL)
		*seat = &b->seat[at];
	else if (given)
		log_msg(LOG_WARN, "board", "shopd is of another version: "
		    "restart it, until then it does not see when this worker "
		    "is stuck");
	unsetenv(VARIABLE);
	unsetenv(OLD_VARIABLE);
	unsetenv(OLD_SEAT);
	return b;
}

_Static_assert(offsetof(struct board, db) == 128, "a cache line");
_Static_assert(sizeof(struct seat) == 128, "two cache lines");
_Static_assert(sizeof(struct counters) <= BOARD_COUNTERS_BYTES, "there is room");
