/* SPDX-License-Identifier: MIT */
/*
 * Running a statement until it is done or there is no point in going on.
 *
 * The one retry loop: at most ATTEMPTS_MAX attempts, a random pause between
 * them, none begun that would likely end after the request's deadline (by
 * more than half a second where it must connect first; one that waits for
 * several locks may take the read timeout), and no more than the worker's
 * budget of retries allows.  An attempt is the whole transaction
 * with the same idempotency key, so that one whose outcome was lost is never
 * applied twice: the next finds its key.  While an outcome is unknown, not
 * reaching the database is no attempt, and the budget does not count.
 *
 * ctx->trace learns the attempts, the cause of a failure, and the slowest
 * statement.
 *
 * For the files of shop/ and ops/ alone: no header of shop/ includes this one,
 * so that whoever calls the rules does not see the database.
 */
#ifndef SHOP_ATTEMPT_H
#define SHOP_ATTEMPT_H

#include <stdbool.h>

#include "base/ctx.h"
#include "base/err.h"
#include "shop/caller.h"
#include "shop/idem.h"
#include "shop/sql.h"

/* The caller as a statement's two arguments. */
#define CALLER_ARGS(caller)					\
	DB_INT((caller)->id),					\
	DB_INT((caller)->issued_ms)

/* The routines' first five arguments. */
#define IDEM_ARGS(caller, idem)					\
	CALLER_ARGS(caller),					\
	DB_BYTES((idem)->id, IDEM_BYTES),			\
	DB_BYTES((idem)->fingerprint, IDEM_BYTES),		\
	DB_INT((idem)->from_client ? 1 : 0)

/*
 * Run a statement once, whatever comes of it: db_run(), whose time is noted.
 * All others here do it by this one.
 */
enum db_class attempt_run(struct ctx *, enum sql, const struct db_arg *,
    size_t n, struct db_result *) MUST_CHECK;

/*
 * Run a statement that changes nothing, to learn how it goes: no pauses, and
 * again only where a connection turned out to be lost.  DB_AWAY also when
 * there is no time left.
 */
enum db_class attempt_once(struct ctx *, enum sql, const struct db_arg *,
    size_t n, struct db_result *) MUST_CHECK;

struct attempt {
	enum sql sql;
	struct db_arg *arg;
	size_t n;
	int64_t *number;	/* set to the attempt's number; or NULL */
	enum err failed;	/* the answer when all attempts failed */
};

/*
 * Run a routine.  Its first column is its outcome: 'ok', 'replayed' (the
 * same, with *replayed true unless this very request had done it), or the
 * wire code of the error that is returned, with the row in *r.  Else a->failed,
 * E_UNAVAILABLE, E_OUTCOME_UNKNOWN, E_INTERNAL; *replayed is false then.
 */
enum err attempt_write(struct ctx *, const struct attempt *,
    struct db_result *r, bool *replayed) MUST_CHECK;

/*
 * If the ledger has the former id, it becomes idem->id, so that what was done
 * with it is not done again.  E_UNAVAILABLE, E_INTERNAL.
 */
enum err attempt_former(struct ctx *, int64_t user_id, struct idem *)
    MUST_CHECK;

/*
 * Run a statement that reads at a replica (shop/replica.h), once; what it answers
 * may be some seconds old.  False: none answered, so read it where it is written.
 * For a READ, of whose answer the caller can tell whether it will do;
 * attempt_read() does it with what is read ANYWHERE.
 */
bool attempt_at_replica(struct ctx *, enum sql, const struct db_arg *, size_t n,
    struct db_result *r) MUST_CHECK;

/* Run a statement that reads.  E_UNAVAILABLE, E_INTERNAL. */
enum err attempt_read(struct ctx *, enum sql, const struct db_arg *,
    size_t n, struct db_result *r) MUST_CHECK;

#endif
