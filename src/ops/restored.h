/* SPDX-License-Identifier: MIT */
/*
 * What must follow a restore of the database, before the pool is started.
 *
 * A backup is older than the loss: customers have seen ids of orders, charges
 * and accounts that the restored tables don't know and would give to others.
 * A token of an account that is lost would even let its owner into another's.
 * So the numbers go on above what customers may have seen.  Then migrate brings
 * schema, routines and accounts to this version's.
 */
#ifndef SHOP_RESTORED_H
#define SHOP_RESTORED_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "shop/attempt.h"

/* How far numbers are raised above the last one there is. */
#define RESTORED_MARGIN		1000000
#define RESTORED_NUMBER_MAX	1000000000000

enum restored_seen {
	SEEN_USERS, SEEN_PRODUCTS, SEEN_ORDERS, SEEN_LEDGER, SEEN_KINDS
};

struct restored {
	int64_t seen[SEEN_KINDS];	/* the last id that anybody has seen;
					   0: not known, the margin counts */
	int64_t margin;
	bool new_id;		/* it is a copy beside the shop: another shop */
	bool revoke;		/* every token that was ever issued */
	bool take_account;	/* as migrate's */
};

/*
 * Tells out each step that changed something, a line each.  Run again it
 * raises no number that is high enough already.  E_UNAVAILABLE: why says why;
 * where the server takes no writes, there is no shop in the database, or
 * migrate would refuse it, nothing was changed; else run it again.
 */
enum err restored_run(struct ctx *, const struct restored *, FILE *out,
    char *why) MUST_CHECK;

#endif
