/* SPDX-License-Identifier: MIT */
/* Reading the SQL files of schema/, and running what is in them. */
#ifndef SHOP_SCRIPT_H
#define SHOP_SCRIPT_H

#include "shop/attempt.h"

/*
 * The next statement, one that ends in ";" at a line's end, or at the text's;
 * *at moves behind it.  NULL when only comments and blanks are left.  *name
 * is what stands in the last comment line "-- NAME: ..." before it, or NULL;
 * both are cut out of the text.
 */
const char *script_next(char **at, char **name);

/*
 * Run a statement; *r may be NULL where nobody wants the rows, sql where the
 * arena was full.  E_UNAVAILABLE: why says why.
 */
enum err script_run(struct ctx *, const char *sql, struct db_result *r,
    char *why) MUST_CHECK;

#endif
