/* SPDX-License-Identifier: MIT */
/*
 * The two accounts that migrate makes, and how names and rights are written.
 *
 * The workers' account (db_user) comes in by its password, may SELECT from the
 * tables and EXECUTE the routines marked "-- grant: worker".  The definer's account owns
 * the routines, which run with its rights: it is locked, so that nobody comes
 * in by it, and may change the tables of this database and nothing else, so
 * that read_only stops it.  Where the workers come in by the admin's account,
 * as on a host that gives one account only, that one is the definer, too.
 *
 * Texts are the arena's.  E_UNAVAILABLE: why says why.
 */
#ifndef SHOP_ACCOUNT_H
#define SHOP_ACCOUNT_H

#include <stdbool.h>

#include "shop/attempt.h"

struct account {
	const char *user, *host;
	const char *sql;	/* `user`@`host`, as statements have it */
};

/* Do workers and admin come in by accounts of their own? */
bool account_is_own(const struct conf *);

/* `name`, whatever is in it; NULL at the arena's maximum. */
const char *account_identifier(struct arena *, const char *name) MUST_CHECK;

/*
 * `name` as GRANT wants a database, where _ and % stand for any characters
 * unless they are escaped.
 */
const char *account_pattern(struct arena *, const char *name) MUST_CHECK;

/*
 * Does the server call the database by db_name?  One with
 * lower_case_table_names finds it by other letters, too, but writes rights
 * in its own.
 */
enum err account_database(struct ctx *, char *why) MUST_CHECK;

enum err account_worker(struct ctx *, struct account *, char *why)
    MUST_CHECK;

/* The account that ctx has come in by, as the server has it. */
enum err account_self(struct ctx *, struct account *, char *why)
    MUST_CHECK;

/*
 * The definer's name is made of the database's, unless there is one account
 * only: DB_definer, or, where that has over 32 characters, the beginning of DB
 * and a digest.
 */
enum err account_definer(struct ctx *, struct account *, char *why)
    MUST_CHECK;

/* What the definer may: "SELECT, ... ON `shop`.*". */
const char *account_definer_right(struct ctx *) MUST_CHECK;

/* The workers' right to read a table: "SELECT ON `shop`.`users`". */
const char *account_table_right(struct ctx *, const char *table) MUST_CHECK;

/* Their right in former versions, for all tables: "SELECT ON `shop`.*". */
const char *account_former_right(struct ctx *) MUST_CHECK;

struct account_state {
	bool exists, locked;
	const char *made;	/* its CREATE USER, digest of a password and
				   all: to look at, not to tell */
	const char **right;	/* its rights, "x ON y", with " WITH GRANT
				   OPTION"; the last is NULL */
};

/*
 * Fills in the account as the server has it; where it doesn't exist nothing
 * else is set.  Without accounts of our own it is the account that ctx uses.
 */
enum err account_look(struct ctx *, const struct account *,
    struct account_state *, char *why) MUST_CHECK;

/* Its rights alone; with who NULL those of the account that ctx uses. */
enum err account_rights(struct ctx *, const struct account *who,
    struct account_state *, char *why) MUST_CHECK;

/* "x ON y" of a row of SHOW GRANTS, never a password; NULL: no right. */
const char *account_right_of(struct arena *, const char *row);

/* Is it about this database, or things in it, only? */
bool account_is_here(struct ctx *, const char *right);

/* A right by which an account writes although read_only is on; or NULL. */
const char *account_passes_read_only(const char **right);

enum account_entry {
	ENTRY_OPEN,		/* let in, or kept out for want of rights only */
	ENTRY_REFUSED,		/* not by this password */
	ENTRY_AWAY		/* could not be tried */
};

/*
 * Tries to come in as the workers do, by the password in their file, or without
 * one. why is the server's message, *as the account that the server took us
 * for, NULL if it did not tell.
 */
enum account_entry account_try(struct ctx *, bool with_password,
    const char **as, char *why) MUST_CHECK;

#endif
