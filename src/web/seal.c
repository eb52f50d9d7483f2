/* SPDX-License-Identifier: MIT */
/*
 * A value of the cache is believed only if sealing it again gives the same
 * bytes.
 */
#include "config.h"

#include "web/seal.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "io/crypto.h"

#define MAGIC "shop1 "
/* Both numbers of 20 digits at most, a blank behind each, a 0. */
#define HEAD_BYTES (sizeof MAGIC + 2 * 21)
#define SUM_DIGITS 16

enum err
seal_make(struct arena *a, const struct sealed *s, const char **value,
    size_t *len)
{
	char head[HEAD_BYTES], *body, *out;
	unsigned char digest[SHA256_BYTES];
	size_t head_len = (size_t)snprintf(head, sizeof head,
	    MAGIC "%" PRId64 " %zu ", s->time_ms, s->len);
	enum err e;

	assert(s->time_ms >= 0);
	*len = head_len + SUM_DIGITS + 1 + s->len;
	if ((out = arena_alloc(a, *len + 1)) == NULL)
		return E_INTERNAL;
	body = out + head_len;
	memcpy(out, head, head_len);
	memcpy(body, s->body, s->len);
	if ((e = crypto_sha256(out, head_len + s->len, digest)) != E_OK)
		return e;
	memmove(body + SUM_DIGITS + 1, body, s->len);
	num_hex(digest, SUM_DIGITS / 2, body);
	body[SUM_DIGITS] = '\n';
	*value = out;
	return E_OK;
}

/* A number and the blank behind it. */
static bool
read_number(const char **at, const char *end, int64_t *n)
{
	const char *from = *at, *blank = memchr(from, ' ',
	    (size_t)(end - from));

	if (blank == NULL || !num_parse(from, (size_t)(blank - from), 0,
	    INT64_MAX, n))
		return false;
	*at = blank + 1;
	return true;
}

bool
seal_open(struct arena *a, const char *value, size_t len, struct sealed *out)
{
	const char *at = value + sizeof MAGIC - 1, *end = value + len, *again;
	size_t again_len;
	struct sealed s;
	int64_t said;

	if (len < sizeof MAGIC || !read_number(&at, end, &s.time_ms) ||
	    !read_number(&at, end, &said) ||
	    end - at < SUM_DIGITS + 1 || end - at - SUM_DIGITS - 1 != said)
		return false;
	s.body = at + SUM_DIGITS + 1;
	s.len = (size_t)said;
	if (seal_make(a, &s, &again, &again_len) != E_OK ||
	    again_len != len || memcmp(again, value, len) != 0)
		return false;
	*out = s;
	return true;
}
