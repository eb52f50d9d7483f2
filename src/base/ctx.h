/* SPDX-License-Identifier: MIT */
/*
 * What a request may use: its memory, the settings, the connections.  Made
 * once a worker; nothing is reached by a global.
 */
#ifndef SHOP_CTX_H
#define SHOP_CTX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/limits.h"

struct arena;
struct cache;
struct conf;
struct counters;
struct db;
struct jwt_keys;

/* What a request leaves for its log line; cleared before each. */
struct trace {
	int64_t user_id;	/* 0: not known */
	int attempts;		/* of the write; 0: there was none */
	const char *cache;	/* "hit", "miss", "stale", ...; or NULL */
	const char *cause;	/* why it failed; or NULL */
	const char *statement;	/* the slowest of the database's, as sql.def
				   names it, or "connect"; NULL: there was none */
	int64_t statement_us;	/* how long that one took */
};

struct ctx {
	struct arena *arena;
	const struct conf *conf;
	const struct jwt_keys *keys;
	struct db *db;
	struct db *replica;	/* for what is read anywhere; or NULL */
	struct cache *cache;
	const struct jwt_keys *grant_keys;	/* NULL: charge_by is user */
	struct {		/* whether one more password may be hashed now */
		bool (*begin)(void *);	/* NULL: always */
		void (*end)(void *);	/* call it after begin said yes */
		void *arg;
	} hashing;
	struct counters *count;	/* this worker's; NULL: nobody counts */
	struct {		/* what all workers have counted, as text */
		enum err (*print)(struct ctx *, void *arg, const char **text,
		    size_t *len);	/* NULL: nobody knows */
		void *arg;
	} metrics;
	int64_t start_us;	/* of the request, and its wait for a worker */
	struct {		/* what shop/attempt may still retry */
		int64_t tenths;		/* of a retry */
		int64_t filled_us;	/* when it was last filled up */
	} budget;
	char identity[IDENTITY_CHARS + 1];	/* shop/identity's; "": not known */
	struct trace trace;
};

#endif
