/* SPDX-License-Identifier: MIT */
/*
 * The scanner that stands before cJSON: RFC 8259 to the letter and, beyond it,
 * no \u0000, no lone surrogate, no duplicate member (compared unescaped),
 * JSON_DEPTH_MAX levels.  Only json.c uses it.
 *
 * A number's value is decided here, by its text, because cJSON reads every
 * number as a double and stops after 63 digits.  The scanner rewrites it in
 * place as one that a double holds exactly, or as a stand-in;
 * json_scan_number() tells which of them a double is.
 */
#ifndef SHOP_JSON_SCAN_H
#define SHOP_JSON_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "io/json_why.h"

/*
 * text[len] must be 0.  E_MALFORMED_JSON, and where and why in *fault;
 * E_INTERNAL.
 */
enum err json_scan(struct arena *, char *text, size_t len,
    struct json_scan_fault *fault) MUST_CHECK;

enum json_number {
	JSON_NUMBER_INTEGER,	/* within +-SAFE_INT_MAX, however written */
	JSON_NUMBER_HUGE,	/* an integer beyond */
	JSON_NUMBER_FRACTION,	/* one whose whole part is within +-2^51 */
	JSON_NUMBER_FAR,	/* a fraction beyond */
};

/* *floor is that of an integer or a fraction; else 0. */
enum json_number json_scan_number(double, int64_t *floor);

#endif
