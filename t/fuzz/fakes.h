/* SPDX-License-Identifier: MIT */
/*
 * A database, a cache and a clock for t/fuzz/request.c: they stand in for
 * io/db.c and io/cache.c, whose names they define.  Each call takes the next
 * byte of a script and behaves by it:
 *
 *	A..L		the database's db_class, in order: A is DB_OK
 *	any other	DB_OK with rows, or the cache's answer, that vary
 *			with it; past the end it is 0
 *	0x80 added	the same, after three seconds
 */
#ifndef SHOP_FAKES_H
#define SHOP_FAKES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db;
struct cache;

/* Begin a request: what it may touch, and what it did. */
void fakes_reset(const uint8_t *script, size_t len);

/* A token that is right was handed over: user 1's data may be asked for. */
void fakes_authorize(void);
#define FAKES_USER 1

/* The database has answered in a way that only a 500 fits. */
bool fakes_excuse(void);

/* Both are the one there is. */
struct db *fakes_db(void);
struct cache *fakes_cache(void);

#endif
