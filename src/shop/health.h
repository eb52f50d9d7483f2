/* SPDX-License-Identifier: MIT */
/*
 * Can the shop work?  Tries, as the workers' account, what reads and writes
 * need, and leaves no trace: the schema is at least this program's, the server
 * takes writes, the routines are those that migrate made of this program's
 * files, their definer may write, and the workers may execute them.
 *
 * A program that the database has moved on from (migrate ran by a newer one)
 * is well: it serves until the pool is rolled, a moment later.  One that the
 * database has never heard of is not: it waits for its migrate.
 */
#ifndef SHOP_HEALTH_H
#define SHOP_HEALTH_H

#include <stdbool.h>

#include "base/ctx.h"
#include "base/err.h"

/* SHA-256 of schema/routines as this program was built with it. */
extern const char health_digest[];

/*
 * E_OK when it can; *newer: the database has moved on from this program.  Else
 * E_UNAVAILABLE, and *what names what is away or wrong, in a sentence.  One
 * attempt: it is asked again.
 */
enum err health_check(struct ctx *, bool *newer, const char **what)
    MUST_CHECK;

/* The newest migration the database has had; "" for none.  As attempt_read. */
enum err health_version(struct ctx *, const char **version) MUST_CHECK;

#endif
