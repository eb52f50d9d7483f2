/* SPDX-License-Identifier: MIT */
/* Formats beside the old sentence, which may be among the arguments. */
#include "config.h"

#include "base/why.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
why_say(char *why, const char *format, ...)
{
	char text[WHY_BYTES];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	memcpy(why, text, strlen(text) + 1);
}
