/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/num.h"

#include <assert.h>
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

bool
num_rfc3339(const char *db_time, char *out)
{
	static const char shape[] = "dddd-dd-dd dd:dd:dd.ddd";
	size_t i;

	if (strlen(db_time) != sizeof shape - 1)
		return false;
	for (i = 0; shape[i] != '\0'; i++)
		if (shape[i] == 'd' ? db_time[i] < '0' || db_time[i] > '9'
		    : db_time[i] != shape[i])
			return false;
	memcpy(out, db_time, i);
	out[10] = 'T';
	out[i] = 'Z';
	out[i + 1] = '\0';
	return true;
}

_Static_assert(NUM_TIME_BYTES == sizeof "2026-01-31T12:34:56.789Z", "a time");
