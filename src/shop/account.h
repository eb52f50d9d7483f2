/* SPDX-License-Identifier: MIT */
/*
 * Accounts: who signs up, logs in, and is who.  A password is hashed outside of
 * any transaction, and only where the pool can spare a worker for it; the
 * database has the last word, under the user's lock.
 *
 * Whatever checks a password: E_INVALID_CREDENTIALS where it is wrong;
 * E_TOO_MANY_ATTEMPTS, also for the right one, after LOGIN_FAILURES_MAX wrong
 * ones in LOGIN_WINDOW_MS, and *retry_s tells when there is a place;
 * E_UNAVAILABLE also where too many workers hash already.
 */
#ifndef SHOP_ACCOUNT_H
#define SHOP_ACCOUNT_H

#include <stdint.h>

#include "base/ctx.h"
#include "base/err.h"
#include "shop/caller.h"

/* Texts are the arena's. */
struct account {
	int64_t id;
	const char *email, *name;
	int role;			/* enum caller_role */
	const char *created_at;
};

struct sign_up {
	const char *email, *name, *password;
};

/* A new customer.  E_EMAIL_TAKEN; as attempt_write. */
enum err account_open(struct ctx *, const struct sign_up *, struct account *)
    MUST_CHECK;

struct log_in {
	int64_t user_id;
	int64_t issued_ms;		/* when its token is, since the epoch */
};

/* An address nobody has takes as long, and counts, as one with an account. */
enum err account_log_in(struct ctx *, const char *email, const char *password,
    struct log_in *, int64_t *retry_s) MUST_CHECK;

/* The caller's.  E_UNKNOWN_USER, E_INVALID_TOKEN; as attempt_read. */
enum err account_get(struct ctx *, const struct caller *, struct account *)
    MUST_CHECK;

struct account_change {
	const char *name, *email, *password;	/* NULL: as it is */
	const char *current_password;	/* needed for the last two; or NULL */
};

/*
 * Change the caller's; a new password revokes all tokens.  E_EMAIL_TAKEN,
 * E_UNKNOWN_USER, E_INVALID_TOKEN; as attempt_write.
 */
enum err account_change(struct ctx *, const struct caller *,
    const struct account_change *, struct account *, int64_t *retry_s)
    MUST_CHECK;

/* Close the caller's: see schema/routines/account_erase.sql.  As above. */
enum err account_close(struct ctx *, const struct caller *,
    const char *current_password, int64_t *retry_s) MUST_CHECK;

/* Revoke the caller's tokens.  As above. */
enum err account_revoke(struct ctx *, const struct caller *) MUST_CHECK;

#endif
