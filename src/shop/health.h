/* SPDX-License-Identifier: MIT */
/* Can the shop work? */
#ifndef SHOP_HEALTH_H
#define SHOP_HEALTH_H

#include "shop/attempt.h"

/*
 * E_OK when the database answers and has this program's schema; else
 * E_UNAVAILABLE, and *what names what is away or wrong, in a sentence.
 */
enum err health_check(struct ctx *, const char **what) MUST_CHECK;

/* The newest migration the database has had; "" for none.  As attempt_read. */
enum err health_version(struct ctx *, const char **version) MUST_CHECK;

#endif
