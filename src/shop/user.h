/* SPDX-License-Identifier: MIT */
/* Users, apart from their points. */
#ifndef SHOP_USER_H
#define SHOP_USER_H

#include <stdint.h>

#include "base/ctx.h"
#include "base/err.h"

/* A new user (shopctl's).  E_TAKEN: the address is; E_UNAVAILABLE. */
enum err user_add(struct ctx *, const char *name, const char *email,
    int64_t balance_pt, int64_t *id) MUST_CHECK;

#endif
