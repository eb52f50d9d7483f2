/* SPDX-License-Identifier: MIT */
/* The body of a request, from bytes to the struct of the route's table. */
#ifndef SHOP_BODY_H
#define SHOP_BODY_H

#include "web/http.h"

/*
 * Fill req->body_values where the route takes a body.  All faults of the
 * values become the problem's.  E_UNSUPPORTED_MEDIA_TYPE,
 * E_PAYLOAD_TOO_LARGE, E_MALFORMED_JSON, E_VALIDATION_FAILED; E_INTERNAL.
 */
enum err body_take(struct ctx *, struct req *, struct resp *) MUST_CHECK;

#endif
