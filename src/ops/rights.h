/* SPDX-License-Identifier: MIT */
/*
 * May the admin's account do all that migrate will need?  Found out by trying
 * statements about accounts and tables that do not exist: a "no such thing"
 * means that the right is there.  Nothing is changed.
 */
#ifndef SHOP_RIGHTS_H
#define SHOP_RIGHTS_H

#include "shop/attempt.h"

/*
 * E_OK: it may do all.  E_UNAVAILABLE: why says why; *grant is one line that an
 * administrator must run, or NULL if it is not a right that is missing.
 */
enum err rights_check(struct ctx *, const char **grant, char *why)
    MUST_CHECK;

#endif
