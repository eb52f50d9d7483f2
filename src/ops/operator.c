/* SPDX-License-Identifier: MIT */
/* Keys and refusals; the texts here are for a terminal, web/text.def's for clients. */
#include "config.h"

#include "ops/operator.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/why.h"
#include "io/crypto.h"
#include "io/db.h"
#include "ops/command.h"

enum err
operator_key(struct idem *idem)
{
	memset(idem, 0, sizeof *idem);
	return crypto_random(idem->id, sizeof idem->id);
}

/* Why the database could not do it; a request's own word where it was not asked. */
static const char *
trouble(const struct ctx *ctx)
{
	const char *text = db_error(ctx->db);

	return text[0] != '\0' ? text : ctx->trace.cause != NULL
	    ? ctx->trace.cause : "it could not be done";
}

int
operator_refused(const struct ctx *ctx, const char *what, enum err e,
    int64_t id)
{
	char why[WHY_BYTES];

	if (e == E_PRODUCT_NOT_FOUND)
		why_say(why, "there is no product %" PRId64, id);
	else if (e == E_ORDER_NOT_FOUND)
		why_say(why, "there is no order %" PRId64, id);
	else if (e == E_UNKNOWN_USER)
		why_say(why, "there is no user %" PRId64, id);
	else if (e == E_ORDER_NOT_CANCELLABLE)
		why_say(why, "order %" PRId64 " is fulfilled, and can't be "
		    "cancelled", id);
	else if (e == E_ORDER_NOT_FULFILLABLE)
		why_say(why, "order %" PRId64 " is cancelled, and can't be "
		    "fulfilled", id);
	else if (e == E_EDIT_CONFLICT)
		why_say(why, "others change product %" PRId64 " all the time: "
		    "repeat it", id);
	else if (e == E_OUTCOME_UNKNOWN)
		why_say(why, "it may be done or not, look before you repeat "
		    "it: %s", trouble(ctx));
	else if (e == E_UNAVAILABLE)
		why_say(why, "%s", trouble(ctx));
	else
		why_say(why, "%s: %s", err_row(e)->code, trouble(ctx));
	return command_failed(what, why);
}
