/* SPDX-License-Identifier: MIT */
/*
 * Base64url (RFC 4648, 5) without padding: each sequence of bytes has exactly
 * one spelling.
 */
#include "config.h"

#include "io/base64url.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "abcdefghijklmnopqrstuvwxyz0123456789-_";

const char *
base64url_encode(struct arena *a, const void *from, size_t len)
{
	const unsigned char *in = from;
	size_t chars = (len * 8 + 5) / 6;
	char *out = arena_alloc(a, chars + 1);

	for (size_t i = 0; out != NULL && i < chars; i++) {
		size_t byte = i * 6 / 8, shift = i * 6 % 8;
		unsigned int two = (unsigned int)in[byte] << 8;

		if (byte + 1 < len)
			two |= in[byte + 1];
		out[i] = alphabet[two >> (10 - shift) & 0x3f];
	}
	return out;
}

#define NO_VALUE 64

static unsigned int
value_of(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return (unsigned)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (unsigned)(c - 'a') + 26;
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0') + 52;
	return c == '-' ? 62 : c == '_' ? 63 : NO_VALUE;
}

enum err
base64url_decode(struct arena *a, const char *text, size_t len,
    unsigned char **out, size_t *out_len)
{
	unsigned int bits = 0, n = 0, six;

	*out_len = 0;
	if ((*out = arena_alloc(a, len * 6 / 8 + 1)) == NULL)
		return E_INTERNAL;
	for (size_t i = 0; i < len; i++) {
		if ((six = value_of((unsigned char)text[i])) == NO_VALUE)
			return E_ENCODING;
		bits = bits << 6 | six;
		if ((n += 6) >= 8) {
			n -= 8;
			(*out)[(*out_len)++] = (unsigned char)(bits >> n);
			bits &= (1U << n) - 1;
		}
	}
	/* Six bits over: a length of 4n + 1, which no bytes have. */
	return n == 6 || bits != 0 ? E_ENCODING : E_OK;
}

_Static_assert(sizeof alphabet == 64 + 1, "six bits");
