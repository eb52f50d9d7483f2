/* SPDX-License-Identifier: MIT */
/*
 * Who asks, by a token that is good in itself.  Whether the user is there, and
 * has not revoked the token since, each statement about what is the user's finds
 * out by itself, at no cost; where it found nothing, caller_refused() tells
 * whether that was why.
 */
#ifndef SHOP_CALLER_H
#define SHOP_CALLER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/err.h"

struct caller {
	int64_t id;		/* users.id; 0: nobody */
	int64_t issued_ms;	/* when the token was; 0: it does not tell */
	bool is_operator;	/* shopctl: an admin who is no user, id 0 */
};

/* What shopctl acts as.  No request does: the routines for it are not theirs. */
extern const struct caller caller_operator;

enum caller_role { CALLER_CUSTOMER, CALLER_ADMIN };
extern const char *const caller_roles[];	/* ends with NULL */

/* The caller's role.  E_UNKNOWN_USER, E_INVALID_TOKEN; as attempt_read. */
enum err caller_role(struct ctx *, const struct caller *, enum caller_role *)
    MUST_CHECK;

/* E_OK where there is such a caller; else as caller_role. */
enum err caller_refused(struct ctx *, const struct caller *) MUST_CHECK;

#endif
