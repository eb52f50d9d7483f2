/* SPDX-License-Identifier: MIT */
/*
 * Bearer tokens: JWT (RFC 7519) signed with HS256 and nothing else (RFC
 * 8725).  Nothing in a token selects anything but, by kid, one of the keys
 * we were given.
 */
#ifndef SHOP_JWT_H
#define SHOP_JWT_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/err.h"
#include "io/jwt_key.h"

/* Whose token it is, and when it was issued. */
struct jwt_who {
	int64_t user_id;
	int64_t issued_ms;	/* its iat, since the epoch; 0: it has none */
};

/*
 * exp, nbf and iat are NumericDates (RFC 7519, 2): a fraction is cut off,
 * towards the past, so that a token of exp 100.9 has expired at 100.  Times
 * that json_get_floor() doesn't take are no times.
 *
 * Of a token: E_OK and *who; E_INVALID_TOKEN; E_EXPIRED_TOKEN for
 * one that is right in everything but past its exp; E_INTERNAL. *cause then
 * says why, for the log, without any part of the token.
 */
enum err jwt_verify(const struct jwt_keys *, const struct conf *,
    struct arena *, const char *token, size_t len, int64_t now_s,
    struct jwt_who *who, const char **cause) MUST_CHECK;

/*
 * The claims of another text that is signed as tokens are, by one of those keys:
 * the one that its kid names, where it names one, else any of them.  What they
 * say is not looked at.  E_INVALID_TOKEN with *cause; E_INTERNAL.
 */
struct json;
enum err jwt_open(const struct jwt_keys *, struct arena *, const char *text,
    size_t len, const struct json **claims, const char **cause) MUST_CHECK;

enum jwt_cause {
#define CAUSE(name, words) JWT_##name,
#include "io/jwt_cause.def"
#undef CAUSE
	JWT_CAUSES
};

/*
 * The cause of an E_INVALID_TOKEN as a client may know it: a key that isn't
 * there and a signature that is wrong are the same to it.
 */
enum jwt_cause jwt_told(const char *cause);

/* When a token with E_EXPIRED_TOKEN has expired.  E_INVALID_TOKEN, E_INTERNAL. */
enum err jwt_expiry(struct arena *, const char *token, size_t len,
    int64_t *exp_s) MUST_CHECK;

/*
 * A token for the user, signed with that key, whose kid it names, valid ttl_s
 * from now_ms, with iss and aud where they are configured; the arena's.
 */
enum err jwt_sign(const struct jwt_key *, const struct conf *,
    struct arena *, int64_t user_id, int64_t now_ms, int64_t ttl_s,
    const char **token) MUST_CHECK;

/* A grant (io/jwt_grant.h), the same way; expired is not looked at. */
struct jwt_grant;
enum err jwt_sign_grant(const struct jwt_key *, const struct conf *,
    struct arena *, const struct jwt_grant *, int64_t now_ms, int64_t ttl_s,
    const char **text) MUST_CHECK;

#endif
