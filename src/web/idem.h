/* SPDX-License-Identifier: MIT */
/*
 * Idempotency keys.  A client may write one bare, 8e03, or as the IETF's draft
 * has it, a string of RFC 8941: "8e03", with \" and \\ for " and \.  Both are
 * the key 8e03.  A value that begins with a quote must be such a string and
 * nothing else; parameters are refused, since none are defined.  A quote
 * further in a bare key is a character like others.
 */
#ifndef SHOP_WEB_IDEM_H
#define SHOP_WEB_IDEM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "web/http.h"

/*
 * The key that a header's value means: 1..IDEM_KEY_BYTES_MAX visible ASCII
 * characters.  E_INVALID_PARAMETER; E_INTERNAL without memory.
 */
enum err idem_key(struct arena *, const char *value, const char **key)
    MUST_CHECK;

/*
 * The request's key into req->key, where the route takes one: what was sent,
 * else one that the front end or chance made.  E_INVALID_PARAMETER, E_INTERNAL.
 */
enum err idem_take_key(struct ctx *, struct req *, struct resp *) MUST_CHECK;

/*
 * What makes this request happen once into req->idem, where the route takes a
 * key: digests of user, route and key, and of the body's values, which are
 * equal where the request means the same.  E_INTERNAL.
 */
enum err idem_take(struct ctx *, struct req *) MUST_CHECK;

/* The key as it was sent; NULL where none was, or the route ignores it. */
const char *idem_sent_key(const struct req *);

/* The same of values in any bytes. */
enum err idem_make(const struct req *, const void *values, size_t len,
    struct idem *) MUST_CHECK;

#endif
