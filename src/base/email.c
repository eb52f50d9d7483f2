/* SPDX-License-Identifier: MIT */
/*
 * Few rules, on purpose: what stands before the @ is the receiving host's
 * business (RFC 5321), so only what would break a header, a log line or a
 * form is refused.
 */
#include "config.h"

#include "base/email.h"

#include <string.h>

#include "base/limits.h"
#include "base/utf8.h"

const char *
email_fault(const char *s)
{
	size_t len = strlen(s);
	const char *at = strchr(s, '@');

	if (len < EMAIL_BYTES_MIN || len > EMAIL_BYTES_MAX)
		return "have 3 to 254 bytes";
	if (utf8_chars(s) < 0)
		return "be UTF-8";
	for (const char *c = s; *c != '\0'; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f)
			return "have no blanks and no control characters";
	if (at == NULL || strchr(at + 1, '@') != NULL)
		return "have one @";
	if (at == s || at[1] == '\0')
		return "have something before the @ and behind it";
	return NULL;
}

void
email_key(const char *s, char *out)
{
	for (; *s != '\0'; s++)
		*out++ = *s >= 'A' && *s <= 'Z' ? (char)(*s - 'A' + 'a') : *s;
	*out = '\0';
}
