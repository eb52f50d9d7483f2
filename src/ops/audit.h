/* SPDX-License-Identifier: MIT */
/*
 * Is all money and stock still there?  Runs schema/invariants.sql, queries that
 * must return no rows, in one snapshot of a live database; or only the queries
 * for rows that were written since another audit, which take a second however
 * much was written before.
 *
 * Ids tell what was written since: no step of the database's clock makes an
 * audit see a row twice or never.
 */
#ifndef SHOP_AUDIT_H
#define SHOP_AUDIT_H

#include <stdbool.h>
#include <stdio.h>

#include "shop/attempt.h"
#include "ops/audit_mark.h"

/* Rows told of one invariant. */
#define AUDIT_ROWS_MAX 100

struct audit {
	size_t violations;
	const struct db_result *ahead;	/* a text a row: what is dated ahead
					   of the clock; NULL: not looked */
	char mark[AUDIT_MARK_BYTES];	/* for the next audit; "": none */
	const char *kept;	/* why the mark is not a new one; NULL: it is */
};

/* A mark, or a time as num_db_time() has it? */
bool audit_since_is_valid(const char *since);

/*
 * since: NULL for everything; a mark, for what was written since the audit that
 * made it; or a time, for what was written since the first row that is dated in
 * its hour or later, which are found by reading from the start.  Writes a line
 * to out for each violation, "NAME: what is wrong", and counts them.
 *
 * E_UNAVAILABLE: it could not be carried out, and why says why; E_STALE: no
 * audit can go on from there, audit everything.
 */
enum err audit_run(struct ctx *, const char *since, FILE *out, struct audit *,
    char *why) MUST_CHECK;

#endif
