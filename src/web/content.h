/* SPDX-License-Identifier: MIT */
/* What a request's headers say of its body (RFC 9110, 8.3 and 8.4). */
#ifndef SHOP_CONTENT_H
#define SHOP_CONTENT_H

#include <stdbool.h>

/*
 * Is this Content-Type application/json?  No charset but utf-8, for JSON has
 * no other (RFC 8259, 8.1); other parameters are ignored.  False for NULL and
 * for a malformed media type.
 */
bool content_is_json(const char *type);

/*
 * Is a body of this Content-Encoding sent as it is?  True for NULL and for a
 * list of nothing but identity; no other coding is supported.
 */
bool content_is_plain(const char *codings);

#endif
