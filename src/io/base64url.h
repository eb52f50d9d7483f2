/* SPDX-License-Identifier: MIT */
/* Base64url without padding (RFC 4648, 5), as tokens are spelt. */
#ifndef SHOP_BASE64URL_H
#define SHOP_BASE64URL_H

#include "base/arena.h"

/* 0-terminated, the arena's; NULL at its maximum. */
const char *base64url_encode(struct arena *, const void *, size_t len)
    MUST_CHECK;

/*
 * The bytes, the arena's.  One sequence of bytes has one spelling only: no
 * padding, no blanks, no length 4n + 1, no bits left over that are not 0;
 * any other is E_ENCODING.  E_INTERNAL.
 */
enum err base64url_decode(struct arena *, const char *, size_t len,
    unsigned char **out, size_t *out_len) MUST_CHECK;

#endif
