/* SPDX-License-Identifier: MIT */
/*
 * Changing a schema that is in use.  A statement that must have a table or a
 * routine to itself (ALTER, DROP, LOCK TABLES, CREATE OR REPLACE PROCEDURE,
 * GRANT, ...) waits for every session that uses it, for hours if that is a
 * dump's snapshot; and every later session, even a reader, waits behind it.  So
 * it waits DDL_WAIT_S at a time, less than a request does, lets the shop
 * breathe for DDL_PAUSE_S, and tries again.  After DDL_TRIES it gives up and
 * names the session in its way; nothing of it was done then.
 */
#ifndef SHOP_DDL_H
#define SHOP_DDL_H

#include "shop/attempt.h"

#define DDL_WAIT_S	1
#define DDL_PAUSE_S	2
#define DDL_TRIES	6

/* The session waits so for locks from now on. */
enum err ddl_begin(struct ctx *, char *why) MUST_CHECK;

/*
 * Run a statement of a migration, DDL or not; *r may be NULL where nobody
 * wants the rows, sql where the arena was full.  MySQL has no ADD COLUMN IF
 * NOT EXISTS: what says that it is there already was done before, for each
 * ALTER is done whole or not at all.  E_UNAVAILABLE: why says why.
 */
enum err ddl_run(struct ctx *, const char *sql, struct db_result *r,
    char *why) MUST_CHECK;

/*
 * GET_LOCK of name, an expression of SQL, for at most wait_s.
 * E_UNAVAILABLE: why says who has it, or what went wrong.
 */
enum err ddl_lock(struct ctx *, const char *name, int wait_s,
    char *why) MUST_CHECK;

#endif
