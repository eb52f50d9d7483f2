/* SPDX-License-Identifier: MIT */
/*
 * Which of several databases to connect to, as all workers of a pool know it
 * together: in memory that they share everything is atomic, and zeroed memory
 * says that all is well.  A place is its number in the list of base/place.h.
 *
 * The order of the list decides, so that all workers of all machines meet at the
 * same database while it lives.  One that keeps a worker waiting, or that takes
 * no writes, is passed over for a while by all of them.  Those that had to go on
 * come back one by one, DB_LIST_LOOK_MS apart.
 */
#ifndef SHOP_DB_LIST_H
#define SHOP_DB_LIST_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/breaker.h"
#include "base/place.h"

/* How long one is passed over that took no connection in time. */
#define DB_LIST_FROZEN_MS	1000
/* And one that takes no writes. */
#define DB_LIST_REFUSES_MS	250
/* Between two looks for a better one, by all workers together, that found it. */
#define DB_LIST_LOOK_MS		250
/* And after one that did not. */
#define DB_LIST_LOOK_AGAIN_MS	1000
/* The same where it took no connection in time. */
#define DB_LIST_LOOK_FROZEN_MS	5000
/* Between two looks whether the one in use takes writes still. */
#define DB_LIST_CHECK_MS	1000

struct db_list {
	struct breaker breaker[PLACES_MAX];
	/* When it was last found to take no writes, or no connections twice in a
	   row: sessions from before are not to be trusted. */
	_Atomic int64_t bad_us[PLACES_MAX];
	_Atomic int64_t check_us[PLACES_MAX];	/* when the next is due */
	_Atomic int64_t look_us;		/* the same, for a better one */
};

#define DB_LIST_NONE PLACES_MAX

/*
 * The first n places in the order in which to try them: those that are well, as
 * the list has them; the one that has just kept the caller waiting (DB_LIST_NONE:
 * none); those whose breaker is open, which breaker_allows() has a word in.
 */
void db_list_order(const struct db_list *, size_t n, size_t slow,
    size_t order[PLACES_MAX]);

/*
 * It was tried, and took no connection; in_time: it said so at once.  alone: there
 * is no other to go to.
 */
void db_list_failed(struct db_list *, size_t place, bool alone, bool in_time,
    int64_t now_us);

/* It takes no writes. */
void db_list_refused(struct db_list *, size_t place, int64_t now_us);

/* Is a session there that began at since_us not to be trusted? */
bool db_list_is_bad(const struct db_list *, size_t place, int64_t since_us);

/* Is it the caller's turn to look whether the place takes writes still? */
bool db_list_check_due(struct db_list *, size_t place, int64_t now_us);

/*
 * Is it the caller's turn to look for a better one?  The next turn is after
 * DB_LIST_LOOK_MS, or as the caller says.
 */
bool db_list_look_due(struct db_list *, int64_t now_us);
void db_list_look_later(struct db_list *, int64_t now_us, int64_t ms);

#endif
