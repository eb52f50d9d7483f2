/* SPDX-License-Identifier: MIT */
/*
 * Bringing a database up to date: the migrations of schema/migrations that
 * it has not had (dbmate's file format and table), the routines of
 * schema/routines that have changed, and the accounts of ops/account.h: the
 * definer's, and the workers' with SELECT, and EXECUTE of the routines marked
 * "-- grant: worker".
 */
#ifndef SHOP_MIGRATE_H
#define SHOP_MIGRATE_H

#include <stdio.h>

#include "shop/attempt.h"

/*
 * Before anything is changed it looks whether it may do all it will need, and
 * refuses to touch accounts that may be somebody else's; take: they are ours
 * now (ops/grant.h).  Tells out what it does, a line each; where all is up to
 * date nothing is said and done.  One runs at a time.  E_UNAVAILABLE: why
 * says why; what was done until then stands, and the next run goes on from
 * there.  A schema with migrations that we do not have is refused.  Where the
 * shop, a dump or an audit uses a table, it waits as shop/ddl does, a second at
 * a time.
 */
enum err migrate_run(struct ctx *, bool take, FILE *out, char *why)
    MUST_CHECK;

/*
 * The same, but nothing is changed: the lines of migrate_run, and behind each
 * migration its statements, each line behind a tab.  What it would refuse is
 * refused.  It waits for no other migration.
 */
enum err migrate_dry(struct ctx *, bool take, FILE *out, char *why)
    MUST_CHECK;

/*
 * What of this version's files the database has and what not, a line each:
 * "applied migration 0001_shop.sql", "pending routine order_buy".  *pending is
 * how many of the latter; 0: migrate_run would change nothing.  As migrate_dry.
 */
enum err migrate_status(struct ctx *, bool take, FILE *out, size_t *pending,
    char *why) MUST_CHECK;

#endif
