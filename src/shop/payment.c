/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "shop/payment.h"

#include <string.h>

#include "shop/attempt.h"

static const char *const names[] = {
	[PAYMENT_APPROVED] = "approved",
	[PAYMENT_FAILED] = "failed",
};

const char *
payment_status_name(enum payment_status s)
{
	return names[s];
}

bool
payment_status_parse(const char *name, enum payment_status *s)
{
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(names[i], name) == 0) {
			*s = (enum payment_status)i;
			return true;
		}
	}
	return false;
}

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
