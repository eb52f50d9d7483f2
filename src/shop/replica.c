/* SPDX-License-Identifier: MIT */
/* One row, written at the writer and read at a replica. */
#include "config.h"

#include "shop/replica.h"

#include "base/arena.h"
#include "base/conf.h"
#include "shop/attempt.h"

/* No time zone has a part in it. */
const char replica_how_far[] = "SELECT TIMESTAMPDIFF(MICROSECOND, "
    "'1970-01-01 00:00:00', beat_at) DIV 1000 FROM heartbeat WHERE id = 1";

struct db *
replica_new(const struct conf *c, size_t first, char *why)
{
	struct db *db = db_new(c, DB_READER, sql_table, SQL_COUNT, why);

	if (db != NULL)
		db_reader(db, first, replica_how_far);
	return db;
}

/* Without an answer nothing newer is known, and the next turn is soon. */
static void
ask_writer(struct ctx *ctx)
{
	struct db_result r;

	if (attempt_run(ctx, SQL_HEARTBEAT, NULL, 0, &r) == DB_OK &&
	    r.rows == 1 && !db_at(&r, 0, 0)->null)
		db_reached(ctx->replica, db_at(&r, 0, 0)->i);
	arena_reset(ctx->arena);
}

void
replica_look(struct ctx *ctx)
{
	if (ctx->replica == NULL)
		return;
	if (db_reach_due(ctx->replica, db_connected(ctx->db)))
		ask_writer(ctx);
	db_look(ctx->replica);
}
