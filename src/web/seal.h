/* SPDX-License-Identifier: MIT */
/*
 * An answer's body on its way through the cache, where it may be cut, mixed up
 * or replaced by somebody else's.  A sealed one is
 *
 *	shop1 TIME LENGTH SUM\n
 *	BODY
 *
 * TIME and LENGTH in decimal, SUM the first eight bytes, as 16 hexadecimal
 * digits, of the SHA-256 of "shop1 TIME LENGTH " and the body.  It guards
 * against accidents: whoever can write to the cache can also seal.
 */
#ifndef SHOP_SEAL_H
#define SHOP_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct sealed {
	const char *body;	/* any bytes */
	size_t len;
	int64_t time_ms;	/* when it was made, since the epoch; >= 0 */
};

/* Seal; the arena's, with a 0 behind.  E_INTERNAL. */
enum err seal_make(struct arena *, const struct sealed *, const char **value,
    size_t *len) MUST_CHECK;

/*
 * Open; the body stays where it is.  Returns true only if sealing the result
 * again yields the same bytes.  On false, also without memory, *out is
 * unchanged.
 */
bool seal_open(struct arena *, const char *value, size_t len,
    struct sealed *out) MUST_CHECK;

#endif
