/* SPDX-License-Identifier: MIT */
/*
 * Decimal integers and times, by hand: strtoll() takes blanks, signs and more.
 */
#include "config.h"

#include "base/num.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"

/* The last second that four digits of a year can tell. */
#define YEAR_9999_S INT64_C(253402300799)

bool
num_parse(const char *s, size_t len, int64_t min, int64_t max, int64_t *out)
{
	int64_t n = 0;
	size_t i = 0;
	bool negative = len > 0 && s[0] == '-' && min < 0;

	if (negative)
		i++;
	if (i == len || (s[i] == '0' && (len > i + 1 || negative)))
		return false;
	for (; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		if (!num_mul(n, 10, &n) ||
		    !num_add(n, negative ? '0' - s[i] : s[i] - '0', &n))
			return false;
	}
	if (n < min || n > max)
		return false;
	*out = n;
	return true;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * Behind an 'e'.  Past a thousand million it makes no difference: no text is
 * so long that its digits could reach the point again.
 */
static int64_t
exponent(const char *s, const char *end)
{
	bool negative = s < end && *s == '-';
	int64_t n = 0;

	s += s < end && !is_digit(*s);
	for (; s < end; s++)
		if (n < 1000000000)
			n = n * 10 + (*s - '0');
	return negative ? -n : n;
}

/* Digits and where the point stands among them: 12.30 is 1230 and 2. */
struct digits {
	const char *from, *to;		/* with a '.' at any place, or none */
	int64_t first, last;		/* digits that are not 0; -1: none */
	int64_t point;
};

static struct digits
scan_digits(const char *s, const char *end)
{
	struct digits d = { s, s, -1, -1, -1 };
	int64_t n = 0;

	for (; d.to < end && *d.to != 'e' && *d.to != 'E'; d.to++) {
		if (*d.to == '.') {
			d.point = n;
			continue;
		}
		if (*d.to != '0') {
			d.last = n;
			d.first = d.first < 0 ? n : d.first;
		}
		n++;
	}
	d.point = d.point < 0 ? n : d.point;
	if (d.to < end)
		d.point += exponent(d.to + 1, end);
	return d;
}

/* The digits before the point, at most 16. */
static int64_t
before_point(const struct digits *d)
{
	int64_t whole = 0, n = 0;

	for (const char *s = d->from; s < d->to && n < d->point; s++) {
		if (*s == '.')
			continue;
		whole = whole * 10 + (*s - '0');
		n++;
	}
	/* The exponent has moved the point behind the last digit. */
	for (; n < d->point && whole > 0; n++)
		whole *= 10;
	return whole;
}

struct num_decimal
num_decimal(const char *s, size_t len)
{
	struct num_decimal n = { .negative = len > 0 && *s == '-' };
	struct digits d = scan_digits(s + n.negative, s + len);

	if (d.first < 0)
		return (struct num_decimal){ 0 };
	n.fraction = d.last >= d.point;
	/* 9007199254740991 has 16 digits. */
	n.huge = d.point - d.first > 16;
	if (!n.huge)
		n.whole = before_point(&d);
	if (n.whole > SAFE_INT_MAX) {
		n.huge = true;
		n.whole = 0;
	}
	if (n.negative)
		n.whole = -n.whole;
	return n;
}

void
num_hex(const void *bytes, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *at = bytes;

	for (; len > 0; len--, at++) {
		*out++ = digits[*at >> 4];
		*out++ = digits[*at & 15];
	}
	*out = '\0';
}

bool
num_add(int64_t a, int64_t b, int64_t *out)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return false;
	*out = sum;
	return true;
}

bool
num_mul(int64_t a, int64_t b, int64_t *out)
{
	int64_t product;

	if (__builtin_mul_overflow(a, b, &product))
		return false;
	*out = product;
	return true;
}

int64_t
num_monotonic_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t
num_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* d stands for a digit, anything else for itself. */
static bool
has_time_shape(const char *s, const char *shape)
{
	if (strlen(s) != strlen(shape))
		return false;
	for (; *s != '\0'; s++, shape++)
		if (*shape == 'd' ? *s < '0' || *s > '9' : *s != *shape)
			return false;
	return true;
}

bool
num_rfc3339(const char *db_time, char *out)
{
	if (!has_time_shape(db_time, "dddd-dd-dd dd:dd:dd.ddd"))
		return false;
	snprintf(out, NUM_TIME_BYTES, "%sZ", db_time);
	out[10] = 'T';
	return true;
}

/* Days of a month of the Gregorian calendar. */
static int
days_of(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
	    30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

bool
num_db_time(const char *rfc3339, char *out)
{
	int year, month, day, hour, minute, second;

	if (!has_time_shape(rfc3339, "dddd-dd-ddTdd:dd:dd.dddZ"))
		return false;
	year = atoi(rfc3339);
	month = atoi(rfc3339 + 5);
	day = atoi(rfc3339 + 8);
	hour = atoi(rfc3339 + 11);
	minute = atoi(rfc3339 + 14);
	second = atoi(rfc3339 + 17);
	if (year < 1970 || month < 1 || month > 12 || day < 1 ||
	    day > days_of(year, month) || hour > 23 || minute > 59 ||
	    second > 59)
		return false;
	memcpy(out, rfc3339, NUM_TIME_BYTES - 2);
	out[10] = ' ';
	out[NUM_TIME_BYTES - 2] = '\0';
	return true;
}

_Static_assert(NUM_TIME_BYTES == sizeof "2026-01-31T12:34:56.789Z", "a time");

bool
num_utc(int64_t s, char *out)
{
	time_t t = (time_t)s;
	struct tm tm;

	return s >= 0 && s <= YEAR_9999_S && gmtime_r(&t, &tm) != NULL &&
	    strftime(out, NUM_TIME_BYTES, "%Y-%m-%dT%H:%M:%SZ", &tm) != 0;
}
