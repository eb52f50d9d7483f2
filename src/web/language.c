/* SPDX-License-Identifier: MIT */
/* A range is read at a time; each of ours remembers the best that it was given. */
#include "config.h"

#include "web/language.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

static const char *const tags[LANGUAGES] = {
	[LANGUAGE_EN] = "en",
	[LANGUAGE_KO] = "ko",
};

/* Thousandths; a weight that is none refuses the range. */
#define WEIGHT_MAX 1000

struct wish {
	int weight;		/* -1: not named */
	int place;		/* in the header, from 0 */
};

/* "0.5" behind "q=" and before the range's end. */
static int
weight_of(const char *s, const char *end)
{
	int weight = (*s == '1') * WEIGHT_MAX, unit = WEIGHT_MAX / 10;

	if (s == end || (*s != '0' && *s != '1'))
		return -1;
	if (++s == end)
		return weight;
	if (*s++ != '.')
		return -1;
	for (; s < end; s++, unit /= 10) {
		if (*s < '0' || *s > '9' || unit == 0)
			return -1;
		weight += (*s - '0') * unit;
	}
	return weight <= WEIGHT_MAX ? weight : -1;
}

static const char *
skip_blanks(const char *s)
{
	return s + strspn(s, " \t");
}

/* The end of what begins at s, without the blanks before the delimiter. */
static const char *
range_end(const char *s, const char *end)
{
	while (end > s && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	return end;
}

/* One range and its weight, up to end. */
static void
take_range(struct wish wish[LANGUAGES], struct wish *any, const char *s,
    const char *end, int place)
{
	const char *semicolon = memchr(s, ';', (size_t)(end - s));
	const char *name_end = range_end(s, semicolon != NULL ? semicolon : end);
	struct wish is = { WEIGHT_MAX, place };

	if (semicolon != NULL) {
		semicolon = skip_blanks(semicolon + 1);
		is.weight = strncasecmp(semicolon, "q=", 2) == 0
		    ? weight_of(semicolon + 2, range_end(semicolon, end)) : -1;
	}
	if (is.weight < 0)
		return;
	if (name_end - s == 1 && *s == '*')
		*any = is;
	for (enum language l = 0; l < LANGUAGES; l++)
		if (name_end - s >= 2 && strncasecmp(s, tags[l], 2) == 0 &&
		    (name_end - s == 2 || s[2] == '-') &&
		    is.weight > wish[l].weight)
			wish[l] = is;
}

enum language
language_of(const char *accept)
{
	struct wish wish[LANGUAGES], any = { -1, 0 };
	enum language best = LANGUAGE_EN;
	int place = 0;

	if (accept == NULL)
		return LANGUAGE_EN;
	for (enum language l = 0; l < LANGUAGES; l++)
		wish[l] = any;
	for (const char *s = accept, *end; *s != '\0'; s = end + (*end == ',')) {
		s = skip_blanks(s);
		end = s + strcspn(s, ",");
		take_range(wish, &any, s, end, place++);
	}
	for (enum language l = 0; l < LANGUAGES; l++)
		if (wish[l].weight < 0)
			wish[l] = any;
	for (enum language l = 0; l < LANGUAGES; l++)
		if (wish[l].weight > 0 && (wish[l].weight > wish[best].weight ||
		    (wish[l].weight == wish[best].weight &&
		    wish[l].place < wish[best].place)))
			best = l;
	return best;
}

const char *
language_tag(enum language l)
{
	return tags[l];
}
