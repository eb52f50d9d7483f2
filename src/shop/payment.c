/* SPDX-License-Identifier: MIT */
/* What the payment service said when it said no, for good. */
#include "config.h"

#include "shop/payment.h"

#include <string.h>

#include "shop/attempt.h"

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

	return db_run(ctx->db, ctx->arena, SQL_PAYMENT_FAIL, arg, 4, &r)
	    == DB_OK ? E_OK : E_UNAVAILABLE;
}
