/* SPDX-License-Identifier: MIT */
/*
 * Validators (RFC 9110, 8.8.3 and 13.1.2) for answers that are the same for
 * everybody: an ETag, made of the body, and 304 for a client that has it.
 *
 * Where resp->undated_len is not 0, so many bytes of the body, from undated_at
 * on, tell when it was made and not what it says.  The tag leaves them out and
 * is weak (W/): two bodies with one tag say the same in different bytes.
 */
#ifndef SHOP_ETAG_H
#define SHOP_ETAG_H

#include "base/arena.h"
#include "web/http.h"

/* Add ETag and Cache-Control; 304 where the request has the tag.  E_INTERNAL. */
enum err etag_put(struct arena *, const struct req *, struct resp *)
    MUST_CHECK;

#endif
