/* SPDX-License-Identifier: MIT */
/* Users as the operator makes, changes and sees them; what they do is others'. */
#ifndef SHOP_USER_H
#define SHOP_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/err.h"

struct new_user {
	const char *name, *email;
	int64_t balance_pt;
	const char *role;		/* of caller_roles */
	const char *password;		/* NULL: none, and no log-in */
};

/*
 * A new user.  E_TAKEN: the address is; E_UNAVAILABLE; E_OUTCOME_UNKNOWN: the
 * connection was lost, and it may be done; E_INTERNAL.
 */
enum err user_add(struct ctx *, const struct new_user *, int64_t *id)
    MUST_CHECK;

/*
 * Another role; another password, which revokes all tokens; the end of the
 * account.  E_UNKNOWN_USER: there is none, or it is closed; E_UNAVAILABLE,
 * E_OUTCOME_UNKNOWN, E_INTERNAL.
 */
enum err user_set_role(struct ctx *, int64_t id, const char *role) MUST_CHECK;
enum err user_set_password(struct ctx *, int64_t id, const char *password)
    MUST_CHECK;
enum err user_close(struct ctx *, int64_t id) MUST_CHECK;

/* A user as the operator sees one; texts are the arena's. */
struct user {
	int64_t id;
	const char *email, *name;	/* "" of a closed one */
	int role;			/* enum caller_role */
	const char *status;		/* active, closed */
	int64_t balance_pt;
	const char *created_at;		/* RFC 3339 */
	bool has_password;		/* of user_get alone, and the next */
	int64_t orders;			/* whatever became of them */
};

/* E_UNKNOWN_USER; as attempt_read. */
enum err user_get(struct ctx *, int64_t id, struct user *) MUST_CHECK;

/*
 * Those whose e-mail or name has the text, without regard to case, or all where
 * it is ""; behind after_id, by id.  All users are read where few have it.
 * What attempt_read returns.
 */
enum err user_find(struct ctx *, const char *text, int64_t after_id,
    int64_t limit, struct user **, size_t *n) MUST_CHECK;

#endif
