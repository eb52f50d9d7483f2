/* SPDX-License-Identifier: MIT */
/*
 * Is all money and stock still there?  Runs schema/invariants.sql, queries
 * that must return no rows, in one snapshot of a live database.
 */
#ifndef SHOP_AUDIT_H
#define SHOP_AUDIT_H

#include <stdio.h>

#include "shop/attempt.h"

/* Rows told of one invariant. */
#define AUDIT_ROWS_MAX 100

/*
 * Writes a line to out for each violation, "NAME: what is wrong", and counts
 * them.  E_UNAVAILABLE: it could not be carried out, and *why says why.
 */
enum err audit_run(struct ctx *, FILE *out, size_t *violations,
    const char **why) MUST_CHECK;

#endif
