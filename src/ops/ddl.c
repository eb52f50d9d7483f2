/* SPDX-License-Identifier: MIT */
/* Most of this finds out which session is in the way, to name it. */
#include "config.h"

#include "ops/ddl.h"

#include <string.h>
#include <time.h>

#include "base/arena.h"

/* Both servers' numbers. */
#define LOCK_WAIT_TIMEOUT	1205
#define DEADLOCK		1213
#define DUPLICATE_COLUMN	1060
#define DUPLICATE_KEY_NAME	1061
#define CANNOT_DROP		1091

#define STR_(n) #n
#define STR(n) STR_(n)

/*
 * The sessions of a condition, the one that has waited longest first.  innodb_trx has
 * its times in the system's zone.  @ddl is the statement, for want of a better
 * way to know which tables and routines it is about.
 */
#define WHO(condition)							\
	"SELECT p.id, CONCAT(p.user, '@', p.host), p.time, "		\
	"LEFT(COALESCE(p.info, ''), 80), "				\
	"(SELECT MIN(CONVERT_TZ(t.trx_started, 'SYSTEM', '+00:00')) "	\
	"FROM information_schema.innodb_trx t "				\
	"WHERE t.trx_mysql_thread_id = p.id) AS since "			\
	"FROM information_schema.processlist p "			\
	"WHERE p.id <> CONNECTION_ID() AND " condition			\
	" ORDER BY since IS NULL, since, p.time DESC LIMIT 4"

/*
 * Each is less certain than the one before, and the first with an answer
 * counts.  Servers lack some of them, accounts the right to others.
 */
static const char *const who[] = {
	/* performance_schema, where it is on, as by default on MySQL */
	WHO("p.id IN (SELECT s.processlist_id "
	    "FROM performance_schema.metadata_locks m "
	    "JOIN performance_schema.threads s "
	    "ON s.thread_id = m.owner_thread_id "
	    "WHERE m.lock_status = 'GRANTED' "
	    "AND m.object_schema = DATABASE() "
	    "AND LOCATE(m.object_name, @ddl) > 0)"),
	/* MariaDB's plugin of that name */
	WHO("p.id IN (SELECT m.thread_id "
	    "FROM information_schema.metadata_lock_info m "
	    "WHERE m.table_schema = DATABASE() "
	    "AND LOCATE(m.table_name, @ddl) > 0)"),
	/* whose transaction is older than our wait */
	WHO("p.id IN (SELECT t.trx_mysql_thread_id "
	    "FROM information_schema.innodb_trx t WHERE "
	    "CONVERT_TZ(t.trx_started, 'SYSTEM', '+00:00') "
	    "< NOW() - INTERVAL " STR(DDL_WAIT_S) " SECOND)"),
	/* at a statement for so long, and not waiting for others */
	WHO("p.command IN ('Query', 'Execute') "
	    "AND p.time >= " STR(DDL_WAIT_S) " "
	    "AND COALESCE(p.state, '') NOT LIKE 'Waiting for%'"),
};

static const char *
holder(struct arena *a, const struct db_result *r, size_t row)
{
	const struct db_cell *since = db_at(r, row, 4);
	const char *doing = db_at(r, row, 3)->s;

	return arena_printf(a, "connection %s of %s (%s%s%s%s)",
	    db_at(r, row, 0)->s, db_at(r, row, 1)->s,
	    since->null ? "" : "in a transaction since ",
	    since->null ? "" : since->s, since->null ? "" : " UTC, ",
	    doing[0] != '\0' ? doing : arena_printf(a, "idle for %s s",
	    db_at(r, row, 2)->s));
}

/* Names the session in the statement's way. */
static const char *
holders(struct ctx *ctx, const char *sql)
{
	struct arena *a = ctx->arena;
	const char *quoted = db_quote(ctx->db, a, sql), *names = NULL, *set;
	struct db_result r = { 0 };

	set = quoted == NULL ? NULL : arena_printf(a, "SET @ddl = %s", quoted);
	if (set == NULL || db_text(ctx->db, a, set, &r) != DB_OK)
		return "somebody";
	for (size_t i = 0; i < sizeof who / sizeof who[0]; i++)
		if (db_text(ctx->db, a, who[i], &r) == DB_OK && r.rows > 0)
			break;
	for (size_t i = 0; i < r.rows && i < 3; i++)
		names = arena_printf(a, "%s%s%s", names != NULL ? names : "",
		    names != NULL ? ", " : "", holder(a, &r, i));
	if (names == NULL)
		return "somebody who can't be named: see SHOW PROCESSLIST";
	return r.rows > 3 ? arena_printf(a, "%s, and more", names) : names;
}

/* Its first line that is no comment, and of that the beginning. */
static const char *
gist(struct arena *a, const char *sql)
{
	size_t len = strcspn(sql, "\n");

	while (strncmp(sql, "--", 2) == 0 && sql[len] != '\0') {
		sql += len + 1;
		len = strcspn(sql, "\n");
	}
	return arena_printf(a, "%.*s%s", len < 60 ? (int)len : 60, sql,
	    sql[len < 60 ? len : 60] != '\0' ? " ..." : "");
}

/* Never a password: cut behind IDENTIFIED. */
static const char *
without_secret(struct arena *a, const char *sql)
{
	const char *secret = strstr(sql, "IDENTIFIED");

	return secret == NULL ? sql : arena_printf(a, "%.*s",
	    (int)(secret - sql), sql);
}

/* Why a statement waited in vain. */
static const char *
in_use(struct ctx *ctx, const char *sql)
{
	const char *open = without_secret(ctx->arena, sql);

	return open == NULL ? "out of memory" : arena_printf(ctx->arena,
	    "%s: in use by %s; nothing of it was done, run it again when they "
	    "are through", gist(ctx->arena, open), holders(ctx, open));
}

enum err
ddl_begin(struct ctx *ctx, char *why)
{
	struct db_result r;

	if (db_text(ctx->db, ctx->arena, "SET SESSION lock_wait_timeout = "
	    STR(DDL_WAIT_S) ", innodb_lock_wait_timeout = " STR(DDL_WAIT_S),
	    &r) == DB_OK)
		return E_OK;
	why_say(why, "%s", db_error(ctx->db));
	return E_UNAVAILABLE;
}

/* Was it carried out before?  An ALTER TABLE is, as a whole or not at all. */
static bool
is_done(unsigned number)
{
	return number == DUPLICATE_COLUMN || number == DUPLICATE_KEY_NAME ||
	    number == CANNOT_DROP;
}

enum err
ddl_run(struct ctx *ctx, const char *sql, struct db_result *r,
    char *why)
{
	static const struct timespec pause = { .tv_sec = DDL_PAUSE_S };
	struct db_result ignored;
	unsigned number = 0;

	why_say(why, "out of memory");
	for (int tries = 1; sql != NULL; tries++) {
		if (db_text(ctx->db, ctx->arena, sql,
		    r != NULL ? r : &ignored) == DB_OK)
			return E_OK;
		number = db_error_number(ctx->db);
		if (is_done(number))
			return E_OK;
		why_say(why, "%s", db_error(ctx->db));
		if ((number != LOCK_WAIT_TIMEOUT && number != DEADLOCK) ||
		    tries == DDL_TRIES)
			break;
		nanosleep(&pause, NULL);
	}
	if (number == LOCK_WAIT_TIMEOUT)
		why_say(why, "%s", in_use(ctx, sql));
	return E_UNAVAILABLE;
}

enum err
ddl_lock(struct ctx *ctx, const char *name, int wait_s, char *why)
{
	struct arena *a = ctx->arena;
	struct db_result r;
	enum err e = ddl_run(ctx, arena_printf(a, "SELECT GET_LOCK(%s, %d)",
	    name, wait_s), &r, why);

	if (e != E_OK || (!db_at(&r, 0, 0)->null &&
	    strcmp(db_at(&r, 0, 0)->s, "1") == 0))
		return e;
	why_say(why, "another migration is running");
	if (db_text(ctx->db, a, arena_printf(a, "SELECT CONCAT(id, ' of ', "
	    "user, '@', host) FROM information_schema.processlist "
	    "WHERE id = IS_USED_LOCK(%s)", name), &r) == DB_OK && r.rows > 0)
		why_say(why, "%s: connection %s", why,
		    db_at(&r, 0, 0)->s);
	return E_UNAVAILABLE;
}
