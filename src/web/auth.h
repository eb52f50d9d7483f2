/* SPDX-License-Identifier: MIT */
/* The caller: a bearer token's user (RFC 6750), and what he may do. */
#ifndef SHOP_AUTH_H
#define SHOP_AUTH_H

#include "web/http.h"

/*
 * The user of the request's token into req->caller, where the route asks for
 * one, or allows one that was sent; that the user exists the handler's own statement finds out.  Where it
 * asks for an admin the user's row is read.  E_MISSING_TOKEN, E_INVALID_TOKEN,
 * E_EXPIRED_TOKEN; E_UNKNOWN_USER, E_FORBIDDEN, E_UNAVAILABLE; E_INTERNAL.
 */
enum err auth_take(struct ctx *, struct req *, struct resp *) MUST_CHECK;

/*
 * The same, once the query was read: where its values ask for what is an
 * admin's, the caller is one, of a route that is anybody's, too.
 */
enum err auth_take_asked(struct ctx *, struct req *, struct resp *) MUST_CHECK;

#endif
