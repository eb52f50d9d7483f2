/* SPDX-License-Identifier: MIT */
/*
 * How io/db opens a session: its options, TLS, and the variables of
 * db_session.def.  Only io/db includes it; t/0010 holds that.
 */
#ifndef SHOP_DB_SESSION_H
#define SHOP_DB_SESSION_H

#include "io/db.h"
#include "io/mysql.h"

/*
 * The longest wait for a lock in shopctl: a person waits, and no request does.
 */
#define ADMIN_LOCK_WAIT_S	30

struct db_login {
	const struct conf *conf;
	enum db_account account;
	const char *user;
	char *password;		/* or NULL */
	struct host *host;	/* NULL: a socket */
	size_t at;		/* the next of its addresses to try */
};

/*
 * Connect with all that a session of ours has set: at the socket, or at one of
 * the host's addresses.  Returns 0, or the number of the error, and its text in
 * *why: *conn's, or static.  *conn, which must be NULL, is the caller's to close
 * either way.
 */
unsigned db_session_open(MYSQL **conn, struct db_login *,
    const char **why) MUST_CHECK;

#endif
