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
/* And one that has failed a reader; where it kept it waiting, the other. */
#define DB_LIST_FAILED_MS	1000
#define DB_LIST_WAITED_MS	5000
/* For how long one that was near is taken to be. */
#define DB_LIST_NEAR_MS		3000
/* Between two looks how far the writer is, by all workers together. */
#define DB_LIST_REACH_MS	1000
/* So much later it is also the turn of one that has no connection to it. */
#define DB_LIST_REACH_LATE_MS	4000
/* Between two of what it said, or there was such a while. */
#define DB_LIST_LEAP_MS		2500
/* Between two looks for a better one, by all workers together, that found it. */
#define DB_LIST_LOOK_MS		250
/* And after one that did not. */
#define DB_LIST_LOOK_AGAIN_MS	1000
/* And for how long one that took no connection in time is not looked at. */
#define DB_LIST_LOOK_FROZEN_MS	5000
/* Between two looks whether the one in use takes writes still. */
#define DB_LIST_CHECK_MS	1000

struct db_list {
	struct breaker breaker[PLACES_MAX];
	/* When it was last found to take no writes, or no connections twice in a
	   row: sessions from before are not to be trusted. */
	_Atomic int64_t bad_us[PLACES_MAX];
	_Atomic int64_t fit_us[PLACES_MAX];	/* when it was found fit; 0: not */
	_Atomic int64_t check_us[PLACES_MAX];	/* when the next is due */
	_Atomic int64_t look_us;		/* the same, for a better one */
	/* One that let a look wait is left out of looks until then. */
	_Atomic int64_t frozen_until_us[PLACES_MAX];
	/* Of readers: db_reached(), when that is due, and each place's. */
	_Atomic int64_t far_ms, beat_ms, reach_us;
	_Atomic int64_t near_us[PLACES_MAX];	/* when it was last near */
	_Atomic int64_t behind_ms[PLACES_MAX];	/* when it was last asked */
};

#define DB_LIST_NONE PLACES_MAX

/*
 * The n places in the order in which to try them: those that are well, as the list
 * has them, from the first on and round it; the one that has just kept the caller waiting (DB_LIST_NONE:
 * none); those whose breaker is open, which breaker_allows() has a word in.
 */
void db_list_order(const struct db_list *, size_t n, size_t first, size_t slow,
    size_t order[PLACES_MAX]);

/*
 * It was tried, and took no connection; in_time: it said so at once.  alone: there
 * is no other to go to.
 */
void db_list_failed(struct db_list *, size_t place, bool alone, bool in_time,
    int64_t now_us);

/* It is no good: passed over for so long, and the sessions there are given up. */
void db_list_refused(struct db_list *, size_t place, int64_t ms, int64_t now_us);

/* It was found fit. */
void db_list_fit(struct db_list *, size_t place, int64_t now_us);

/* Was it fit when that was last known, and not away since? */
bool db_list_was_fit(const struct db_list *, size_t place);

/* Is a session there that began at since_us not to be trusted? */
bool db_list_is_bad(const struct db_list *, size_t place, int64_t since_us);

/* Is it the caller's turn to look whether the place takes writes still? */
bool db_list_check_due(struct db_list *, size_t place, int64_t now_us);

/* Is it the caller's turn to learn how far the writer is?  As db_reach_due(). */
bool db_list_reach_due(struct db_list *, bool connected, int64_t now_us);

/*
 * How far it is; what is less than is known already says nothing.  After a while
 * without any, which no replica can have yet, it counts when the next one has come.
 */
void db_list_reached(struct db_list *, int64_t far_ms);

/*
 * The place has come that far: is that near enough?  *news: it was the other way
 * when it was last asked.
 */
bool db_list_near(struct db_list *, size_t place, int64_t far_ms, int64_t lag_ms,
    int64_t now_us, bool *news);

/*
 * May a session there that began at since_us answer?  It was near a moment ago, by
 * whoever asked, and has not failed since.
 */
bool db_list_is_near(const struct db_list *, size_t place, int64_t since_us,
    int64_t now_us);

/*
 * Is it the caller's turn to look for a better one?  The next turn is after
 * DB_LIST_LOOK_MS, or as the caller says.
 */
bool db_list_look_due(struct db_list *, int64_t now_us);
void db_list_look_later(struct db_list *, int64_t now_us, int64_t ms);

/*
 * The place kept a look waiting: those behind it have their turn, and it has its
 * own after DB_LIST_LOOK_FROZEN_MS.
 */
void db_list_look_waited(struct db_list *, size_t place, int64_t now_us);
bool db_list_look_at(const struct db_list *, size_t place, int64_t now_us);

#endif
