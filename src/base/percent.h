/* SPDX-License-Identifier: MIT */
/* Percent-encoding (RFC 3986, 2.1), as targets have it. */
#ifndef SHOP_PERCENT_H
#define SHOP_PERCENT_H

#include <stdbool.h>
#include <stddef.h>

/* The byte that %XX at s stands for, of len bytes; -1: malformed. */
int percent_byte(const char *s, size_t len);

/*
 * Decodes a part of a query: %XX is a byte, + a blank. out has len + 1 bytes,
 * and may not be s.  Returns false for a malformed escape and for %00; out is
 * undefined then.
 */
bool percent_decode(const char *s, size_t len, char *out);

#endif
