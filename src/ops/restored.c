/* SPDX-License-Identifier: MIT */
/*
 * Looks first, by migrate's dry run, too.  Then numbers, before migrate lets the
 * workers in; and once more behind it, for those that a migration has added.
 */
#include "config.h"

#include "ops/restored.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "ops/ahead.h"
#include "ops/ddl.h"
#include "ops/migrate.h"
#include "ops/script.h"
#include "shop/identity.h"

/*
 * Each table that numbers its rows, and whose ids its are seen with.  Orders
 * have their payments' ids.  An audit's mark has ids of marks: new ones must
 * not hide below it.
 */
static const struct {
	const char *table;
	int seen;
} numbered[] = {
	{ "users", SEEN_USERS },
	{ "products", SEEN_PRODUCTS },
	{ "payments", SEEN_ORDERS },
	{ "points_ledger", SEEN_LEDGER },
	{ "stock_movements", SEEN_KINDS },
	{ "sales_marks", SEEN_KINDS },
};

#define NUMBERED (sizeof numbered / sizeof numbered[0])

static enum err
restored_refuse(char *why, const char *text)
{
	why_say(why, "%s; nothing was changed", text);
	return E_UNAVAILABLE;
}

/* ---- Looking */

static enum err
check_writable(struct ctx *ctx, char *why)
{
	struct db_result r;
	enum err e = script_run(ctx, "SHOW GLOBAL VARIABLES WHERE "
	    "Variable_name IN ('read_only', 'super_read_only', "
	    "'innodb_read_only') AND Value <> 'OFF'", &r, why);

	if (e != E_OK || r.rows == 0)
		return e;
	why_say(why, "the server takes no writes, %s is %s: SET GLOBAL %s = "
	    "OFF, where this is the one that shall sell; nothing was changed",
	    db_at(&r, 0, 0)->s, db_at(&r, 0, 1)->s, db_at(&r, 0, 0)->s);
	return E_UNAVAILABLE;
}

static enum err
check_whole(struct ctx *ctx, char *why)
{
	struct db_result r;
	enum err e = script_run(ctx, "SELECT COUNT(*) "
	    "FROM information_schema.tables WHERE table_schema = DATABASE() "
	    "AND table_name IN ('users', 'products', 'payments', "
	    "'points_ledger', 'stock_movements', 'orders', 'order_items', "
	    "'schema_migrations')", &r, why);

	if (e != E_OK || strcmp(db_at(&r, 0, 0)->s, "8") == 0)
		return e;
	return restored_refuse(why, "the database has no whole shop in it: "
	    "restore a backup into it first");
}

/* Would migrate do its part? */
static enum err
check_migrate(struct ctx *ctx, const struct restored *how, char *why)
{
	char *told = NULL;
	size_t size;
	FILE *to = open_memstream(&told, &size);
	enum err e;

	why_say(why, "out of memory");
	if (to == NULL)
		return E_UNAVAILABLE;
	e = migrate_dry(ctx, how->take_account, to, why);
	fclose(to);
	free(told);
	return e;
}

/* Whoever sells already may have given numbers away a second time. */
static enum err
tell_workers(struct ctx *ctx, FILE *out, char *why)
{
	const char *user = db_quote(ctx->db, ctx->arena, ctx->conf->db_user);
	struct db_result r;
	enum err e = script_run(ctx, user == NULL ? NULL : arena_printf(
	    ctx->arena, "SELECT COUNT(*) FROM information_schema.processlist "
	    "WHERE user = %s AND db = DATABASE() AND id <> CONNECTION_ID()",
	    user), &r, why);

	if (e == E_OK && strcmp(db_at(&r, 0, 0)->s, "0") != 0)
		fprintf(out, "workers %s connected: what they sold since the "
		    "restore has numbers that customers may have seen before; "
		    "stop the pool before the next one\n", db_at(&r, 0, 0)->s);
	return e;
}

/* ---- Numbers */

/* The greatest id of a table; 0 of one that is empty, or isn't there. */
static enum err
last_id(struct ctx *ctx, const char *table, int64_t *last, char *why)
{
	struct arena *a = ctx->arena;
	struct db_result r;
	enum err e = script_run(ctx, table == NULL ? NULL : arena_printf(a, "SELECT COUNT(*) FROM "
	    "information_schema.tables WHERE table_schema = DATABASE() AND "
	    "table_name = '%s'", table), &r, why);

	*last = 0;
	if (e != E_OK || strcmp(db_at(&r, 0, 0)->s, "0") == 0)
		return e;
	if ((e = script_run(ctx, arena_printf(a, "SELECT COALESCE(MAX(id), 0) "
	    "FROM %s", table), &r, why)) == E_OK)
		*last = strtoll(db_at(&r, 0, 0)->s, NULL, 10);
	return e;
}

/*
 * The last id there is, archived or not, and the next one to be given: 0 of a
 * table whose rows an older schema does not number.
 */
static enum err
read_numbers(struct ctx *ctx, const char *table, int64_t *last,
    int64_t *next, char *why)
{
	struct arena *a = ctx->arena;
	int64_t archived;
	struct db_result r;
	enum err e = script_run(ctx, arena_printf(a, "SELECT "
	    "COALESCE(t.auto_increment, 1) FROM information_schema.tables t "
	    "JOIN information_schema.columns c ON c.table_schema = "
	    "t.table_schema AND c.table_name = t.table_name "
	    "WHERE t.table_schema = DATABASE() AND t.table_name = '%s' AND "
	    "c.column_name = 'id' AND c.extra LIKE '%%auto_increment%%'",
	    table), &r, why);

	*last = *next = 0;
	if (e != E_OK || r.rows == 0)
		return e;
	*next = strtoll(db_at(&r, 0, 0)->s, NULL, 10);
	if ((e = last_id(ctx, table, last, why)) != E_OK || (e = last_id(ctx,
	    arena_printf(a, "archive_%s", table), &archived, why)) != E_OK)
		return e;
	if (archived > *last)
		*last = archived;
	return E_OK;
}

static enum err
raise_number(struct ctx *ctx, const struct restored *how, size_t i, FILE *out,
    char *why)
{
	const char *table = numbered[i].table;
	int64_t seen = numbered[i].seen == SEEN_KINDS ? 0
	    : how->seen[numbered[i].seen], last, next, wanted;
	enum err e = read_numbers(ctx, table, &last, &next, why);

	if (e != E_OK || next == 0)
		return e;
	wanted = 1 + (seen == 0 ? last + how->margin
	    : seen > last ? seen : last);
	if (next >= wanted)
		return E_OK;
	if ((e = ddl_run(ctx, arena_printf(ctx->arena, "ALTER TABLE %s "
	    "AUTO_INCREMENT = %" PRId64, table, wanted), NULL, why)) == E_OK)
		fprintf(out, "numbers of %s: from %" PRId64 " on, the last "
		    "one is %" PRId64 "\n", table, wanted, last);
	return e;
}

/* MySQL keeps what it tells of tables for a day. */
static enum err
raise_numbers(struct ctx *ctx, const struct restored *how, FILE *out,
    char *why)
{
	enum err e = script_run(ctx, "SET SESSION sql_auto_is_null = 0 "
	    "/*!80003 , SESSION information_schema_stats_expiry = 0 */",
	    NULL, why);

	for (size_t i = 0; i < NUMBERED && e == E_OK; i++)
		e = raise_number(ctx, how, i, out, why);
	return e;
}

/* ---- What was asked for */

static enum err
revoke_all(struct ctx *ctx, FILE *out, char *why)
{
	struct db_result r;
	enum err e = ddl_run(ctx, "UPDATE users SET tokens_from = 1 + "
	    "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) "
	    "DIV 1000", NULL, why);

	if (e == E_OK && (e = script_run(ctx, "SELECT COUNT(*) FROM users",
	    &r, why)) == E_OK)
		fprintf(out, "tokens of %s users revoked\n",
		    db_at(&r, 0, 0)->s);
	return e;
}

/* migrate makes an id where there is none. */
static enum err
forget_id(struct ctx *ctx, char *why)
{
	struct db_result r;
	enum err e = script_run(ctx, "SELECT COUNT(*) FROM "
	    "information_schema.tables WHERE table_schema = DATABASE() "
	    "AND table_name = 'shop_identity'", &r, why);

	return e != E_OK || strcmp(db_at(&r, 0, 0)->s, "0") == 0 ? e
	    : ddl_run(ctx, "DELETE FROM shop_identity", NULL, why);
}

static enum err
tell_id(struct ctx *ctx, FILE *out, char *why)
{
	const char *id = identity_get(ctx);

	if (id == NULL) {
		why_say(why, "the database has no id, run it again");
		return E_UNAVAILABLE;
	}
	fprintf(out, "id %s: this is another shop; where nginx answers the "
	    "ranking, print its site anew\n", id);
	return E_OK;
}

/* What the backup has from a clock that was ahead of this server's. */
static enum err
tell_dates(struct ctx *ctx, FILE *out, char *why)
{
	struct db_result r;
	enum err e = script_run(ctx, ahead_query(ctx->arena, false), &r, why);

	for (size_t i = 0; e == E_OK && i < r.rows; i++)
		fprintf(out, "dates of %s: " AHEAD_REMEDY "\n",
		    db_at(&r, i, 0)->s);
	return e;
}

enum err
restored_run(struct ctx *ctx, const struct restored *how, FILE *out,
    char *why)
{
	enum err e;

	if ((e = check_writable(ctx, why)) != E_OK ||
	    (e = check_whole(ctx, why)) != E_OK ||
	    (e = check_migrate(ctx, how, why)) != E_OK ||
	    (e = tell_workers(ctx, out, why)) != E_OK ||
	    (e = raise_numbers(ctx, how, out, why)) != E_OK ||
	    (how->new_id && (e = forget_id(ctx, why)) != E_OK) ||
	    (e = migrate_run(ctx, how->take_account, out, why)) != E_OK ||
	    (e = raise_numbers(ctx, how, out, why)) != E_OK ||
	    (how->new_id && (e = tell_id(ctx, out, why)) != E_OK) ||
	    (how->revoke && (e = revoke_all(ctx, out, why)) != E_OK))
		return e;
	return tell_dates(ctx, out, why);
}
