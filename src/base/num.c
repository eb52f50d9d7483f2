/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/num.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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
has_shape(const char *s, const char *shape)
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
	if (!has_shape(db_time, "dddd-dd-dd dd:dd:dd.ddd"))
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

	if (!has_shape(rfc3339, "dddd-dd-ddTdd:dd:dd.dddZ"))
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
