/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "shop/point.h"

#include <string.h>

#include "shop/attempt.h"

enum err
point_charge(struct ctx *ctx, int64_t user_id, const struct idem *idem,
    int64_t amount_pt, struct transaction *t)
{
	struct idem once = *idem;
	struct db_arg arg[] = { IDEM_ARGS(user_id, &once), DB_INT(amount_pt) };
	struct attempt w = { SQL_CHARGE, arg, 5, NULL, E_CHARGE_FAILED };
	struct db_result r;
	enum err e;

	if ((e = attempt_former(ctx, user_id, &once)) != E_OK)
		return e;
	e = attempt_write(ctx, &w, &r, &t->replayed);
	t->replayed = t->replayed && once.from_client;
	if (e == E_VALIDATION_FAILED)
		t->balance_after_pt = db_at(&r, 0, 3)->i;
	if (e != E_OK)
		return e;
	t->id = db_at(&r, 0, 1)->i;
	t->amount_pt = db_at(&r, 0, 2)->i;
	t->balance_after_pt = db_at(&r, 0, 3)->i;
	return num_rfc3339(db_at(&r, 0, 4)->s, t->created_at) ? E_OK
	    : E_INTERNAL;
}

enum err
point_balance(struct ctx *ctx, int64_t user_id, int64_t *balance_pt)
{
	struct db_arg arg[] = { DB_INT(user_id) };
	struct db_result r;
	enum err e;

	if ((e = attempt_read(ctx, SQL_BALANCE, arg, 1, &r)) != E_OK)
		return e;
	if (r.rows == 0)
		return E_UNKNOWN_USER;
	*balance_pt = db_at(&r, 0, 0)->i;
	return E_OK;
}

enum err
point_user_add(struct ctx *ctx, const char *name, const char *email,
    int64_t balance_pt, int64_t *id)
{
	struct db_arg arg[] = { DB_TEXT(name, strlen(name)),
	    DB_TEXT(email, strlen(email)), DB_INT(balance_pt) };
	struct db_result r;
	enum db_class class;

	/* No key, so no second attempt: the operator looks and repeats. */
	class = db_run(ctx->db, ctx->arena, SQL_USER_ADD, arg, 3, &r);
	if (class != DB_OK)
		return class == DB_DUPLICATE ? E_VALIDATION_FAILED
		    : E_UNAVAILABLE;
	*id = db_at(&r, 0, 1)->i;
	return E_OK;
}
