/* SPDX-License-Identifier: MIT */
/*
 * May the admin's account do all that migrate will need?  Found out by trying
 * statements about accounts and tables that are not there: what is wanted is
 * the error after the one that tells of a right missing.  Nothing is changed.
 */
#ifndef SHOP_RIGHTS_H
#define SHOP_RIGHTS_H

#include "shop/attempt.h"

/*
 * E_OK: all of it.  E_UNAVAILABLE: why says why; *grant is what an
 * administrator must run, one line, or NULL where it is no right that lacks.
 */
enum err rights_check(struct ctx *, const char **grant, char *why)
    MUST_CHECK;

#endif
