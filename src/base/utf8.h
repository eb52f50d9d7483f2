/* SPDX-License-Identifier: MIT */
/* UTF-8 (RFC 3629): shortest forms only, no surrogates, to U+10FFFF. */
#ifndef SHOP_UTF8_H
#define SHOP_UTF8_H

#include <stdbool.h>
#include <stdint.h>

#define UTF8_BAD UINT32_MAX

/*
 * The character at *at of a 0-terminated text, which moves behind it; at the
 * end 0, and it stays.  UTF8_BAD: *at is no longer of use.
 */
uint32_t utf8_next(const char **at);

/* Has it neither a C0 control character nor DEL? */
bool utf8_is_plain(const char *);

/* How many characters a text has; -1 when it is not UTF-8. */
int64_t utf8_chars(const char *);

#endif
