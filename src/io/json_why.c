/* SPDX-License-Identifier: MIT */
/* The name of a member that is there twice, as the text has it. */
#include "config.h"

#include "io/json_why.h"

/* A longer name does not help to find the place. */
#define NAME_BYTES_MAX 64

size_t
json_name_len(const char *text, const struct json_scan_fault *f)
{
	const char *name = text + f->at;
	size_t len = 1;

	if (f->why != JSON_WHY_DUPLICATE)
		return 0;
	while (name[len] != '"')
		len += name[len] == '\\' ? 2 : 1;
	return len + 1 <= NAME_BYTES_MAX ? len + 1 : 0;
}
