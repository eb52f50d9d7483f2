/* SPDX-License-Identifier: MIT */
/*
 * Numbers and times.  Integers are int64_t; nothing here rounds, wraps or
 * guesses: what does not fit is refused.
 */
#ifndef SHOP_NUM_H
#define SHOP_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * All of s as a decimal integer within min..max: digits, for a negative min
 * one '-' before them, no sign '+', no leading zero, no blank.
 */
bool num_parse(const char *s, size_t len, int64_t min, int64_t max,
    int64_t *out);

/*
 * The value of s, which must be a number by JSON's grammar.  It is read from
 * the text, whatever its exponent, so that nothing is rounded.
 */
struct num_decimal {
	int64_t whole;		/* digits behind the point are dropped */
	bool negative;		/* also for -0.5, where whole is 0 */
	bool fraction;		/* a digit behind the point is not 0 */
	bool huge;		/* beyond +-SAFE_INT_MAX; whole is 0 */
};
struct num_decimal num_decimal(const char *s, size_t len);

/* a + b and a * b; on overflow false, and *out is unchanged. */
bool num_add(int64_t a, int64_t b, int64_t *out);
bool num_mul(int64_t a, int64_t b, int64_t *out);

/* Each byte as two hexadecimal digits, in small letters, and a 0 behind. */
void num_hex(const void *bytes, size_t len, char *out);

/* Microseconds of the monotonic clock: for spans, never shown. */
int64_t num_monotonic_us(void);

/* Milliseconds since the epoch: for tokens and ages. */
int64_t num_now_ms(void);

/*
 * "2026-01-31 12:34:56.789" (as the database writes it) as RFC 3339,
 * "2026-01-31T12:34:56.789Z".  out has NUM_TIME_BYTES.  False on any other
 * shape.
 */
#define NUM_TIME_BYTES 25
bool num_rfc3339(const char *db_time, char *out);

/*
 * The other way round, exactly that shape.  out has NUM_TIME_BYTES.  False
 * also where there is no such day or time.
 */
bool num_db_time(const char *rfc3339, char *out);

/*
 * Seconds since the epoch as "2026-01-31T12:34:56Z"; out has NUM_TIME_BYTES.
 * False for a time before 1970 or after 9999.
 */
bool num_utc(int64_t s, char *out);

#endif
