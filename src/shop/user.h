/* SPDX-License-Identifier: MIT */
/* Users as the operator makes and changes them; what they do is others'. */
#ifndef SHOP_USER_H
#define SHOP_USER_H

#include <stdint.h>

#include "base/ctx.h"
#include "base/err.h"

struct new_user {
	const char *name, *email;
	int64_t balance_pt;
	const char *role;		/* of caller_roles */
	const char *password;		/* NULL: none, and no log-in */
};

/* A new user.  E_TAKEN: the address is; E_UNAVAILABLE, E_INTERNAL. */
enum err user_add(struct ctx *, const struct new_user *, int64_t *id)
    MUST_CHECK;

/*
 * Another role; another password, which revokes all tokens; the end of the
 * account.  E_UNKNOWN_USER: there is none, or it is closed; E_UNAVAILABLE,
 * E_INTERNAL.
 */
enum err user_set_role(struct ctx *, int64_t id, const char *role) MUST_CHECK;
enum err user_set_password(struct ctx *, int64_t id, const char *password)
    MUST_CHECK;
enum err user_close(struct ctx *, int64_t id) MUST_CHECK;

#endif
