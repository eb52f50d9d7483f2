/* SPDX-License-Identifier: MIT */
/*
 * Where and why a text is not the JSON that we take: what json_scan() finds,
 * and the sentence that a client is told.  json_why.def has the reasons.
 */
#ifndef SHOP_JSON_WHY_H
#define SHOP_JSON_WHY_H

#include <stddef.h>

#include "base/arena.h"

enum json_why {
#define WHY(name, sentence) JSON_WHY_##name,
#include "io/json_why.def"
#undef WHY
	JSON_WHY_COUNT
};

struct json_scan_fault {
	enum json_why why;
	size_t at;	/* byte of the text, from 0 */
};

/*
 * "There is a duplicate member \"amount\" at byte 17."  text is what was
 * scanned; a duplicate's name is told where it is short.  The arena's, or NULL
 * without memory.
 */
const char *json_why(struct arena *, const char *text,
    const struct json_scan_fault *);

#endif
