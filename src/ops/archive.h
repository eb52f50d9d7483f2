/* SPDX-License-Identifier: MIT */
/*
 * Rows of closed months are moved away, into tables of the same database: so
 * each is in one place or the other, whatever is killed and whenever, and no
 * file can be lost that the database believes to be there.  What the live
 * tables need to go on from are sums that stay (ledger_openings,
 * product_openings), and schema/invariants.sql holds by these.
 *
 * It is done by many small transactions, each a CALL of a routine archive_*,
 * and the shop has as long between two of them as each took.
 */
#ifndef SHOP_ARCHIVE_H
#define SHOP_ARCHIVE_H

#include <stdbool.h>
#include <stdio.h>

#include "shop/attempt.h"

/* Rows of one transaction; with an order come its payment and its lines. */
#define ARCHIVE_ROWS 300

/* Is it a day, as 2026-01-31? */
bool archive_is_day(const char *);

/*
 * Moves what is dated before that day, UTC: rows of the ledger, cancelled and
 * fulfilled orders (paid: those that are neither as well), payments, movements,
 * marks; and forgets keys that may be forgotten.  Writes how many of each to
 * out.  Cut short at any point, it is continued by doing it again.
 *
 * E_UNAVAILABLE: why says why; E_STALE: the day is younger than
 * ARCHIVE_DAYS_MIN days, and nothing was done.
 */
enum err archive_run(struct ctx *, const char *day, bool paid, FILE *out,
    char *why) MUST_CHECK;

/*
 * Empties the archive's tables, whose rows the operator has dumped; day must be
 * the latest that they were archived by, and rows how many there are, for what was
 * archived after the dump would be lost.  Writes how many rows each had to out.
 * Cut short, it is continued by doing it again.  E_UNAVAILABLE: why says why.
 */
enum err archive_empty(struct ctx *, const char *day, int64_t rows, FILE *out,
    char *why) MUST_CHECK;

#endif
