/* SPDX-License-Identifier: MIT */
/* The row is one that migrate made for this very database, or it is none. */
#include "config.h"

#include "shop/identity.h"

#include <string.h>

#include "base/name.h"
#include "shop/attempt.h"
#include "shop/row.h"

struct identity {
	const char *id;
};

static const struct row_column columns[] = {
	ROW_STR(struct identity, id), ROW_END
};

const char *
identity_get(struct ctx *ctx)
{
	const struct trace before = ctx->trace;
	struct identity is = { NULL };
	struct db_result r;
	enum err e;

	if (ctx->identity[0] != '\0')
		return ctx->identity;
	e = attempt_read(ctx, SQL_IDENTITY, NULL, 0, &r);
	/* It is no part of what the request asks for. */
	ctx->trace = before;
	if (e != E_OK || r.rows == 0 ||
	    row_read(ctx->arena, &r, 0, columns, &is) != E_OK ||
	    !name_is_valid(is.id, IDENTITY_CHARS) ||
	    strlen(is.id) != IDENTITY_CHARS)
		return NULL;
	memcpy(ctx->identity, is.id, IDENTITY_CHARS + 1);
	return ctx->identity;
}
