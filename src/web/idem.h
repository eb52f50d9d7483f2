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
#include "shop/idem.h"
#include "web/http.h"

/*
 * The key that a header's value means: 1..IDEM_KEY_BYTES_MAX visible ASCII
 * characters.  E_INVALID_PARAMETER; E_INTERNAL without memory.
 */
enum err idem_key(struct arena *, const char *value, const char **key)
    MUST_CHECK;

/*
 * What makes this request happen once: digests of user, route and key, and of
 * the values (any bytes that are equal when the request means the same).
 */
enum err idem_make(const struct req *, const void *values, size_t len,
    struct idem *) MUST_CHECK;

#endif
