/* SPDX-License-Identifier: MIT */
/* Base64url for tests, apart from the module's: one does not excuse the other. */
#ifndef SHOP_T_ENCODE_H
#define SHOP_T_ENCODE_H

#include <stddef.h>

/* 0-terminated; how many characters. */
static inline size_t
encode(char *out, const void *from, size_t len)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkl"
	    "mnopqrstuvwxyz0123456789-_";
	const unsigned char *in = from;
	unsigned int bits = 0, n = 0;
	size_t chars = 0;

	for (size_t i = 0; i < len; i++) {
		bits = (bits << 8 | in[i]) & 0xffff;
		for (n += 8; n >= 6; n -= 6)
			out[chars++] = letters[bits >> (n - 6) & 63];
	}
	if (n > 0)
		out[chars++] = letters[bits << (6 - n) & 63];
	out[chars] = '\0';
	return chars;
}

#endif
