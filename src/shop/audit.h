/* SPDX-License-Identifier: MIT */
/*
 * Is all money and stock still there?  Runs schema/invariants.sql, queries
 * that must return no rows, in one snapshot of a live database; or, for what
 * was written since a moment, schema/invariants_since.sql, which takes a
 * second however much was written before.
 */
#ifndef SHOP_AUDIT_H
#define SHOP_AUDIT_H

#include <stdio.h>

#include "base/num.h"
#include "shop/attempt.h"

/* Rows told of one invariant. */
#define AUDIT_ROWS_MAX 100

/*
 * A request is over within request_deadline_ms of its created_at, one that
 * met a frozen database a little later: what has a created_at so long before
 * an audit has been seen by it or never will be.
 */
#define AUDIT_IN_FLIGHT_S 10

/*
 * The ids of a table grow with created_at but for transactions that ran at
 * once: a row of a larger id is never older than another by so much.
 */
#define AUDIT_DISORDER_S 60

struct audit {
	size_t violations;
	char mark[NUM_TIME_BYTES];	/* RFC 3339: since for the next one */
};

/*
 * since: NULL for everything, else a moment as num_db_time() has it; what
 * was written since its hour began is looked at.  Writes a line to out for
 * each violation, "NAME: what is wrong", and counts them.  E_UNAVAILABLE: it
 * could not be carried out, and *why says why.
 */
enum err audit_run(struct ctx *, const char *since, FILE *out, struct audit *,
    const char **why) MUST_CHECK;

#endif
