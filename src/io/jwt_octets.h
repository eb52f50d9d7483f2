/* SPDX-License-Identifier: MIT */
/*
 * What a key's file says.  A key is octets, and its file is one of three:
 *
 *  - text that begins with '{': a JWK (RFC 7517), {"kty":"oct","k":"..."},
 *    k being the octets in base64url without padding.  Of its other members
 *    alg must be HS256, use sig, key_ops have verify, and kid be the file's
 *    name, where they are there at all.  A byte order mark before it is
 *    refused;
 *  - other text: its bytes without one newline at the end, LF or CR LF, that
 *    editors and echo put there.  All else of it is the key, blanks too, and
 *    hexadecimal or base64 is not decoded;
 *  - any other bytes: all of them.
 *
 * Text is UTF-8 without control characters but tab, CR and LF; that random
 * octets look so by chance has a likelihood of less than 2^-40 for 32 of them.
 */
#ifndef SHOP_JWT_OCTETS_H
#define SHOP_JWT_OCTETS_H

#include <stddef.h>

#include "base/err.h"
#include "base/limits.h"

struct jwt_octets {
	unsigned char byte[JWT_KEY_BYTES_MAX];
	size_t len;		/* JWT_KEY_BYTES_MIN and more */
};

/*
 * Of a file's content, content[len] being 0; kid is its name, "" where it has
 * none.  NULL, or what is wrong with it.  The caller wipes both.
 */
const char *jwt_octets(const char *content, size_t len, const char *kid,
    struct jwt_octets *) MUST_CHECK;

#endif
