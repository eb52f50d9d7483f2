/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a bearer token (io/jwt).  The first byte is the mode:
 *
 *	r	the rest is the token
 *	t	the rest is "HEADER.CLAIMS" as it stands, to be signed
 *	j	the rest is a JSON header, a 0 and JSON claims, to be encoded
 *		and signed; J: with the key of kid k1
 *	p, P	the same, where iss and aud are configured
 *
 * What is accepted is taken apart again by other means: cJSON, and a base64url
 * of our own.
 */
#include "config.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "fuzz.h"
#include "io/base64url.h"
#include "../encode.h"
#include "../hmac.h"

#define ISSUER "shop"
#define AUDIENCE "api"

/* What a part of the token says; its spelling must be the only one. */
static cJSON *
part(const char *text, size_t len)
{
	unsigned char *bytes;
	size_t n;
	char *again = malloc(2 * len + 4);
	cJSON *tree;

	CHECK(again != NULL);
	CHECK(base64url_decode(fuzz_arena(), text, len, &bytes, &n) == E_OK);
	CHECK(encode(again, bytes, n) == len);
	CHECK(memcmp(again, text, len) == 0);
	free(again);
	tree = cJSON_ParseWithLength((const char *)bytes, n);
	CHECK(cJSON_IsObject(tree));
	return tree;
}

static const char *
text_of(const cJSON *object, const char *name)
{
	return cJSON_GetStringValue(
	    cJSON_GetObjectItemCaseSensitive(object, name));
}

static double
number_of(const cJSON *object, const char *name, double otherwise)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

	CHECK(item == NULL || cJSON_IsNumber(item));
	return item != NULL ? item->valuedouble : otherwise;
}

/* The header's; returns the key that must have signed it. */
static const char *
check_header(const char *text, size_t len)
{
	cJSON *header = part(text, len);
	const char *alg = text_of(header, "alg"), *kid;
	bool named;

	CHECK(alg != NULL && strcmp(alg, "HS256") == 0);
	CHECK(cJSON_GetObjectItemCaseSensitive(header, "crit") == NULL);
	CHECK(cJSON_GetObjectItemCaseSensitive(header, "jwk") == NULL);
	named = cJSON_GetObjectItemCaseSensitive(header, "kid") != NULL;
	kid = text_of(header, "kid");
	CHECK(!named || (kid != NULL && strcmp(kid, "k1") == 0));
	cJSON_Delete(header);
	return named ? FUZZ_KEY_1 : FUZZ_KEY;
}

static void
check_parties(const cJSON *claims)
{
	const cJSON *aud = cJSON_GetObjectItemCaseSensitive(claims, "aud");
	const char *iss = text_of(claims, "iss");
	const cJSON *one;
	bool found = false;

	CHECK(iss != NULL && strcmp(iss, ISSUER) == 0);
	if (cJSON_IsString(aud))
		found = strcmp(aud->valuestring, AUDIENCE) == 0;
	else
		cJSON_ArrayForEach(one, aud)
			found |= strcmp(one->valuestring, AUDIENCE) == 0;
	CHECK(found);
}

static void
check_claims(const char *text, size_t len, int64_t id, bool parties)
{
	cJSON *claims = part(text, len);
	const char *sub = text_of(claims, "sub");
	double now = (double)FUZZ_NOW_S, later = now +
	    (double)fuzz_conf()->jwt_leeway_s;
	char told[24];

	snprintf(told, sizeof told, "%" PRId64, id);
	CHECK(id >= 1 && id <= SAFE_INT_MAX);
	CHECK(sub != NULL && strcmp(sub, told) == 0);
	CHECK(number_of(claims, "exp", 0) > now);
	/* Their fractions are cut off. */
	CHECK(number_of(claims, "nbf", 0) < later + 1);
	CHECK(number_of(claims, "iat", 0) < later + 1);
	if (parties)
		check_parties(claims);
	cJSON_Delete(claims);
}

static void
check_accepted(const char *token, size_t len, int64_t id, bool parties)
{
	const char *dot = memchr(token, '.', len), *second, *key;
	unsigned char mac[SHA256_BYTES];
	char signature[48];
	size_t n;

	CHECK(dot != NULL);
	second = memchr(dot + 1, '.', (size_t)(token + len - dot - 1));
	CHECK(second != NULL);
	key = check_header(token, (size_t)(dot - token));
	CHECK(hmac_once(key, strlen(key), token,
	    (size_t)(second - token), mac) == E_OK);
	n = encode(signature, mac, sizeof mac);
	CHECK(n == (size_t)(token + len - second - 1));
	CHECK(memcmp(signature, second + 1, n) == 0);
	check_claims(dot + 1, (size_t)(second - dot - 1), id, parties);
}

static void
check(const char *token, size_t len, bool parties)
{
	struct conf *c = fuzz_conf();
	const char *cause = NULL;
	struct jwt_who who = { -77, 0 };
	enum err e;

	snprintf(c->jwt_issuer, sizeof c->jwt_issuer, "%s",
	    parties ? ISSUER : "");
	snprintf(c->jwt_audience, sizeof c->jwt_audience, "%s",
	    parties ? AUDIENCE : "");
	e = jwt_verify(fuzz_keys(), c, fuzz_arena(), token, len, FUZZ_NOW_S,
	    &who, &cause);
	if (e == E_OK) {
		check_accepted(token, len, who.user_id, parties);
		return;
	}
	CHECK(e == E_INVALID_TOKEN || e == E_EXPIRED_TOKEN);
	CHECK(who.user_id == -77);
	CHECK(cause != NULL && cause[0] != '\0');
}

/* text has room for the signature. */
static size_t
sign(char *text, size_t len, const char *key)
{
	unsigned char mac[SHA256_BYTES];

	CHECK(hmac_once(key, strlen(key), text, len, mac) == E_OK);
	text[len] = '.';
	return len + 1 + encode(text + len + 1, mac, sizeof mac);
}

/* The token that mode and bytes mean, at to; its length. */
static size_t
make(char mode, const char *from, size_t len, char *to)
{
	const char *key = mode == 'J' || mode == 'P' ? FUZZ_KEY_1 : FUZZ_KEY;
	const char *second = memchr(from, '\0', len);
	size_t first = second != NULL ? (size_t)(second - from) : len, n;

	if (strchr("tjJpP", mode) == NULL || mode == '\0') {
		memcpy(to, from, len);
		return len;
	}
	if (mode == 't') {
		memcpy(to, from, len);
		return sign(to, len, key);
	}
	n = encode(to, from, first);
	to[n++] = '.';
	if (second != NULL)
		n += encode(to + n, second + 1, len - first - 1);
	return sign(to, n, key);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *room, *token, mode;
	size_t n;

	if (len == 0)
		return 0;
	mode = (char)data[0];
	CHECK((room = malloc(2 * len + 64)) != NULL);
	n = make(mode, (const char *)data + 1, len - 1, room);
	/* Of exactly its size, so that a sanitizer sees a read past it. */
	CHECK((token = malloc(n + (n == 0))) != NULL);
	memcpy(token, room, n);
	free(room);
	check(token, n, mode == 'p' || mode == 'P');
	free(token);
	arena_reset(fuzz_arena());
	return 0;
}
