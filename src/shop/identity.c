/* SPDX-License-Identifier: MIT */
/* The row is one that migrate made for this very database, or it is none. */
#include "config.h"

#include "shop/identity.h"

#include <string.h>

#include "base/name.h"
#include "shop/attempt.h"

const char *
identity_get(struct ctx *ctx)
{
	const struct trace before = ctx->trace;
	const struct db_cell *cell;
	struct db_result r;
	enum err e;

	if (ctx->identity[0] != '\0')
		return ctx->identity;
	e = attempt_read(ctx, SQL_IDENTITY, NULL, 0, &r);
	/* It is no part of what the request asks for. */
	ctx->trace = before;
	if (e != E_OK || r.rows == 0)
		return NULL;
	cell = db_at(&r, 0, 0);
	if (cell->len != IDENTITY_CHARS ||
	    !name_is_valid(cell->s, IDENTITY_CHARS))
		return NULL;
	memcpy(ctx->identity, cell->s, IDENTITY_CHARS + 1);
	return ctx->identity;
}
