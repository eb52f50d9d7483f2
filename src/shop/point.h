/* SPDX-License-Identifier: MIT */
/* Points: a user's balance and the ledger that it is the sum of. */
#ifndef SHOP_POINT_H
#define SHOP_POINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/err.h"
#include "shop/caller.h"
#include "shop/idem.h"

enum transaction_type { POINTS_CHARGE, POINTS_PAYMENT, POINTS_REFUND };

/* The names that tables and wire have for it; ends with NULL. */
extern const char *const point_types[];

/* A row of the ledger; texts are the arena's. */
struct transaction {
	int64_t id;
	int type;			/* enum transaction_type */
	int64_t amount_pt;		/* signed */
	int64_t balance_after_pt;
	int64_t order_id;		/* 0: none */
	const char *created_at;		/* RFC 3339 */
	bool replayed;
};

struct balance {
	int64_t user_id;
	int64_t balance_pt;
};

/*
 * Add amount_pt (1..CHARGE_MAX) to the user's balance.  E_UNKNOWN_USER,
 * E_INVALID_TOKEN; E_VALIDATION_FAILED when the balance would exceed POINTS_MAX, and then
 * balance_after_pt is what it is; E_KEY_REUSED, E_IN_PROGRESS; E_CHARGE_FAILED
 * and what attempt_write returns.
 */
enum err point_charge(struct ctx *, const struct caller *,
    const struct idem *, int64_t amount_pt, struct transaction *) MUST_CHECK;

/* What says that somebody has paid: its id, and whether it is past its exp. */
struct grant {
	const char *jti;
	bool expired;
};

/*
 * The same for a grant that was found right.  One that was charged before is
 * replayed, whatever the key.  Also E_INVALID_GRANT: it was, with another user
 * or amount, or it has expired.
 */
enum err point_charge_granted(struct ctx *, const struct caller *,
    const struct idem *, int64_t amount_pt, const struct grant *,
    struct transaction *) MUST_CHECK;

/*
 * The caller's ledger, newest first: at most limit rows before that id.  The
 * same as point_balance.
 */
enum err point_history(struct ctx *, const struct caller *, int64_t before_id,
    int64_t limit, struct transaction **, size_t *n) MUST_CHECK;

/* E_UNKNOWN_USER, E_INVALID_TOKEN, and what attempt_read returns. */
enum err point_balance(struct ctx *, const struct caller *,
    struct balance *) MUST_CHECK;

#endif
