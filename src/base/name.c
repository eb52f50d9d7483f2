/* SPDX-License-Identifier: MIT */
/* Which characters an id of ours, a header or a file's name may have. */
#include "config.h"

#include "base/name.h"

/* By ranges: strspn() makes a table of its set anew at each call. */
bool
name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

bool
name_is_valid(const char *s, size_t max)
{
	size_t len = 0;

	while (s != NULL && len <= max && name_char(s[len]))
		len++;
	return len > 0 && len <= max && s[len] == '\0';
}
