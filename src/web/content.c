/* SPDX-License-Identifier: MIT */
/*
 * Small parsers of two headers: strict, for a body that is misread is money.
 */
#include "config.h"

#include "web/content.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#define BLANKS " \t"

/* A character of RFC 9110's token. */
static bool
is_token_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') ||
	    (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static size_t
token_len(const char *s)
{
	size_t len = 0;

	while (is_token_char(s[len]))
		len++;
	return len;
}

/* One that may stand in a quoted string: tab, blank, visible, or not ASCII. */
static bool
is_quotable(char c)
{
	return c == '\t' || ((unsigned char)c >= ' ' && c != 0x7f);
}

/*
 * A parameter's value, a token or a quoted string; *is_utf8 tells whether it
 * spells utf-8.  What is behind it, or NULL where there is none.
 */
static const char *
skip_value(const char *s, bool *is_utf8)
{
	static const char utf8[] = "utf-8";
	size_t n = 0, len = token_len(s);

	*is_utf8 = len == sizeof utf8 - 1 && strncasecmp(s, utf8, len) == 0;
	if (*s != '"')
		return len > 0 ? s + len : NULL;
	*is_utf8 = true;
	for (s++; *s != '"'; s++) {
		s += *s == '\\';
		if (!is_quotable(*s))
			return NULL;
		*is_utf8 = *is_utf8 && n < sizeof utf8 - 1 &&
		    strncasecmp(s, &utf8[n], 1) == 0;
		n++;
	}
	*is_utf8 = *is_utf8 && n == sizeof utf8 - 1;
	return s + 1;
}

/* Behind a ';' and the blanks around it: NAME=VALUE, or nothing. */
static const char *
skip_parameter(const char *s)
{
	static const char charset[] = "charset";
	size_t len = token_len(s);
	bool is_charset = len == sizeof charset - 1 &&
	    strncasecmp(s, charset, len) == 0, is_utf8;

	if (len == 0)
		return s;
	if (s[len] != '=')
		return NULL;
	s = skip_value(s + len + 1, &is_utf8);
	return is_charset && !is_utf8 ? NULL : s;
}

bool
content_is_json(const char *type)
{
	static const char json[] = "application/json";

	if (type == NULL || strncasecmp(type, json, sizeof json - 1) != 0)
		return false;
	type += sizeof json - 1;
	while (type != NULL) {
		type += strspn(type, BLANKS);
		if (*type == '\0')
			return true;
		if (*type++ != ';')
			return false;
		type = skip_parameter(type + strspn(type, BLANKS));
	}
	return false;
}

bool
content_is_plain(const char *codings)
{
	static const char identity[] = "identity";
	size_t len;

	for (; codings != NULL && *codings != '\0'; codings += len) {
		codings += strspn(codings, BLANKS ",");
		len = strcspn(codings, BLANKS ",");
		if (len != 0 && (len != sizeof identity - 1 ||
		    strncasecmp(codings, identity, len) != 0))
			return false;
	}
	return true;
}
