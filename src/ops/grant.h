/* SPDX-License-Identifier: MIT */
/*
 * Makes the two accounts of ops/account.h, for migrate.  Accounts that exist
 * and may be somebody else's are refused before anything is changed.
 * E_UNAVAILABLE: why says why.
 */
#ifndef SHOP_GRANT_H
#define SHOP_GRANT_H

#include <stdio.h>

#include "ops/account.h"

struct grants {
	struct account worker, definer;
	struct account_state worker_is, definer_is;	/* before */
	bool has_entry;		/* the workers come in by their password */
	bool dry;		/* the caller's to set after grant_check: only
				   say what would be done */
};

/* Refuse to make an account without a password; needs no database. */
enum err grant_password(struct ctx *, char *why) MUST_CHECK;

/*
 * Looks at both, and changes nothing.  Refuses an account of the workers' name
 * with another password, or with rights elsewhere, and one of the definer's
 * name that lets people in, or with rights elsewhere. take: both are this
 * shop's from now on.
 */
enum err grant_check(struct ctx *, bool take, struct grants *,
    char *why) MUST_CHECK;

/* The definer's account: locked, with just its rights. */
enum err grant_definer(struct ctx *, const struct grants *, FILE *out,
    char *why) MUST_CHECK;

/* The workers', with the password in their file. */
enum err grant_worker(struct ctx *, const struct grants *, FILE *out,
    char *why) MUST_CHECK;

/*
 * Gives the workers one more right. had: they may have it already, and then
 * nothing is done; else its object was just made.
 */
enum err grant_right(struct ctx *, const struct grants *, const char *right,
    bool had, FILE *out, char *why) MUST_CHECK;

#endif
