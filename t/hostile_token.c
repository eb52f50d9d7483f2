/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "hostile.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "io/base64url.h"
#include "hmac.h"

#define HEADER "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"
/* Fixed times: a request must be the same whenever it is made. */
#define LATER "4102444800"
#define PAST "1000000000"

/* What could be had, or the end: a test program has no other way out. */
static const char *
need(const char *text)
{
	if (text == NULL)
		abort();
	return text;
}

static const char *
sign(struct hostile *h, const char *header, const char *claims,
    const char *key, size_t key_len)
{
	unsigned char mac[SHA256_BYTES];
	const char *text = need(arena_printf(h->arena, "%s.%s",
	    need(base64url_encode(h->arena, header, strlen(header))),
	    need(base64url_encode(h->arena, claims, strlen(claims)))));

	if (hmac_once(key, key_len, text, strlen(text), mac) != E_OK)
		abort();
	return need(arena_printf(h->arena, "%s.%s", text,
	    need(base64url_encode(h->arena, mac, sizeof mac))));
}

/* Signed by the shop's own key. */
static const char *
ours(struct hostile *h, const char *header, const char *claims)
{
	return sign(h, header, claims, h->goods->secret,
	    h->goods->secret_len);
}

static const char *
claims_of(struct hostile *h, const char *exp)
{
	return need(arena_printf(h->arena, "{\"sub\":\"%" PRId64
	    "\",\"exp\":%s}", h->user, exp));
}

static const char *
good(struct hostile *h)
{
	return ours(h, HEADER, claims_of(h, LATER));
}

static const char *
foreign_key(struct hostile *h)
{
	static const char *const keys[] = { "secret", "changeme", "\n", "",
	    "0123456789abcdef0123456789abcdef", "null" };
	const char *key = PICK(h, keys);

	return sign(h, HEADER, claims_of(h, LATER), key, strlen(key));
}

static const char *
expired(struct hostile *h)
{
	return ours(h, HEADER, claims_of(h, one_in(h, 2) ? PAST : "0"));
}

static const char *
wrong_alg(struct hostile *h)
{
	static const char *const algs[] = { "\"none\"", "\"None\"",
	    "\"nOnE\"", "\"HS384\"", "\"HS512\"", "\"RS256\"", "\"ES256\"",
	    "\"PS256\"", "\"EdDSA\"", "\"hs256\"", "\"HS256 \"", "\"\"",
	    "null", "256", "[\"HS256\"]", "{\"HS256\":1}", "true",
	    "\"HS256\\u0000\"", "\"HS256\",\"alg\":\"none\"",
	    "\"none\",\"al\\u0067\":\"HS256\"" };
	const char *token = ours(h, need(arena_printf(h->arena,
	    "{\"alg\":%s,\"typ\":\"JWT\"}", PICK(h, algs))),
	    claims_of(h, LATER));

	/* Unsigned, as "none" has it. */
	if (one_in(h, 3))
		return need(arena_copy(h->arena, token,
		    (size_t)(strrchr(token, '.') + 1 - token)));
	return token;
}

/* One character is another: there is no second spelling of a token. */
static const char *
flipped(struct hostile *h)
{
	const char *token = good(h);
	size_t len = strlen(token);
	char *copy = arena_copy(h->arena, token, len), c;
	size_t at = (size_t)pick(h, 0, (int64_t)len - 1);

	need(copy);
	do
		c = (char)pick(h, 0x21, one_in(h, 4) ? 0xff : 0x7e);
	while (c == copy[at]);
	copy[at] = c;
	return copy;
}

static const char *
cut(struct hostile *h)
{
	const char *token = good(h);

	return need(arena_copy(h->arena, token,
	    (size_t)pick(h, 0, (int64_t)strlen(token) - 1)));
}

/* Its parts in another number or order: 1, 2 and 3 are they. */
static const char *
other_parts(struct hostile *h)
{
	static const char *const shapes[] = { "1", "1.2", "1.2.", "..", ".",
	    ".2.3", "1..3", "1.2.3.", ".1.2.3", "1.2.3.3", "1.2.3.1.2", "2.1.3",
	    "1.1.3", "1.2.3.4.5.6", "3.2.1", "1.3.2", "1:2:3", "1 2 3",
	    "1.2.3,1.2.3", "\"1.2.3\"", "1.2.3=", "1=.2.3", "1.2=.3", "1.+2.3",
	    "1./2.3", "1. 2.3", "1 .2.3", "%1.2.3", "1.2.3;", "1.2.33" };
	const char *shape = PICK(h, shapes), *part[3];
	char *token = arena_copy(h->arena, good(h), strlen(good(h)));
	char *room = arena_alloc(h->arena, 8192);
	struct buf b;

	need(token);
	need(room);
	buf_init(&b, room, 8192);
	part[0] = strtok(token, ".");
	part[1] = strtok(NULL, ".");
	part[2] = strtok(NULL, ".");
	for (; *shape != '\0'; shape++)
		if (*shape >= '1' && *shape <= '3')
			buf_str(&b, part[*shape - '1']);
		else
			buf_char(&b, *shape);
	return room;
}

/* No key has a name here, so that any name is one too many. */
static const char *
named_key(struct hostile *h)
{
	static const char *const kids[] = { "\"\"", "\"jwt\"", "\"secret\"",
	    "\"../jwt.secret\"", "\"../../../../dev/null\"", "\"/dev/null\"",
	    "\"' OR '1'='1\"", "\"a\\u0000b\"", "\"%00\"", "\"$(id)\"", "1",
	    "null", "[\"a\"]", "{}", "\"\xed\x95\x9c\"", "\"..\\\\..\"" };
	const char *header = need(arena_printf(h->arena,
	    "{\"alg\":\"HS256\",\"kid\":%s}", PICK(h, kids)));

	return one_in(h, 2) ? ours(h, header, claims_of(h, LATER))
	    : sign(h, header, claims_of(h, LATER), "", 0);
}

static const char *
wrong_claims(struct hostile *h)
{
	static const char *const claims[] = { "{}", "[]", "null", "7", "",
	    "{\"sub\":\"1\"}", "{\"exp\":" LATER "}",
	    "{\"sub\":1,\"exp\":" LATER "}", "{\"sub\":\"0\",\"exp\":" LATER "}",
	    "{\"sub\":\"-1\",\"exp\":" LATER "}",
	    "{\"sub\":\"01\",\"exp\":" LATER "}",
	    "{\"sub\":\" 1\",\"exp\":" LATER "}",
	    "{\"sub\":\"1.0\",\"exp\":" LATER "}",
	    "{\"sub\":\"1\\u0000\",\"exp\":" LATER "}",
	    "{\"sub\":\"9007199254740992\",\"exp\":" LATER "}",
	    "{\"sub\":\"1' OR '1'='1\",\"exp\":" LATER "}",
	    "{\"sub\":null,\"exp\":" LATER "}",
	    "{\"sub\":[\"1\"],\"exp\":" LATER "}",
	    "{\"sub\":\"1\",\"exp\":\"" LATER "\"}",
	    "{\"sub\":\"1\",\"exp\":" PAST ".999}",
	    "{\"sub\":\"1\",\"exp\":4e-9}", "{\"sub\":\"1\",\"exp\":1e400}",
	    "{\"sub\":\"1\",\"exp\":9007199254740992}",
	    "{\"sub\":\"1\",\"exp\":-1}", "{\"sub\":\"1\",\"exp\":null}",
	    "{\"sub\":\"1\",\"exp\":true}", "{\"sub\":\"1\",\"exp\":[]}",
	    "{\"sub\":\"1\",\"exp\":" LATER ",\"nbf\":" LATER "}",
	    "{\"sub\":\"1\",\"exp\":" LATER ",\"iat\":" LATER "}",
	    "{\"sub\":\"1\",\"exp\":" LATER ",\"nbf\":\"0\"}",
	    "{\"sub\":\"1\",\"exp\":" LATER ",\"exp\":" LATER "}",
	    "{\"sub\":\"1\",\"exp\":" LATER "}{}",
	    "{\"sub\":\"1\",\"exp\":" LATER,
	    "{\"sub\":\"1\",\"exp\":" LATER ",}",
	    "{\"sub\":\"\xff\",\"exp\":" LATER "}",
	    "[{\"sub\":\"1\",\"exp\":" LATER "}]" };

	return ours(h, HEADER, PICK(h, claims));
}

static const char *
refused_member(struct hostile *h)
{
	static const char *const members[] = {
	    "\"jwk\":{\"kty\":\"oct\",\"k\":\"AAAA\"}",
	    "\"jku\":\"https://evil.example/\"",
	    "\"x5u\":\"https://evil.example/\"", "\"x5c\":[\"AAAA\"]",
	    "\"x5t\":\"AAAA\"", "\"x5t#S256\":\"AAAA\"",
	    "\"crit\":[\"exp\"]", "\"b64\":false", "\"zip\":\"DEF\"",
	    "\"typ\":\"JWE\"", "\"typ\":null", "\"j\\u0077k\":0" };

	return ours(h, need(arena_printf(h->arena, "{\"alg\":\"HS256\",%s}",
	    PICK(h, members))), claims_of(h, LATER));
}

/* Longer than TOKEN_BYTES_MAX, but rightly signed. */
static const char *
too_long(struct hostile *h)
{
	return ours(h, HEADER, need(arena_printf(h->arena, "{\"sub\":\"%"
	    PRId64 "\",\"exp\":" LATER ",\"x\":\"%0*d\"}", h->user,
	    (int)pick(h, 3000, 5000), 0)));
}

static const char *
noise(struct hostile *h)
{
	int64_t len = pick(h, 1, one_in(h, 8) ? 7000 : 300);
	char *room = arena_alloc(h->arena, 8192);
	struct buf b;

	need(room);
	buf_init(&b, room, 8192);
	buf_char(&b, '~');
	/* No CR and no LF: those are framing. */
	put_bytes(h, &b, len, one_in(h, 2) ? 0x0e : 0x21,
	    one_in(h, 2) ? 0xff : 0x7e);
	return room;
}

static const char *
bad(struct hostile *h)
{
	static const char *(*const kinds[])(struct hostile *) = {
		foreign_key, expired, wrong_alg, flipped, cut, other_parts,
		named_key, wrong_claims, refused_member, too_long, noise };

	return kinds[pick(h, 0, sizeof kinds / sizeof kinds[0] - 1)](h);
}

const char *
hostile_token(struct hostile *h)
{
	static const char *const schemes[] = { "Basic", "Token", "Bearer:",
	    "Bearer=", "JWT", "Bearer\t", "\"Bearer\"", "Bear er" };
	static const char *const empty[] = { "Bearer", "", " ", "Basic",
	    "Basic eDp5", "Bearer null", "null", "Bearer ,", "Digest x=\"y\"" };
	const char *bearer = one_in(h, 8) ? "bEARER  " : "Bearer ";

	if (!has_fault(h, FAULT_TOKEN))
		return need(arena_printf(h->arena, "%s%s", bearer, good(h)));
	switch (pick(h, 0, 9)) {
	case 0:
		return NULL;
	case 1:
		return PICK(h, empty);
	case 2:
		return need(arena_printf(h->arena, "%s %s", PICK(h, schemes),
		    good(h)));
	default:
		return need(arena_printf(h->arena, "%s%s", bearer, bad(h)));
	}
}
