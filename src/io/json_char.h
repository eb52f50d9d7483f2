/* SPDX-License-Identifier: MIT */
/*
 * The characters of a JSON string, escapes and UTF-8 alike as code points.
 * The text ends in a 0, which no string has.  Only json_scan.c uses it.
 */
#ifndef SHOP_JSON_CHAR_H
#define SHOP_JSON_CHAR_H

#include <stdint.h>

#include "base/utf8.h"
#include "io/json_why.h"

/* Results of json_char_next() that are no code points. */
#define JSON_CHAR_END 0
#define JSON_CHAR_BAD UTF8_BAD

/*
 * The character at *at, which moves behind it; JSON_CHAR_END behind the
 * closing quote.  JSON_CHAR_BAD: *at is no longer of use.
 */
uint32_t json_char_next(const char **at);

/* Why it refused the character that begins at from. */
enum json_why json_char_why(const char *from);

#endif
