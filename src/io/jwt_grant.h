/* SPDX-License-Identifier: MIT */
/*
 * Grants: what a merchant's payment backend signs when somebody has paid for
 * points.  In form a JWT as tokens are, by keys of its own (grant_key_dir), with
 * sub, amount, exp, and jti, the payment provider's id of the payment.
 */
#ifndef SHOP_JWT_GRANT_H
#define SHOP_JWT_GRANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "io/jwt_key.h"

struct jwt_grant {
	int64_t user_id;
	int64_t amount_pt;	/* 1..CHARGE_MAX */
	const char *jti;	/* 1..GRANT_ID_CHARS_MAX of A-Za-z0-9._- */
	bool expired;		/* past its exp: good for a replay alone */
};

/*
 * Reads one; its kid selects the key, where it has one, else each is tried.
 * E_INVALID_GRANT, and *cause says why, for the log; E_INTERNAL.
 */
enum err jwt_grant_read(const struct jwt_keys *, struct arena *,
    const char *text, size_t len, int64_t now_s, struct jwt_grant *,
    const char **cause) MUST_CHECK;

/* Is it a valid jti? */
bool jwt_grant_id_is_valid(const char *jti);

#endif
