/* SPDX-License-Identifier: MIT */
/* Reading the SQL files of schema/. */
#ifndef SHOP_SCRIPT_H
#define SHOP_SCRIPT_H

#include "base/arena.h"

/*
 * The next statement, one that ends in ";" at a line's end, or at the text's;
 * *at moves behind it.  NULL when only comments and blanks are left.  *name
 * is what stands in the last comment line "-- NAME: ..." before it, or NULL;
 * both are cut out of the text.
 */
const char *script_next(char **at, const char **name);

#endif
