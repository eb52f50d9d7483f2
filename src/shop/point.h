/* SPDX-License-Identifier: MIT */
/* Points: a user's balance and the ledger that it is the sum of. */
#ifndef SHOP_POINT_H
#define SHOP_POINT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/err.h"
#include "base/num.h"
#include "shop/idem.h"

/* A row of the ledger. */
struct transaction {
	int64_t id;
	int64_t amount_pt;		/* signed */
	int64_t balance_after_pt;
	char created_at[NUM_TIME_BYTES];
	bool replayed;
};

/*
 * Add amount_pt (1..CHARGE_MAX) to the user's balance.  E_UNKNOWN_USER;
 * E_VALIDATION_FAILED when the balance would exceed POINTS_MAX, and then
 * balance_after_pt is what it is; E_KEY_REUSED, E_IN_PROGRESS; E_CHARGE_FAILED
 * and what attempt_write returns.
 */
enum err point_charge(struct ctx *, int64_t user_id, const struct idem *,
    int64_t amount_pt, struct transaction *) MUST_CHECK;

/* E_UNKNOWN_USER, and what attempt_read returns. */
enum err point_balance(struct ctx *, int64_t user_id, int64_t *balance_pt)
    MUST_CHECK;

/* A new user (shopctl's).  E_VALIDATION_FAILED: the address is taken. */
enum err point_user_add(struct ctx *, const char *name, const char *email,
    int64_t balance_pt, int64_t *id) MUST_CHECK;

#endif
