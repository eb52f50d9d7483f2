/* SPDX-License-Identifier: MIT */
/* What the payment service said: when it said no, for good, and to look at. */
#include "config.h"

#include "shop/payment.h"

#include <string.h>

#include "shop/attempt.h"
#include "shop/row.h"

const char *const payment_statuses[] = {
	[PAYMENT_APPROVED] = "approved",
	[PAYMENT_FAILED] = "failed",
	[PAYMENT_REFUNDED] = "refunded",
	NULL
};

enum err
payment_fail(struct ctx *ctx, int64_t user_id, const char *lines)
{
	const char *cause = ctx->trace.cause;
	struct db_arg arg[] = { DB_INT(user_id), DB_INT(ctx->trace.attempts),
	    DB_TEXT(cause, strlen(cause)), DB_TEXT(lines, strlen(lines)) };
	struct db_result r;

	return attempt_run(ctx, SQL_PAYMENT_FAIL, arg, 4, &r)
	    == DB_OK ? E_OK : E_UNAVAILABLE;
}

static const struct row_column payment_columns[] = {
	ROW_INT(struct payment_summary, id),
	ROW_INT(struct payment_summary, user_id),
	ROW_INT(struct payment_summary, amount_pt),
	ROW_CHOICE(struct payment_summary, status, payment_statuses),
	ROW_INT(struct payment_summary, attempts),
	ROW_STR(struct payment_summary, reason),
	ROW_TIME(struct payment_summary, created_at),
	ROW_END
};

enum err
payment_find(struct ctx *ctx, bool failed, int64_t before_id, int64_t limit,
    struct payment_summary **list, size_t *n)
{
	struct db_arg arg[] = { DB_INT(before_id), DB_INT(limit) };
	struct db_result r;
	enum err e = attempt_read(ctx, failed ? SQL_PAYMENTS_FAILED
	    : SQL_PAYMENTS, arg, 2, &r);

	return e != E_OK ? e : row_list(ctx->arena, &r, payment_columns,
	    sizeof **list, list, n);
}
