/* SPDX-License-Identifier: MIT */
/* One table of hexadecimal digits for paths and queries alike. */
#include "config.h"

#include "base/percent.h"

static int
hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0'
	    : c >= 'a' && c <= 'f' ? c - 'a' + 10
	    : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int
percent_byte(const char *s, size_t len)
{
	int high = len >= 3 ? hex_value(s[1]) : -1;
	int low = high >= 0 ? hex_value(s[2]) : -1;

	return low < 0 ? -1 : high * 16 + low;
}

bool
percent_decode(const char *s, size_t len, char *out)
{
	size_t at = 0;
	int byte;

	for (size_t i = 0; i < len; i++) {
		out[at++] = s[i] == '+' ? ' ' : s[i];
		if (s[i] != '%')
			continue;
		if ((byte = percent_byte(s + i, len - i)) <= 0)
			return false;
		out[at - 1] = (char)byte;
		i += 2;
	}
	out[at] = '\0';
	return true;
}
