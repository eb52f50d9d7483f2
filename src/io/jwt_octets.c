/* SPDX-License-Identifier: MIT */
/* Which octets of a key's file are the key. */
#include "config.h"

#include "io/jwt_octets.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "io/base64url.h"
#include "io/json.h"

#define STR(x) STR_(x)
#define STR_(x) #x

/* U+FEFF in UTF-8, with which some editors begin a text. */
#define BOM "\xef\xbb\xbf"

/* A JWK's: the text, its tree's table of members, and the octets. */
#define ARENA_BYTES (16 * JWT_KEY_FILE_BYTES_MAX)

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
is_key_text(const char *content, size_t len)
{
	const char *at = content;
	uint32_t c;

	do {
		c = utf8_next(&at);
		/* C0, DEL and C1. */
		if (c == UTF8_BAD || (c != 0 && c < ' ' &&
		    !is_blank((char)c)) || (c >= 0x7f && c < 0xa0))
			return false;
	} while (c != 0);
	return at == content + len;
}

/* ASCII as Windows writes it: a byte order mark, every other byte 0. */
static bool
is_utf16(const char *content, size_t len)
{
	bool little = len > 2 && memcmp(content, "\xff\xfe", 2) == 0;

	if (len < 4 || len % 2 != 0 ||
	    (!little && memcmp(content, "\xfe\xff", 2) != 0))
		return false;
	for (size_t i = 2; i < len; i += 2) {
		char low = content[little ? i : i + 1];

		if (content[little ? i + 1 : i] != '\0' ||
		    (!is_blank(low) && (low < ' ' || low > '~')))
			return false;
	}
	return true;
}

static const char *
take_octets(struct jwt_octets *o, const void *bytes, size_t len)
{
	if (len < JWT_KEY_BYTES_MIN)
		return "a key must have at least " STR(JWT_KEY_BYTES_MIN)
		    " bytes";
	if (len > JWT_KEY_BYTES_MAX)
		return "a key must have at most " STR(JWT_KEY_BYTES_MAX)
		    " bytes";
	memcpy(o->byte, bytes, len);
	o->len = len;
	return NULL;
}

/* The member is that text, or not there. */
static bool
agrees(const struct json *jwk, const char *name, const char *wanted)
{
	const char *text;

	return !json_has(jwk, name) || (json_get_str(jwk, name, &text) &&
	    strcmp(text, wanted) == 0);
}

static const char *
check_members(const struct json *jwk, const char *kid)
{
	if (!json_has(jwk, "kty") || !agrees(jwk, "kty", "oct"))
		return "a JWK whose kty is not oct";
	if (!agrees(jwk, "alg", "HS256"))
		return "a JWK whose alg is not HS256";
	if (!agrees(jwk, "use", "sig"))
		return "a JWK whose use is not sig";
	if (json_has(jwk, "key_ops") &&
	    !json_list_has_str(jwk, "key_ops", "verify"))
		return "a JWK whose key_ops have no verify";
	if (kid[0] != '\0' && !agrees(jwk, "kid", kid))
		return "a JWK whose kid is not the file's name";
	return NULL;
}

static const char *
take_jwk(struct arena *a, const char *content, size_t len, const char *kid,
    struct jwt_octets *o)
{
	const char *k, *fault;
	const struct json *jwk;
	unsigned char *bytes;
	size_t n;
	enum err e = json_parse(a, content, len, &jwk);

	if (e != E_OK)
		return e == E_INTERNAL ? "out of memory"
		    : "begins with '{', as a JWK does, and is not JSON";
	if ((fault = check_members(jwk, kid)) != NULL)
		return fault;
	if (!json_get_str(jwk, "k", &k))
		return "a JWK without a k";
	e = base64url_decode(a, k, strlen(k), &bytes, &n);
	if (e != E_OK)
		return e == E_INTERNAL ? "out of memory" : "a JWK whose k is "
		    "not base64url without padding";
	fault = take_octets(o, bytes, n);
	explicit_bzero(bytes, n);
	return fault;
}

const char *
jwt_octets(const char *content, size_t len, const char *kid,
    struct jwt_octets *o)
{
	struct arena *a;
	const char *fault;
	size_t first;
	bool marked;

	if (is_utf16(content, len))
		return "is UTF-16: save it as UTF-8";
	if (!is_key_text(content, len))
		return take_octets(o, content, len);
	marked = strncmp(content, BOM, sizeof BOM - 1) == 0;
	first = marked ? sizeof BOM - 1 : 0;
	while (is_blank(content[first]))
		first++;
	if (marked && content[first] == '{')
		return "a JWK behind a byte order mark: save it without";
	if (content[first] != '{') {
		len -= len > 0 && content[len - 1] == '\n';
		len -= content[len] == '\n' && len > 0 &&
		    content[len - 1] == '\r';
		return take_octets(o, content, len);
	}
	if ((a = arena_new(ARENA_BYTES)) == NULL)
		return "out of memory";
	fault = take_jwk(a, content, len, kid, o);
	arena_free(a);
	return fault;
}
