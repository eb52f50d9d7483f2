/* SPDX-License-Identifier: MIT */
/*
 * Where the databases are: db_socket, or db_host where that is empty, as a list,
 * the best first.
 *
 *	db_host = db1.example.org, 192.0.2.7:3307, [2001:db8::7]:3306, /run/db.sock
 *
 * A host without a port has db_port.  An address of IPv6 with one stands in
 * brackets, and without one need not.  What begins with / is a socket.
 * Replicas to read from are db_read_host's, in the same way; there may be none.
 */
#ifndef SHOP_PLACE_H
#define SHOP_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/why.h"

struct conf;

/* Either, with a port and brackets. */
#define PLACE_NAME_BYTES	(PLACE_HOST_BYTES_MAX + 10)

struct place {
	char host[PLACE_HOST_BYTES_MAX + 1];	/* or the socket's path */
	int64_t port;				/* 0: a socket */
	char name[PLACE_NAME_BYTES];		/* for people: HOST:PORT */
};

struct places {
	size_t n;			/* 1 or more; to read from, or none */
	struct place at[PLACES_MAX];
};

/* A number that two lists share only where they are the same; never 0. */
uint64_t places_digest(const struct places *);

enum place_use { PLACES_WRITE, PLACES_READ };

/*
 * By the settings.  E_CONFIG: too many, none to write to, one twice, or one that
 * is no place, which why[WHY_BYTES] names.
 */
enum err places_read(const struct conf *, enum place_use, struct places *,
    char *why) MUST_CHECK;

/* Would it read both? */
enum err places_check(const struct conf *, char *why) MUST_CHECK;

/* Is each of them all a socket?  False also where places_read() fails. */
bool places_are_sockets(const struct conf *);

#endif
