/* SPDX-License-Identifier: MIT */
/* The next character of a string, escaped or not, as a code point. */
#include "config.h"

#include "io/json_char.h"

#include <string.h>

static uint32_t
hex4(const char **at)
{
	uint32_t n = 0;

	for (int i = 0; i < 4; i++, ++*at) {
		char c = **at;

		if (c >= '0' && c <= '9')
			n = n << 4 | (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			n = n << 4 | (uint32_t)(c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			n = n << 4 | (uint32_t)(c - 'A' + 10);
		else
			return JSON_CHAR_BAD;
	}
	return n;
}

/* Behind "\u". */
static uint32_t
utf16_char(const char **at)
{
	uint32_t high = hex4(at), low;

	if (high == 0 || high == JSON_CHAR_BAD)
		return JSON_CHAR_BAD;
	if (high < 0xd800 || high > 0xdfff)
		return high;
	if (high > 0xdbff || (*at)[0] != '\\' || (*at)[1] != 'u')
		return JSON_CHAR_BAD;
	*at += 2;
	low = hex4(at);
	if (low < 0xdc00 || low > 0xdfff)
		return JSON_CHAR_BAD;
	return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

/* Behind the backslash. */
static uint32_t
escaped_char(const char **at)
{
	static const char letters[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
	char c = **at;
	const char *letter = c == '\0' ? NULL : strchr(letters, c);

	if (c == '\0')
		return JSON_CHAR_BAD;
	++*at;
	if (c == 'u')
		return utf16_char(at);
	if (letter == NULL)
		return JSON_CHAR_BAD;
	return (unsigned char)means[letter - letters];
}

uint32_t
json_char_next(const char **at)
{
	unsigned char c = (unsigned char)**at;

	if (c < 0x20)
		return JSON_CHAR_BAD;
	if (c >= 0x80)
		return utf8_next(at);
	++*at;
	if (c == '\\')
		return escaped_char(at);
	return c == '"' ? JSON_CHAR_END : c;
}

enum json_why
json_char_why(const char *from)
{
	const char *hex = from + 2;
	uint32_t c;

	if ((unsigned char)*from < 0x20)
		return JSON_WHY_CONTROL;
	if (*from != '\\')
		return JSON_WHY_UTF8;
	if (from[1] != 'u' || (c = hex4(&hex)) == JSON_CHAR_BAD)
		return JSON_WHY_ESCAPE;
	return c == 0 ? JSON_WHY_NUL : JSON_WHY_SURROGATE;
}
