/* SPDX-License-Identifier: MIT */
/*
 * Where and why a text is not the JSON that we take, as json_scan() finds it;
 * json_why.def has the reasons, web/text.def the sentences.
 */
#ifndef SHOP_JSON_WHY_H
#define SHOP_JSON_WHY_H

#include <stddef.h>

enum json_why {
#define WHY(name) JSON_WHY_##name,
#include "io/json_why.def"
#undef WHY
	JSON_WHY_COUNT
};

struct json_scan_fault {
	enum json_why why;
	size_t at;	/* byte of the text, from 0 */
};

/*
 * Bytes of the member's name at a fault that is about one, its quotes with
 * it; 0 where it is about none, or the name is long.
 */
size_t json_name_len(const char *text, const struct json_scan_fault *);

#endif
