/* SPDX-License-Identifier: MIT */
/*
 * The scanner that stands before cJSON: RFC 8259 to the letter and, beyond
 * it, no \u0000, no lone surrogate, no duplicate member (compared unescaped),
 * JSON_DEPTH_MAX levels.  Only json.c uses it.
 *
 * Whether a number is an integer is decided here, by its text, because cJSON
 * reads every number as a double and stops after 63 digits.  In place, it is
 * left as it is where it is written without '.' and exponent and lies within
 * +-SAFE_INT_MAX, which a double holds exactly; else one of two stand-ins and
 * blanks take its place.
 */
#ifndef SHOP_JSON_SCAN_H
#define SHOP_JSON_SCAN_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

/* No token has fewer characters than its stand-in. */
#define JSON_SCAN_FRACTION	0.5	/* has a '.' or an exponent */
#define JSON_SCAN_HUGE		9e99	/* an integer out of range */

/* text[len] must be 0.  E_MALFORMED_JSON, E_INTERNAL. */
enum err json_scan(struct arena *, char *text, size_t len) MUST_CHECK;

#endif
