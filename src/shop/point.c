/* SPDX-License-Identifier: MIT */
/* Points change by routines alone; here their rows become answers. */
#include "config.h"

#include "shop/point.h"

#include <string.h>

#include "shop/attempt.h"
#include "shop/row.h"

const char *const point_types[] = {
	[POINTS_CHARGE] = "charge",
	[POINTS_PAYMENT] = "payment",
	[POINTS_REFUND] = "refund",
	NULL
};

static const struct row_column charge_columns[] = {
	ROW_SKIP(1),
	ROW_INT(struct transaction, id),
	ROW_INT(struct transaction, amount_pt),
	ROW_INT(struct transaction, balance_after_pt),
	ROW_TIME(struct transaction, created_at),
	ROW_END
};

static const struct row_column balance_columns[] = {
	ROW_INT(struct balance, balance_pt), ROW_END
};

static enum err
run_charge(struct ctx *ctx, enum sql sql, struct db_arg *arg, size_t n,
    struct transaction *t)
{
	struct attempt w = { sql, arg, n, NULL, E_CHARGE_FAILED };
	struct db_result r;
	enum err e, read;

	*t = (struct transaction){ .type = POINTS_CHARGE };
	e = attempt_write(ctx, &w, &r, &t->replayed);
	if (e != E_OK && e != E_VALIDATION_FAILED)
		return e;
	read = row_read(ctx->arena, &r, 0, charge_columns, t);
	return read != E_OK ? read : e;
}

enum err
point_charge(struct ctx *ctx, const struct caller *caller,
    const struct idem *idem, int64_t amount_pt, struct transaction *t)
{
	struct idem once = *idem;
	struct db_arg arg[] = { IDEM_ARGS(caller, &once), DB_INT(amount_pt) };
	enum err e;

	if ((e = attempt_former(ctx, caller->id, &once)) != E_OK)
		return e;
	e = run_charge(ctx, SQL_CHARGE, arg, 6, t);
	t->replayed = t->replayed && once.from_client;
	return e;
}

enum err
point_charge_granted(struct ctx *ctx, const struct caller *caller,
    const struct idem *idem, int64_t amount_pt, const struct grant *g,
    struct transaction *t)
{
	struct db_arg arg[] = { IDEM_ARGS(caller, idem), DB_INT(amount_pt),
	    DB_TEXT(g->jti, strlen(g->jti)), DB_INT(g->expired) };

	return run_charge(ctx, SQL_CHARGE_GRANTED, arg, 8, t);
}

enum err
point_balance(struct ctx *ctx, const struct caller *caller,
    struct balance *b)
{
	struct db_arg arg[] = { CALLER_ARGS(caller) };
	struct db_result r;
	enum err e;

	b->user_id = caller->id;
	if ((e = attempt_read(ctx, SQL_BALANCE, arg, 2, &r)) != E_OK)
		return e;
	return r.rows == 0 ? caller_refused(ctx, caller)
	    : row_read(ctx->arena, &r, 0, balance_columns, b);
}

static const struct row_column history_columns[] = {
	ROW_INT(struct transaction, id),
	ROW_CHOICE(struct transaction, type, point_types),
	ROW_INT(struct transaction, amount_pt),
	ROW_INT(struct transaction, balance_after_pt),
	ROW_INT(struct transaction, order_id),
	ROW_TIME(struct transaction, created_at),
	ROW_END
};

enum err
point_history(struct ctx *ctx, const struct caller *caller, int64_t before_id,
    int64_t limit, struct transaction **list, size_t *n)
{
	struct db_arg arg[] = { CALLER_ARGS(caller), DB_INT(before_id),
	    DB_INT(limit) };
	struct db_result r;
	enum err e;

	if ((e = attempt_read(ctx, SQL_LEDGER, arg, 4, &r)) != E_OK)
		return e;
	if (r.rows == 0 && (e = caller_refused(ctx, caller)) != E_OK)
		return e;
	return row_list(ctx->arena, &r, history_columns, sizeof **list, list, n);
}
