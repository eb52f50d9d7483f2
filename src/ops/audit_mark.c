/* SPDX-License-Identifier: MIT */
/*
 * Take the last ids, then wait until every transaction that was open has ended:
 * then the ids are final.
 */
#include "config.h"

#include "ops/audit_mark.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/limits.h"
#include "base/num.h"
#include "ops/script.h"

/* Between two looks at the open transactions; InnoDB shows the same for 0.1 s. */
#define LOOK_MS 150
#define LOOKS (AUDIT_OPEN_MAX_S * 1000 / LOOK_MS)

#define NUMBERS 6

void
audit_mark_print(const struct audit_mark *m, char out[AUDIT_MARK_BYTES])
{
	snprintf(out, AUDIT_MARK_BYTES, "m1-%" PRId64 "-%" PRId64 "-%" PRId64
	    "-%" PRId64 "-%" PRId64 "-%010" PRId64, m->ledger, m->payment,
	    m->mark, m->sold, m->dated_s, m->history);
}

bool
audit_mark_parse(const char *text, struct audit_mark *m)
{
	int64_t *to[NUMBERS] = { &m->ledger, &m->payment, &m->mark, &m->sold,
	    &m->dated_s, &m->history };
	char again[AUDIT_MARK_BYTES];
	const char *at = text;

	*m = (struct audit_mark){ 0 };
	if (strncmp(at, "m1", 2) != 0)
		return false;
	at += 2;
	for (size_t i = 0; i < NUMBERS && *at == '-'; i++) {
		size_t zeros = i == NUMBERS - 1 ? strspn(at + 1, "0") : 0;
		size_t len = strcspn(at + 1, "-");

		if (zeros == len && zeros > 0)
			zeros--;
		if (!num_parse(at + 1 + zeros, len - zeros, 0, INT64_MAX,
		    to[i]))
			return false;
		at += 1 + len;
	}
	audit_mark_print(m, again);
	return strcmp(again, text) == 0;
}

static int64_t
mark_number(const struct db_result *r, size_t col)
{
	const struct db_cell *c = db_at(r, 0, col);

	return c->null ? 0 : strtoll(c->s, NULL, 10);
}

/* ---- Taking one */

/*
 * The marks' ids with those of open transactions, and after the others: an
 * order's mark is made before it, so that of an order that is in, it is in.
 */
static enum err
take_ids(struct ctx *ctx, struct audit_mark *m, char *why)
{
	struct db_result r;
	enum err e = script_run(ctx, "SELECT MAX(l.id), "
	    "(SELECT MAX(id) FROM payments), COALESCE((SELECT CRC32(CONCAT("
	    "user_id, ' ', HEX(idem))) FROM points_ledger ORDER BY id DESC "
	    "LIMIT 1), 0) FROM points_ledger l", &r, why);

	if (e != E_OK)
		return e;
	m->ledger = mark_number(&r, 0);
	m->payment = mark_number(&r, 1);
	m->history = mark_number(&r, 2);
	if ((e = script_run(ctx, "SET TRANSACTION ISOLATION LEVEL READ "
	    "UNCOMMITTED", NULL, why)) == E_OK && (e = script_run(ctx,
	    "SELECT MAX(id) FROM sales_marks", &r, why)) == E_OK)
		m->mark = mark_number(&r, 0);
	return e;
}

static enum err
pause(struct ctx *ctx, int64_t ms, char *why)
{
	return script_run(ctx, arena_printf(ctx->arena, "DO SLEEP(%" PRId64
	    " / 1000)", ms), NULL, why);
}

/*
 * The transactions that have written and are open, as a list for IN.  One of
 * our own must be shown as well, else what is shown is older than the ids.
 * Those that only read have numbers beyond 2^48.
 */
static enum err
list_open(struct ctx *ctx, const char **list, char *why)
{
	struct db_result r;
	enum err e = script_run(ctx, "START TRANSACTION WITH CONSISTENT "
	    "SNAPSHOT, READ ONLY", NULL, why);

	*list = NULL;
	for (int i = 0; e == E_OK && *list == NULL && i < LOOKS; i++) {
		if ((e = pause(ctx, LOOK_MS, why)) != E_OK ||
		    (e = script_run(ctx, "SELECT "
		    "SUM(trx_mysql_thread_id = CONNECTION_ID()), COALESCE("
		    "GROUP_CONCAT(IF(trx_id < 281474976710656, trx_id, NULL)),"
		    " '0') FROM information_schema.innodb_trx", &r, why))
		    != E_OK)
			return e;
		if (mark_number(&r, 0) > 0)
			*list = db_at(&r, 0, 1)->s;
	}
	return e != E_OK ? e : script_run(ctx, "ROLLBACK", NULL, why);
}

/*
 * Are writes of other servers applied here?  Nobody sees their open transactions,
 * whose ids may be lower than those of what was committed.
 */
static enum err
is_one_of_several(struct ctx *ctx, bool *several, char *why)
{
	struct db_result size, reads;
	enum err e = script_run(ctx, "SHOW GLOBAL STATUS LIKE "
	    "'wsrep_cluster_size'", &size, why);

	if (e == E_OK)
		e = script_run(ctx, "SELECT CAST(@@read_only AS CHAR) "
		    "NOT IN ('0', 'OFF')", &reads, why);
	if (e == E_OK)
		*several = mark_number(&reads, 0) != 0 ||
		    (size.rows > 0 && mark_number(&size, 1) > 1);
	return e;
}

static enum err
wait_for_open(struct ctx *ctx, const char *list, const char **open,
    char *why)
{
	struct db_result r;
	enum err e = E_OK;

	for (int i = 0; e == E_OK && i <= LOOKS; i++) {
		e = script_run(ctx, arena_printf(ctx->arena, "SELECT "
		    "trx_mysql_thread_id FROM information_schema.innodb_trx "
		    "WHERE trx_id IN (%s) LIMIT 1", list), &r, why);
		if (e != E_OK)
			break;
		*open = r.rows == 0 ? NULL : arena_printf(ctx->arena,
		    "session %s of the database has had a transaction open "
		    "for %d s", db_at(&r, 0, 0)->s, AUDIT_OPEN_MAX_S);
		if (r.rows == 0)
			break;
		e = pause(ctx, LOOK_MS, why);
	}
	return e;
}

enum err
audit_mark_take(struct ctx *ctx, struct audit_mark *m, const char **open,
    char *why)
{
	const char *list;
	bool several;
	enum err e;

	*open = NULL;
	/*
	 * End the snapshot that an earlier audit of this session may have left.
	 */
	if ((e = script_run(ctx, "ROLLBACK", NULL, why)) != E_OK ||
	    (e = take_ids(ctx, m, why)) != E_OK ||
	    (e = is_one_of_several(ctx, &several, why)) != E_OK)
		return e;
	if (several || list_open(ctx, &list, why) != E_OK) {
		/*
		 * Where we can't look, or may not: wait for as long as one may
		 * be open.
		 */
		return pause(ctx, AUDIT_OPEN_MAX_S * 1000, why);
	}
	if (list == NULL) {
		*open = "the server does not show its open transactions";
		return E_OK;
	}
	return wait_for_open(ctx, list, open, why);
}

/* ---- Going on from one */

enum err
audit_mark_check(struct ctx *ctx, const struct audit_mark *m,
    char *why)
{
	struct db_result r;
	enum err e = script_run(ctx, arena_printf(ctx->arena, "SELECT "
	    "(%" PRId64 " = 0 OR EXISTS (SELECT 1 FROM points_ledger "
	    "WHERE id = %" PRId64 " AND CRC32(CONCAT(user_id, ' ', "
	    "HEX(idem))) = %" PRId64 ")) AND %" PRId64 " <= "
	    "(SELECT COALESCE(MAX(id), 0) FROM payments), "
	    "%" PRId64 " <= (SELECT MAX(last_id) FROM ledger_openings)",
	    m->ledger, m->ledger, m->history, m->payment, m->ledger), &r, why);

	if (e != E_OK || mark_number(&r, 0) == 1)
		return e;
	why_say(why, mark_number(&r, 1) == 1 ? "what the mark has seen was "
	    "archived since: audit everything" : "the mark is of another "
	    "database, or rows that it has seen are gone: audit everything");
	return E_STALE;
}

/*
 * Each product's sold, weighed with a number of its own, less what orders
 * behind the mark sold of it.  Orders behind it change both alike, so it stays
 * what it is unless sold and lines are no longer one.
 */
enum err
audit_mark_sold(struct ctx *ctx, struct audit_mark *m, char *why)
{
	struct db_result r;
	enum err e = script_run(ctx, arena_printf(ctx->arena, "SELECT "
	    "MOD(MOD(COALESCE((SELECT SUM(CAST(CRC32(id) AS DECIMAL(10)) "
	    "* sold) FROM products), 0) - COALESCE((SELECT SUM("
	    "CAST(CRC32(product_id) AS DECIMAL(10)) * quantity) FROM "
	    "order_items WHERE order_id > %" PRId64 "), 0), %" PRId64
	    ") + %" PRId64 ", %" PRId64 ")", m->payment, SAFE_INT_MAX,
	    SAFE_INT_MAX, SAFE_INT_MAX), &r, why);

	if (e == E_OK)
		m->sold = mark_number(&r, 0);
	return e;
}
