/* SPDX-License-Identifier: MIT */
/* A decoder for whatever must be counted in characters or refused. */
#include "config.h"

#include "base/utf8.h"

uint32_t
utf8_next(const char **at)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	unsigned char lead = (unsigned char)**at;
	int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
	uint32_t c = lead & (0x3fU >> more);

	*at += lead != 0;
	if (lead < 0x80)
		return lead;
	if (lead < 0xc2 || lead > 0xf4)
		return UTF8_BAD;
	/* The 0 at the end continues nothing, so this stops there. */
	for (int i = 0; i < more; i++) {
		if (((unsigned char)**at & 0xc0) != 0x80)
			return UTF8_BAD;
		c = c << 6 | ((unsigned char)*(*at)++ & 0x3f);
	}
	if (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return UTF8_BAD;
	return c;
}

int64_t
utf8_chars(const char *s)
{
	int64_t n = 0;
	uint32_t c;

	while ((c = utf8_next(&s)) != 0) {
		if (c == UTF8_BAD)
			return -1;
		n++;
	}
	return n;
}

bool
utf8_is_plain(const char *s)
{
	while ((unsigned char)*s >= ' ' && *s != 0x7f)
		s++;
	return *s == '\0';
}
