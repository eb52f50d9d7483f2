/* SPDX-License-Identifier: MIT */
/* Users, apart from their points. */
#ifndef SHOP_USER_H
#define SHOP_USER_H

#include <stdint.h>

#include "base/ctx.h"
#include "base/err.h"

enum user_role { USER_CUSTOMER, USER_ADMIN };

/* The role of a user who is not closed.  E_UNKNOWN_USER; as attempt_read. */
enum err user_role(struct ctx *, int64_t id, enum user_role *) MUST_CHECK;

/* A new user (shopctl's).  E_TAKEN: the address is; E_UNAVAILABLE. */
enum err user_add(struct ctx *, const char *name, const char *email,
    int64_t balance_pt, int64_t *id) MUST_CHECK;

#endif
