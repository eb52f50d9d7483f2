/* SPDX-License-Identifier: MIT */
/*
 * The memory of one request: allocated piece by piece, released all at once
 * by arena_reset().  One arena a worker.  Pages once touched are kept and
 * used again, so that a worker's memory is flat; the maximum bounds what one
 * request can take.  Built with --enable-asan each piece is a malloc of its
 * own, so that the sanitizer sees every overrun.
 */
#ifndef SHOP_ARENA_H
#define SHOP_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "base/err.h"

struct arena;

/* A new arena of at most max bytes, or NULL without memory. */
struct arena *arena_new(size_t max) MUST_CHECK;

/* Release it and all that is in it; NULL is fine. */
void arena_free(struct arena *);

/* Run what was deferred, newest first, and forget every piece. */
void arena_reset(struct arena *);

/* Zeroed memory, aligned for anything; NULL at the maximum. */
void *arena_alloc(struct arena *, size_t bytes) MUST_CHECK;

/* A copy of len bytes with a 0 behind; NULL at the maximum. */
char *arena_copy(struct arena *, const void *, size_t len) MUST_CHECK;

/* printf into the arena; NULL at the maximum. */
char *arena_printf(struct arena *, const char *, ...)
    __attribute__((format(printf, 2, 3))) MUST_CHECK;

/*
 * At the next reset call fn(p): how something another library allocated
 * lives as long as the request.  At the maximum fn(p) is called at once and
 * E_INTERNAL returned.
 */
enum err arena_defer(struct arena *, void (*fn)(void *), void *p) MUST_CHECK;

#endif
