/* SPDX-License-Identifier: MIT */
/* A token is judged in the order in which its parts can be trusted. */
#include "config.h"

#include "io/jwt.h"

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/num.h"
#include "io/base64url.h"
#include "io/crypto.h"
#include "io/json.h"
#include "io/jwt_grant.h"

static const char *const causes[] = {
#define CAUSE(name, words) [JWT_##name] = (words),
#include "io/jwt_cause.def"
#undef CAUSE
};

static const char no_means[] = "out of memory or libcrypto";

struct part {
	const char *text;	/* of the token */
	size_t len;
};

struct verifying {
	const struct jwt_keys *keys;
	const struct conf *conf;
	struct arena *arena;
	bool any_key;		/* where none is named each is tried */
	const char *cause;
};

static enum err
refuse_token(struct verifying *v, enum jwt_cause cause)
{
	v->cause = causes[cause];
	return E_INVALID_TOKEN;
}

/* Header, claims, signature: exactly three. */
static bool
split_token(const char *token, size_t len, struct part part[3])
{
	const char *end = token + len, *dot;

	for (int i = 0; i < 2; i++) {
		dot = memchr(token, '.', (size_t)(end - token));
		if (dot == NULL)
			return false;
		part[i] = (struct part){ token, (size_t)(dot - token) };
		token = dot + 1;
	}
	part[2] = (struct part){ token, (size_t)(end - token) };
	return memchr(token, '.', part[2].len) == NULL;
}

static enum err
parse_part(struct verifying *v, const struct part *p, const struct json **out)
{
	unsigned char *bytes;
	size_t len;
	enum err e = base64url_decode(v->arena, p->text, p->len, &bytes, &len);

	if (e == E_OK)
		e = json_parse(v->arena, (const char *)bytes, len, out);
	if (e == E_ENCODING)
		return refuse_token(v, JWT_NOT_BASE64URL);
	if (e == E_MALFORMED_JSON)
		return refuse_token(v, JWT_NOT_JSON);
	if (e == E_OK && !json_is_object(*out))
		return refuse_token(v, JWT_NOT_A_JSON_OBJECT);
	return e;
}

/* *key is NULL where each is to be tried. */
static enum err
select_nameless(struct verifying *v, const struct jwt_key **key)
{
	*key = v->any_key ? NULL : &v->keys->nameless;
	if (v->any_key)
		return E_OK;
	return (*key)->hmac != NULL ? E_OK : refuse_token(v, JWT_KID_IS_MISSING);
}

static enum err
select_key(struct verifying *v, const struct json *header,
    const struct jwt_key **key)
{
	const char *kid;

	if (!json_has(header, "kid"))
		return select_nameless(v, key);
	if (!json_get_str(header, "kid", &kid))
		return refuse_token(v, JWT_KID_IS_NOT_A_STRING);
	*key = jwt_keys_find(v->keys, kid);
	return *key != NULL ? E_OK : refuse_token(v, JWT_UNKNOWN_KID);
}

/* {"alg":"HS256","typ":"JWT"}, as most write it: what is in it is known. */
static bool
is_usual(const struct part *p)
{
	static const char usual[] = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";

	return p->len == sizeof usual - 1 &&
	    memcmp(p->text, usual, p->len) == 0;
}

static enum err
check_header(struct verifying *v, const struct part *p,
    const struct jwt_key **key)
{
	/* They bring a key of their own, or change how to read the rest. */
	static const char *const refused[] = { "jwk", "jku", "x5u", "x5c",
	    "x5t", "x5t#S256", "crit", "b64", "zip" };
	const struct json *header;
	const char *text;
	enum err e;

	if (is_usual(p))
		return select_nameless(v, key);
	if ((e = parse_part(v, p, &header)) != E_OK)
		return e;
	if (!json_get_str(header, "alg", &text) || strcmp(text, "HS256") != 0)
		return refuse_token(v, JWT_ALG_IS_NOT_HS256);
	if (json_has(header, "typ") && (!json_get_str(header, "typ", &text) ||
	    strcasecmp(text, "JWT") != 0))
		return refuse_token(v, JWT_TYP_IS_NOT_JWT);
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
		if (json_has(header, refused[i]))
			return refuse_token(v, JWT_A_HEADER_MEMBER_WE_REFUSE);
	return select_key(v, header, key);
}

/* E_INVALID_TOKEN: it is not that key's. */
static enum err
check_mac(struct verifying *v, const struct jwt_key *key,
    const struct part *signed_text, const unsigned char *given)
{
	unsigned char mac[SHA256_BYTES];
	enum err e = crypto_hmac(key->hmac, signed_text->text,
	    signed_text->len, mac);

	if (e == E_OK && !crypto_equal(mac, given, sizeof mac))
		e = refuse_token(v, JWT_WRONG_SIGNATURE);
	/* Wipe the right signature: it would sign the forgery. */
	explicit_bzero(mac, sizeof mac);
	return e;
}

static enum err
check_signature(struct verifying *v, const struct jwt_key *key,
    const struct part *signed_text, const struct part *p)
{
	unsigned char *given;
	size_t given_len;
	enum err e = base64url_decode(v->arena, p->text, p->len,
	    &given, &given_len);

	if (e == E_ENCODING)
		return refuse_token(v, JWT_SIGNATURE_IS_NOT_BASE64URL);
	if (e != E_OK)
		return e;
	if (given_len != SHA256_BYTES)
		return refuse_token(v, JWT_SIGNATURE_HAS_NOT_32_BYTES);
	if (key != NULL)
		return check_mac(v, key, signed_text, given);
	e = E_INVALID_TOKEN;
	for (size_t i = 0; i < v->keys->n && e == E_INVALID_TOKEN; i++)
		e = check_mac(v, &v->keys->named[i], signed_text, given);
	return e;
}

static enum err
check_begun(struct verifying *v, const struct json *claims, const char *name,
    int64_t now_s)
{
	int64_t t;

	if (!json_has(claims, name))
		return E_OK;
	if (!json_get_floor(claims, name, &t))
		return refuse_token(v, JWT_NBF_OR_IAT_IS_NOT_A_TIME);
	if (t - v->conf->jwt_leeway_s > now_s)
		return refuse_token(v, JWT_NBF_OR_IAT_LIES_AHEAD);
	return E_OK;
}

static enum err
check_parties(struct verifying *v, const struct json *claims)
{
	const char *issuer = v->conf->jwt_issuer, *text;
	const char *audience = v->conf->jwt_audience;

	if (issuer[0] != '\0' && (!json_get_str(claims, "iss", &text) ||
	    strcmp(text, issuer) != 0))
		return refuse_token(v, JWT_WRONG_ISS);
	if (audience[0] == '\0' ||
	    json_list_has_str(claims, "aud", audience) ||
	    (json_get_str(claims, "aud", &text) &&
	    strcmp(text, audience) == 0))
		return E_OK;
	return refuse_token(v, JWT_WRONG_AUD);
}

static enum err
check_claims(struct verifying *v, const struct part *p, int64_t now_s,
    struct jwt_who *who)
{
	const struct json *claims;
	const char *sub;
	int64_t exp;
	enum err e = parse_part(v, p, &claims);

	if (e != E_OK)
		return e;
	if (!json_get_str(claims, "sub", &sub) ||
	    !num_parse(sub, strlen(sub), 1, SAFE_INT_MAX, &who->user_id))
		return refuse_token(v, JWT_SUB_IS_NOT_A_USERS_ID);
	if (!json_get_floor(claims, "exp", &exp))
		return refuse_token(v, JWT_EXP_IS_NOT_A_TIME);
	if ((e = check_begun(v, claims, "nbf", now_s)) != E_OK ||
	    (e = check_begun(v, claims, "iat", now_s)) != E_OK ||
	    (e = check_parties(v, claims)) != E_OK)
		return e;
	if (!json_get_ms(claims, "iat", &who->issued_ms))
		who->issued_ms = 0;
	if (exp > now_s)
		return E_OK;
	v->cause = "past its exp";
	return E_EXPIRED_TOKEN;
}

/* Nothing of the claims is read before this. */
static enum err
open_token(struct verifying *v, const char *token, size_t len,
    struct part *claims)
{
	const struct jwt_key *key = NULL;
	struct part part[3], signed_text = { token, 0 };
	enum err e;

	if (len > TOKEN_BYTES_MAX)
		return refuse_token(v, JWT_TOO_LONG);
	if (!split_token(token, len, part))
		return refuse_token(v, JWT_NOT_THREE_PARTS);
	if ((e = check_header(v, &part[0], &key)) != E_OK)
		return e;
	*claims = part[1];
	signed_text.len = (size_t)(part[2].text - 1 - token);
	return check_signature(v, key, &signed_text, &part[2]);
}

enum err
jwt_verify(const struct jwt_keys *keys, const struct conf *c, struct arena *a,
    const char *token, size_t len, int64_t now_s, struct jwt_who *who,
    const char **cause)
{
	struct verifying v = { keys, c, a, false, no_means };
	struct jwt_who is = { 0 };
	struct part claims;
	enum err e = open_token(&v, token, len, &claims);

	if (e == E_OK)
		e = check_claims(&v, &claims, now_s, &is);
	if (e == E_OK)
		*who = is;
	else
		*cause = v.cause;
	return e;
}

enum err
jwt_open(const struct jwt_keys *keys, struct arena *a, const char *text,
    size_t len, const struct json **claims, const char **cause)
{
	struct verifying v = { keys, NULL, a, true, no_means };
	struct part part;
	enum err e = open_token(&v, text, len, &part);

	if (e == E_OK)
		e = parse_part(&v, &part, claims);
	if (e != E_OK)
		*cause = v.cause;
	return e;
}

enum jwt_cause
jwt_told(const char *cause)
{
	static const enum jwt_cause keyed[] = { JWT_KID_IS_MISSING,
	    JWT_UNKNOWN_KID, JWT_SIGNATURE_IS_NOT_BASE64URL,
	    JWT_SIGNATURE_HAS_NOT_32_BYTES };
	enum jwt_cause is = 0;

	while (is < JWT_CAUSES - 1 && strcmp(causes[is], cause) != 0)
		is++;
	for (size_t i = 0; i < sizeof keyed / sizeof keyed[0]; i++)
		if (keyed[i] == is)
			return JWT_WRONG_SIGNATURE;
	return is;
}

enum err
jwt_expiry(struct arena *a, const char *token, size_t len, int64_t *exp_s)
{
	struct verifying v = { .arena = a };
	const struct json *claims;
	struct part part[3];
	enum err e;

	if (!split_token(token, len, part))
		return E_INVALID_TOKEN;
	if ((e = parse_part(&v, &part[1], &claims)) != E_OK)
		return e;
	return json_get_floor(claims, "exp", exp_s) ? E_OK : E_INVALID_TOKEN;
}

static enum err
header_text(struct arena *a, const char *kid, const char **out, size_t *len)
{
	struct json_writer w;

	json_begin(&w, a);
	json_open_object(&w, NULL);
	json_str(&w, "alg", "HS256");
	json_str(&w, "typ", "JWT");
	if (kid[0] != '\0')
		json_str(&w, "kid", kid);
	json_close(&w);
	return json_end(&w, out, len);
}

struct claims {
	int64_t user_id, iat_ms, exp;
	int64_t amount_pt;	/* of a grant, as jti; 0: it is a token */
	const char *jti;
};

static enum err
claims_text(const struct conf *c, struct arena *a, const struct claims *what,
    const char **out, size_t *len)
{
	struct json_writer w;

	json_begin(&w, a);
	json_open_object(&w, NULL);
	json_str(&w, "sub", arena_printf(a, "%" PRId64, what->user_id));
	json_ms(&w, "iat", what->iat_ms);
	json_int(&w, "exp", what->exp);
	if (what->amount_pt != 0) {
		json_int(&w, "amount", what->amount_pt);
		json_str(&w, "jti", what->jti);
	} else if (c->jwt_issuer[0] != '\0') {
		json_str(&w, "iss", c->jwt_issuer);
	}
	if (what->amount_pt == 0 && c->jwt_audience[0] != '\0')
		json_str(&w, "aud", c->jwt_audience);
	json_close(&w);
	return json_end(&w, out, len);
}

/* Header and claims, ready to be signed. */
static enum err
unsigned_token(const char *kid, const struct conf *c, struct arena *a,
    const struct claims *what, const char **out)
{
	const char *header, *claims;
	size_t header_len, claims_len;
	enum err e;

	if ((e = header_text(a, kid, &header, &header_len)) != E_OK ||
	    (e = claims_text(c, a, what, &claims, &claims_len)) != E_OK)
		return e;
	header = base64url_encode(a, header, header_len);
	claims = base64url_encode(a, claims, claims_len);
	if (header == NULL || claims == NULL)
		return E_INTERNAL;
	*out = arena_printf(a, "%s.%s", header, claims);
	return *out != NULL ? E_OK : E_INTERNAL;
}

static enum err
sign_claims(const struct jwt_key *k, const struct conf *c, struct arena *a,
    struct claims what, int64_t ttl_s, const char **token)
{
	unsigned char mac[SHA256_BYTES];
	const char *text, *signature;
	enum err e;

	assert(k->hmac != NULL);
	if (!num_add(what.iat_ms / 1000, ttl_s, &what.exp)) {
		log_msg(LOG_ERROR, "jwt", "a lifetime that does not fit");
		return E_INTERNAL;
	}
	if ((e = unsigned_token(k->kid, c, a, &what, &text)) != E_OK)
		return e;
	e = crypto_hmac(k->hmac, text, strlen(text), mac);
	if (e != E_OK)
		return e;
	if ((signature = base64url_encode(a, mac, sizeof mac)) == NULL)
		return E_INTERNAL;
	*token = arena_printf(a, "%s.%s", text, signature);
	return *token != NULL ? E_OK : E_INTERNAL;
}

enum err
jwt_sign(const struct jwt_key *k, const struct conf *c, struct arena *a,
    int64_t user_id, int64_t now_ms, int64_t ttl_s, const char **token)
{
	const struct claims what = { .user_id = user_id, .iat_ms = now_ms };

	return sign_claims(k, c, a, what, ttl_s, token);
}

enum err
jwt_sign_grant(const struct jwt_key *k, const struct conf *c,
    struct arena *a, const struct jwt_grant *g, int64_t now_ms,
    int64_t ttl_s, const char **text)
{
	const struct claims what = { .user_id = g->user_id, .iat_ms = now_ms,
	    .amount_pt = g->amount_pt, .jti = g->jti };

	return sign_claims(k, c, a, what, ttl_s, text);
}

_Static_assert(SHA256_BYTES == 32, "HS256's signature has 32 bytes");
