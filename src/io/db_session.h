/* SPDX-License-Identifier: MIT */
/*
 * How io/db opens a session: its options, TLS, and the variables of
 * db_session.def.  Only io/db includes it; t/0010 holds that.
 */
#ifndef SHOP_DB_SESSION_H
#define SHOP_DB_SESSION_H

#include "base/place.h"
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
	bool brief;		/* no answer takes longer than
				   db_read_timeout_s; else an hour */
	struct places places;
	struct host *host[PLACES_MAX];	/* NULL: a socket */
	size_t turn[PLACES_MAX];	/* the next of its addresses to try */
};

/*
 * Connect with all that a session of ours has set: at the place's socket, or at
 * one of its host's addresses.  Returns 0, or the number of the error, and its
 * text in *why: *conn's, or static.  *conn, which must be NULL, is the caller's
 * to close either way.
 */
unsigned db_session_open(MYSQL **conn, struct db_login *, size_t place,
    const char **why) MUST_CHECK;

/*
 * Does the server of an open session take writes?  Asked where there is a choice
 * of servers.  Returns 0; DB_READ_ONLY or DB_NOT_PRIMARY when it takes none; or
 * the number of the error.  *why as above.
 *
 * read_only says it for a MariaDB or MySQL alone, with replicas, and for a
 * member of MySQL's group replication, which sets super_read_only, and with it
 * read_only, on each member but the primary; so nothing has to be granted for
 * performance_schema.  A primary that has lost its group has it off for a while:
 * there no session is opened, for db_session_open()'s last statement waits for
 * the group (group_replication_consistency).
 *
 * A node of Galera must be ready: part of the primary component.  Its session waits before each read until the node has what was
 * committed on others before (wsrep_sync_wait): thus a retry finds the key of a
 * write that another node acknowledged to nobody, and a balance is never older
 * than an answer.
 */
#define DB_READ_ONLY	1290u
#define DB_NOT_PRIMARY	1047u
unsigned db_session_writer(MYSQL *, const char **why) MUST_CHECK;

/* The one integer of a query; 0 where there is no row.  Returns as above. */
unsigned db_session_number(MYSQL *, const char *sql, int64_t *n,
    const char **why) MUST_CHECK;

#endif
