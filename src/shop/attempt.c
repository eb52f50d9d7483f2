/* SPDX-License-Identifier: MIT */
/* Each loop here ends by attempts, by the deadline, or by the budget. */
#include "config.h"

#include "shop/attempt.h"

#include <assert.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/conf.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/num.h"
#include "shop/row.h"

_Static_assert(IDEM_BYTES <= DB_BYTES_MAX, "a key is sent as bytes");
_Static_assert((int)DB_CROWDED < METRIC_CLASSES_MAX, "each is counted");

/* attempt_once() goes again only in so short a time. */
#define ONCE_AGAIN_MS 500

/* How long an attempt after this failure may take; 0: there is no point. */
static int64_t
next_takes_ms(const struct conf *c, enum db_class class)
{
	switch (class) {
	case DB_ABORTED:
	case DB_STMT_FAILED:
	/* A routine leaves no duplicate unhandled but another node's (Galera). */
	case DB_DUPLICATE:
		/*
		 * The server answers, so one more lock wait is the worst; and
		 * 200 ms for the routine's statements and its commit, ten
		 * times what their slowest hundredth takes on a busy disk.
		 */
		return c->db_lock_wait_s * 1000 + 200;
	case DB_CONN_LOST:
	case DB_COMMIT_UNKNOWN:
	case DB_NO_CONN:
	case DB_AWAY:
	case DB_CROWDED:
	case DB_NOT_WRITABLE:
		/* Half a second of grace: one that timed out is tried again. */
		return (c->db_connect_timeout_s + c->db_read_timeout_s) *
		    1000 - 500;
	case DB_OK:
	case DB_RESOURCE:
	case DB_REFUSED:
	case DB_BUG:
	case DB_UNFIT:
		break;
	}
	return 0;
}

static int64_t
elapsed_ms(const struct ctx *ctx)
{
	return (num_monotonic_us() - ctx->start_us) / 1000;
}

/* Full jitter: anything up to a bound that doubles with each attempt. */
static void
pause_before(int attempt, enum db_class class)
{
	bool quick = class == DB_ABORTED || class == DB_STMT_FAILED ||
	    class == DB_DUPLICATE;
	int64_t bound_us = (quick ? 5000 : 50000) << attempt;
	int64_t most_us = quick ? 100000 : 500000;
	struct timespec t = { 0 };
	uint32_t chance;

	if (getrandom(&chance, sizeof chance, GRND_NONBLOCK) != sizeof chance)
		chance = UINT32_MAX;
	if (bound_us > most_us)
		bound_us = most_us;
	t.tv_nsec = (long)(bound_us * chance / UINT32_MAX) * 1000;
	nanosleep(&t, NULL);
}

/* The budget as others see it. */
static void
show_budget(struct ctx *ctx)
{
	if (ctx->count != NULL)
		atomic_store_explicit(&ctx->count->retry_tenths,
		    ctx->budget.tenths, memory_order_relaxed);
}

/* One attempt, which is counted. */
static enum db_class
try_once(struct ctx *ctx, enum sql sql, const struct db_arg *arg, size_t n,
    struct db_result *r)
{
	enum db_class class = attempt_run(ctx, sql, arg, n, r);

	METRIC_COUNT(ctx->count, attempts[0]);
	if (class != DB_OK)
		METRIC_COUNT(ctx->count, failures[class]);
	return class;
}

/*
 * Begins a statement: no attempts yet, and a little more of the budget.
 * False when the request has waited for a worker so long that not even one
 * attempt may end in time, with a connection still to be made or without.
 */
static bool
begin_statement(struct ctx *ctx)
{
	int64_t now = num_monotonic_us();

	ctx->trace.attempts = 0;
	ctx->budget.tenths += 1 + (now - ctx->budget.filled_us) / 100000;
	if (ctx->budget.tenths > RETRY_BUDGET * 10)
		ctx->budget.tenths = RETRY_BUDGET * 10;
	ctx->budget.filled_us = now;
	show_budget(ctx);
	if (next_takes_ms(ctx->conf, db_connected(ctx->db) ? DB_STMT_FAILED
	    : DB_NO_CONN) + elapsed_ms(ctx) <= ctx->conf->request_deadline_ms)
		return true;
	ctx->trace.cause = "queued_too_long";
	return false;
}

static bool
may_spend(struct ctx *ctx)
{
	if (ctx->budget.tenths < 10) {
		METRIC_COUNT(ctx->count, unspent[0]);
		return false;
	}
	ctx->budget.tenths -= 10;
	show_budget(ctx);
	return true;
}

/* One more?  If so the pause is over when this returns. */
static bool
again(struct ctx *ctx, enum db_class class, bool unknown)
{
	int64_t takes_ms = next_takes_ms(ctx->conf, class);
	int64_t left_ms = ctx->conf->request_deadline_ms - elapsed_ms(ctx);
	/* This worker had a place a moment ago, and may well get one again. */
	bool at_once = class == DB_AWAY ||
	    (class == DB_CROWDED && ctx->trace.attempts == 1);

	ctx->trace.cause = db_class_name(class);
	/* One that is yet to be found out about outlives a short absence. */
	if ((at_once || class == DB_NO_CONN) && unknown)
		ctx->trace.attempts--;
	else if (at_once)
		return false;
	if (takes_ms == 0 || ctx->trace.attempts >= ATTEMPTS_MAX ||
	    takes_ms > left_ms || (!unknown && !may_spend(ctx)))
		return false;
	METRIC_COUNT(ctx->count, retries[class]);
	pause_before(ctx->trace.attempts, class);
	return true;
}

static enum err
gave_up(enum db_class class, enum err failed)
{
	switch (class) {
	case DB_ABORTED:
	case DB_STMT_FAILED:
	case DB_DUPLICATE:
		return failed;
	case DB_CONN_LOST:
	case DB_NO_CONN:
	case DB_AWAY:
	case DB_CROWDED:
	case DB_NOT_WRITABLE:
	case DB_RESOURCE:
	case DB_UNFIT:
		return E_UNAVAILABLE;
	case DB_COMMIT_UNKNOWN:
		return E_OUTCOME_UNKNOWN;
	case DB_OK:
	case DB_REFUSED:
	case DB_BUG:
		break;
	}
	return E_INTERNAL;
}

/* The slowest so far, or another; returns the time. */
static int64_t
note_statement(struct ctx *ctx, const char *name, int64_t began_us)
{
	int64_t now = num_monotonic_us();

	if (ctx->trace.statement == NULL ||
	    now - began_us > ctx->trace.statement_us) {
		ctx->trace.statement = name;
		ctx->trace.statement_us = now - began_us;
	}
	return now;
}

enum db_class
attempt_run(struct ctx *ctx, enum sql sql, const struct db_arg *arg, size_t n,
    struct db_result *r)
{
	int64_t began_us = num_monotonic_us();
	enum db_class class;

	/* A slow connect is no statement's fault. */
	if (!db_connected(ctx->db)) {
		class = db_connect(ctx->db);
		began_us = note_statement(ctx, "connect", began_us);
		if (class != DB_OK) {
			memset(r, 0, sizeof *r);
			return class;
		}
		/* Who may take any time to find one has his own from then on. */
		if (db_is_patient(ctx->db))
			ctx->start_us = began_us;
	}
	class = db_run(ctx->db, ctx->arena, sql, arg, n, r);
	note_statement(ctx, sql_table[sql].name, began_us);
	return class;
}

/* Is there time to ask a replica in vain, and the writer then? */
static bool
may_ask_replica(const struct ctx *ctx)
{
	const struct conf *c = ctx->conf;

	return db_is_near(ctx->replica) && elapsed_ms(ctx) + c->db_read_timeout_s *
	    1000 + next_takes_ms(c, DB_STMT_FAILED) <= c->request_deadline_ms;
}

bool
attempt_at_replica(struct ctx *ctx, enum sql sql, const struct db_arg *arg,
    size_t n, struct db_result *r)
{
	int64_t began_us = num_monotonic_us();
	enum db_class class;

	if (ctx->replica == NULL)
		return false;
	if (!may_ask_replica(ctx)) {
		METRIC_COUNT(ctx->count, anywhere[READ_AT_WRITER]);
		return false;
	}
	class = db_run(ctx->replica, ctx->arena, sql, arg, n, r);
	note_statement(ctx, sql_table[sql].name, began_us);
	METRIC_COUNT(ctx->count, attempts[0]);
	if (class == DB_OK) {
		METRIC_COUNT(ctx->count, anywhere[READ_AT_REPLICA]);
		return true;
	}
	METRIC_COUNT(ctx->count, failures[class]);
	METRIC_COUNT(ctx->count, anywhere[READ_AT_WRITER]);
	db_pass_over(ctx->replica);
	return false;
}

enum err
attempt_read(struct ctx *ctx, enum sql sql, const struct db_arg *arg,
    size_t n, struct db_result *r)
{
	enum db_class class;

	if (sql_table[sql].use == DB_ANYWHERE &&
	    attempt_at_replica(ctx, sql, arg, n, r))
		return E_OK;
	if (!begin_statement(ctx))
		return E_UNAVAILABLE;
	do {
		ctx->trace.attempts++;
		class = try_once(ctx, sql, arg, n, r);
		if (class == DB_OK)
			return E_OK;
	} while (again(ctx, class, false));
	return gave_up(class, E_UNAVAILABLE);
}

enum err
attempt_former(struct ctx *ctx, int64_t user_id, struct idem *idem)
{
	struct db_arg arg[] = { DB_INT(user_id),
	    DB_BYTES(idem->former, IDEM_BYTES) };
	struct db_result r;
	enum err e;

	if (!idem->has_former)
		return E_OK;
	e = attempt_read(ctx, SQL_KEY, arg, 2, &r);
	if (e == E_OK && r.rows > 0)
		memcpy(idem->id, idem->former, IDEM_BYTES);
	return e;
}

enum db_class
attempt_once(struct ctx *ctx, enum sql sql, const struct db_arg *arg,
    size_t n, struct db_result *r)
{
	enum db_class class = DB_AWAY;

	if (!begin_statement(ctx))
		return DB_AWAY;
	/*
	 * One more attempt where the connection had been idle too long, for
	 * that fails at once; not where this request has waited without result.
	 */
	do {
		ctx->trace.attempts++;
		class = try_once(ctx, sql, arg, n, r);
	} while (ctx->trace.attempts < 2 && (class == DB_CONN_LOST ||
	    class == DB_COMMIT_UNKNOWN || class == DB_ABORTED) &&
	    elapsed_ms(ctx) < ONCE_AGAIN_MS);
	if (class != DB_OK)
		ctx->trace.cause = db_class_name(class);
	return class;
}

struct outcome {
	const char *code;
};

/* The routine's own word: its first column. */
static enum err
read_outcome(struct arena *a, const struct db_result *r, bool *replayed)
{
	static const struct row_column columns[] = {
		ROW_STR(struct outcome, code), ROW_END
	};
	struct outcome o = { NULL };
	const char *code = r->rows > 0 &&
	    row_read(a, r, 0, columns, &o) == E_OK ? o.code : NULL;

	*replayed = code != NULL && strcmp(code, "replayed") == 0;
	if (*replayed)
		return E_OK;
	for (int e = E_OK; code != NULL && e < E_COUNT; e++)
		if (strcmp(err_row((enum err)e)->code, code) == 0)
			return (enum err)e;
	log_msg(LOG_ERROR, "bad_outcome", "a routine answered %s",
	    code != NULL ? code : "nothing");
	return E_INTERNAL;
}

/* A routine waits one second for its key: this is how often it may. */
static bool
may_wait_on(const struct ctx *ctx)
{
	return elapsed_ms(ctx) + 1000 <= IDEM_WAIT_MS;
}

enum err
attempt_write(struct ctx *ctx, const struct attempt *a, struct db_result *r,
    bool *replayed)
{
	bool unknown = false;
	enum db_class class;
	enum err e;

	assert(sql_table[a->sql].use == DB_WRITE);
	*replayed = false;
	if (!begin_statement(ctx))
		return E_UNAVAILABLE;
	do {
		ctx->trace.attempts++;
		if (a->number != NULL)
			*a->number = ctx->trace.attempts;
		do {
			class = try_once(ctx, a->sql, a->arg, a->n, r);
			e = class == DB_OK ? read_outcome(ctx->arena, r, replayed) : E_INTERNAL;
		} while (e == E_IN_PROGRESS && may_wait_on(ctx));
		if (class == DB_OK) {
			/* Ours, when an attempt of ours was lost. */
			*replayed = *replayed && !unknown;
			if (*replayed)
				METRIC_COUNT(ctx->count, replays[0]);
			return e;
		}
		unknown = unknown || class == DB_COMMIT_UNKNOWN;
	} while (again(ctx, class, unknown));
	db_release(ctx->db);
	/* A lost COMMIT stays unknown, whatever failed after it. */
	return gave_up(unknown ? DB_COMMIT_UNKNOWN : class, a->failed);
}
