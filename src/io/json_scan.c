/* SPDX-License-Identifier: MIT */
/*
 * One pass over the text, which must be JSON to the letter, before cJSON sees
 * it.
 */
#include "config.h"

#include "io/json_scan.h"

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/num.h"
#include "io/json_char.h"

/* No token has fewer characters than its stand-in. */
/* Below it a double has four decimals to spare. */
#define TIME_MAX (INT64_C(1) << 36)
#define HUGE_ONE 9e99
#define FAR_ONE 9e98

/* Whole parts up to it: a half more has a double of its own. */
#define FRACTION_MAX (INT64_C(1) << 51)

#define STR(x) STR_(x)
#define STR_(x) #x

/*
 * The 0 behind the text matches nothing, so that no step needs to ask
 * whether the end was reached: one that reads it goes no further.
 */
struct scan {
	struct arena *arena;
	char *text;
	const char *at, *end;
	int depth;		/* objects and lists open */
	struct json_scan_fault *fault;
};

struct member {
	const char *name;	/* behind its opening quote */
	struct member *next;
};

static enum err scan_element(struct scan *);

/* Fails at that byte; at the text's end the reason is always that end. */
static enum err
bad_at(struct scan *s, const char *at, enum json_why why)
{
	s->fault->why = at == s->end ? JSON_WHY_END : why;
	s->fault->at = (size_t)(at - s->text);
	return E_MALFORMED_JSON;
}

static enum err
bad(struct scan *s, enum json_why why)
{
	return bad_at(s, s->at, why);
}

static bool
is_number_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void
skip_json_blanks(struct scan *s)
{
	while (*s->at == ' ' || *s->at == '\t' || *s->at == '\n' ||
	    *s->at == '\r')
		s->at++;
}

static enum err
scan_string(struct scan *s)
{
	const char *from;
	uint32_t c;

	s->at++;
	do {
		from = s->at;
		if ((c = json_char_next(&s->at)) == JSON_CHAR_BAD)
			return bad_at(s, from, json_char_why(from));
	} while (c != JSON_CHAR_END);
	return E_OK;
}

/* Two names that were scanned, unescaped on the way. */
static int
name_cmp(const char *p, const char *q)
{
	uint32_t c, d;

	do {
		c = json_char_next(&p);
		d = json_char_next(&q);
	} while (c == d && c != JSON_CHAR_END);
	return (c > d) - (c < d);
}

/* By name, then by place. */
static int
by_name(const void *a, const void *b)
{
	const char *p = *(const char *const *)a;
	const char *q = *(const char *const *)b;
	int order = name_cmp(p, q);

	return order != 0 ? order : (p > q) - (p < q);
}

/* By sorting: comparing each with each takes a body of many names for ever. */
static enum err
refuse_duplicates(struct scan *s, const struct member *m, size_t n)
{
	const char **names, *first = NULL;

	if (n < 2)
		return E_OK;
	if ((names = arena_alloc(s->arena, n * sizeof *names)) == NULL)
		return E_INTERNAL;
	for (size_t i = 0; m != NULL; m = m->next)
		names[i++] = m->name;
	qsort(names, n, sizeof *names, by_name);
	for (size_t i = 1; i < n; i++)
		if (name_cmp(names[i - 1], names[i]) == 0 &&
		    (first == NULL || names[i] < first))
			first = names[i];
	/* A name stands behind its quote. */
	return first == NULL ? E_OK
	    : bad_at(s, first - 1, JSON_WHY_DUPLICATE);
}

static enum err
scan_member(struct scan *s, struct member **members)
{
	struct member *m = arena_alloc(s->arena, sizeof *m);
	enum err e;

	if (m == NULL)
		return E_INTERNAL;
	skip_json_blanks(s);
	*m = (struct member){ s->at + 1, *members };
	*members = m;
	if (*s->at != '"')
		return bad(s, JSON_WHY_NAME);
	if ((e = scan_string(s)) != E_OK)
		return e;
	skip_json_blanks(s);
	if (*s->at != ':')
		return bad(s, JSON_WHY_COLON);
	s->at++;
	return scan_element(s);
}

/* Behind an opening bracket: is it closed at once? */
static bool
scan_empty(struct scan *s, char close)
{
	skip_json_blanks(s);
	if (*s->at != close)
		return false;
	s->at++;
	return true;
}

static enum err
scan_object(struct scan *s)
{
	struct member *members = NULL;
	size_t n = 0;
	enum err e;

	s->at++;
	if (scan_empty(s, '}'))
		return E_OK;
	for (;; s->at++) {
		if ((e = scan_member(s, &members)) != E_OK)
			return e;
		n++;
		if (*s->at != ',')
			break;
	}
	if (*s->at != '}')
		return bad(s, JSON_WHY_OBJECT_GOES_ON);
	s->at++;
	return refuse_duplicates(s, members, n);
}

static enum err
scan_list(struct scan *s)
{
	enum err e;

	s->at++;
	if (scan_empty(s, ']'))
		return E_OK;
	for (;; s->at++) {
		if ((e = scan_element(s)) != E_OK)
			return e;
		if (*s->at != ',')
			break;
	}
	if (*s->at != ']')
		return bad(s, JSON_WHY_LIST_GOES_ON);
	s->at++;
	return E_OK;
}

static enum err
scan_nested(struct scan *s)
{
	enum err e;

	if (s->depth == JSON_DEPTH_MAX)
		return bad(s, JSON_WHY_DEPTH);
	s->depth++;
	e = *s->at == '{' ? scan_object(s) : scan_list(s);
	s->depth--;
	return e;
}

static enum err
scan_word(struct scan *s, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(s->at, word, len) != 0)
		return bad(s, JSON_WHY_VALUE);
	s->at += len;
	return E_OK;
}

/* The n bytes of a token become text, and blanks behind it. */
static void
replace(struct scan *s, const char *from, const char *text, size_t len)
{
	char *to = s->text + (from - s->text);

	assert(len <= (size_t)(s->at - from));
	memset(to, ' ', (size_t)(s->at - from));
	memcpy(to, text, len);
}

/* 1.50e3 is 15e2: in no more characters, and to a double exact. */
static void
put_integer(struct scan *s, const char *from, int64_t n)
{
	char text[24];
	int zeros = 0, len;

	for (; n != 0 && n % 10 == 0; n /= 10)
		zeros++;
	len = zeros == 0 ? snprintf(text, sizeof text, "%" PRId64, n)
	    : snprintf(text, sizeof text, "%" PRId64 "e%d", n, zeros);
	replace(s, from, text, (size_t)len);
}

/*
 * A time keeps its milliseconds: 12.3456789 is 12.3455.  Any other fraction is
 * cut to halves, so that a double is exact and no integer: -0.1 is -0.5.
 */
static void
put_fraction(struct scan *s, const char *from, const struct num_decimal *n)
{
	const char *dot = memchr(from, '.', (size_t)(s->at - from));
	bool is_time = dot != NULL && !n->negative && n->whole < TIME_MAX &&
	    strcspn(from, "eE") >= (size_t)(s->at - from);
	char text[24];
	int len;

	if (is_time && s->at - dot <= (ptrdiff_t)sizeof ".123" - 1)
		return;
	if (is_time)
		len = snprintf(text, sizeof text, "%" PRId64 "%.4s5", n->whole,
		    dot);
	else
		len = snprintf(text, sizeof text, "%s%" PRId64 ".5",
		    n->negative ? "-" : "",
		    n->negative ? -n->whole : n->whole);
	replace(s, from, text, (size_t)len);
}

/* Rewrites a number so that cJSON's double is exact, or a stand-in. */
static void
settle_number(struct scan *s, const char *from)
{
	static const char huge[] = STR(HUGE_ONE);
	static const char far[] = STR(FAR_ONE);
	size_t len = (size_t)(s->at - from);
	struct num_decimal n;
	int64_t plain;

	if (num_parse(from, len, -SAFE_INT_MAX, SAFE_INT_MAX, &plain))
		return;
	n = num_decimal(from, len);
	if (n.fraction && (n.huge || llabs(n.whole) > FRACTION_MAX))
		replace(s, from, far, sizeof far - 1);
	else if (n.fraction)
		put_fraction(s, from, &n);
	else if (n.huge)
		replace(s, from, huge, sizeof huge - 1);
	else
		put_integer(s, from, n.whole);
}

/* Its digits; false when there are none. */
static bool
skip_digits(struct scan *s)
{
	const char *from = s->at;

	while (is_number_digit(*s->at))
		s->at++;
	return s->at != from;
}

static enum err
scan_number(struct scan *s)
{
	const char *from = s->at;

	s->at += *s->at == '-';
	if (*s->at == '0')
		s->at++;
	else if (!skip_digits(s))
		return bad(s, s->at == from ? JSON_WHY_VALUE : JSON_WHY_DIGIT);
	if (*s->at == '.') {
		s->at++;
		if (!skip_digits(s))
			return bad(s, JSON_WHY_DIGIT);
	}
	if (*s->at == 'e' || *s->at == 'E') {
		s->at++;
		s->at += *s->at == '+' || *s->at == '-';
		if (!skip_digits(s))
			return bad(s, JSON_WHY_DIGIT);
	}
	settle_number(s, from);
	return E_OK;
}

static enum err
scan_value(struct scan *s)
{
	switch (*s->at) {
	case '{':
	case '[':
		return scan_nested(s);
	case '"':
		return scan_string(s);
	case 't':
		return scan_word(s, "true");
	case 'f':
		return scan_word(s, "false");
	case 'n':
		return scan_word(s, "null");
	default:
		return scan_number(s);
	}
}

/* A value and the blanks around it. */
static enum err
scan_element(struct scan *s)
{
	enum err e;

	skip_json_blanks(s);
	e = scan_value(s);
	skip_json_blanks(s);
	return e;
}

enum err
json_scan(struct arena *a, char *text, size_t len,
    struct json_scan_fault *fault)
{
	struct scan s = { .arena = a, .text = text, .at = text,
	    .end = text + len, .fault = fault };
	enum err e;

	if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
		return bad(&s, JSON_WHY_BOM);
	if ((e = scan_element(&s)) != E_OK)
		return e;
	/* A 0 inside the text stops the scan as well, but not here. */
	return s.at == s.end ? E_OK : bad(&s, JSON_WHY_TRAILING);
}

enum json_number
json_scan_number(double n, int64_t *floor)
{
	*floor = 0;
	if (n == HUGE_ONE)
		return JSON_NUMBER_HUGE;
	if (n == FAR_ONE)
		return JSON_NUMBER_FAR;
	*floor = (int64_t)n;
	if ((double)*floor == n)
		return JSON_NUMBER_INTEGER;
	*floor -= n < 0;
	return JSON_NUMBER_FRACTION;
}
