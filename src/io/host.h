/* SPDX-License-Identifier: MIT */
/*
 * The addresses of a host's name, looked up without waiting for longer than
 * one wants to.
 *
 * A name server that swallows queries holds getaddrinfo() for 10 s and more,
 * and has no deadline of its own.  So a lookup goes on beside (glibc's
 * getaddrinfo_a(), a thread), its answer is taken whenever it has come, and
 * the last good one is remembered.
 *
 *	if (host_look(h, 500) != HOST_UNKNOWN)
 *		for (i = 0; (address = host_address(h, i)) != NULL; i++) ...
 */
#ifndef SHOP_HOST_H
#define SHOP_HOST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct host;

enum host_state {
	HOST_UNKNOWN,		/* no address: host_why() */
	HOST_REMEMBERED,	/* the last known ones: no answer, or none yet */
	HOST_FOUND		/* what the name server just said */
};

/* A name, or an address itself, which needs no lookup.  NULL: no memory. */
struct host *host_new(const char *name) MUST_CHECK;
void host_free(struct host *);

/*
 * Looks it up anew, or goes on with the lookup under way, and waits at most
 * wait_ms for the answer.
 */
enum host_state host_look(struct host *, int wait_ms);

/* Is a lookup under way? */
bool host_looking(const struct host *);

/* Address i as digits, until the next host_look(); NULL: there are no more. */
const char *host_address(const struct host *, size_t i);
size_t host_count(const struct host *);

/* Why there was no answer. */
const char *host_why(const struct host *);

#endif
