/* SPDX-License-Identifier: MIT */
/*
 * What memcached may answer for the ranking (web/seal): what opens is what
 * sealing makes, byte for byte.  The first byte is the mode:
 *
 *	r	the rest is the value
 *	f	the same, with the checksum its first line should have
 *	s	the rest is a body; it is sealed and opened
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "io/crypto.h"
#include "web/seal.h"

#define SUM_DIGITS 16

static void
check_open(const char *value, size_t len)
{
	struct sealed s = { NULL, 77, 88 };
	const char *again;
	size_t again_len;

	if (!seal_open(fuzz_arena(), value, len, &s)) {
		CHECK(s.body == NULL && s.len == 77 && s.time_ms == 88);
		return;
	}
	CHECK(s.time_ms >= 0);
	CHECK(s.body > value && s.body + s.len == value + len);
	CHECK(s.body[-1] == '\n');
	CHECK(seal_make(fuzz_arena(), &s, &again, &again_len) == E_OK);
	CHECK(again_len == len && memcmp(again, value, len) == 0);
}

/* Over the 16 characters that end the first line, where it has so many. */
static void
fix_sum(char *value, size_t len)
{
	char *line = memchr(value, '\n', len), sum[SUM_DIGITS + 1];
	unsigned char digest[SHA256_BYTES];
	size_t head;
	char *all;

	if (line == NULL || line - value < SUM_DIGITS)
		return;
	head = (size_t)(line - value) - SUM_DIGITS;
	len -= head + SUM_DIGITS + 1;
	CHECK((all = malloc(head + len + 1)) != NULL);
	memcpy(all, value, head);
	memcpy(all + head, line + 1, len);
	CHECK(crypto_sha256(all, head + len, digest) == E_OK);
	free(all);
	for (size_t i = 0; i < SUM_DIGITS / 2; i++)
		snprintf(sum + 2 * i, 3, "%02x", digest[i]);
	memcpy(line - SUM_DIGITS, sum, SUM_DIGITS);
}

/* The time is the body's first bytes, to have some. */
static void
check_seal(const char *body, size_t len)
{
	struct sealed s = { body, len, 0 }, t;
	size_t n = len < sizeof s.time_ms ? len : sizeof s.time_ms;
	const char *value;
	size_t value_len;

	memcpy(&s.time_ms, body, n);
	s.time_ms &= INT64_MAX;
	CHECK(seal_make(fuzz_arena(), &s, &value, &value_len) == E_OK);
	CHECK(value[value_len] == '\0');
	CHECK(seal_open(fuzz_arena(), value, value_len, &t));
	CHECK(t.len == len && memcmp(t.body, body, len) == 0);
	CHECK(t.time_ms == s.time_ms);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *value;

	if (len == 0)
		return 0;
	/* As cache_get() has it, but for the 0 that nobody should need. */
	CHECK((value = malloc(len - 1 + (len == 1))) != NULL);
	memcpy(value, data + 1, len - 1);
	if (data[0] == 'f')
		fix_sum(value, len - 1);
	if (data[0] == 's')
		check_seal(value, len - 1);
	else
		check_open(value, len - 1);
	free(value);
	arena_reset(fuzz_arena());
	return 0;
}
