/* SPDX-License-Identifier: MIT */
/* The user's row decides: a role or a revoked token is never the token's word. */
#include "config.h"

#include "shop/caller.h"

#include "shop/attempt.h"
#include "shop/row.h"

const char *const caller_roles[] = {
	[CALLER_CUSTOMER] = "customer",
	[CALLER_ADMIN] = "admin",
	NULL
};

const struct caller caller_operator = { .is_operator = true };

struct standing {
	int role;
	int64_t tokens_from_ms;
};

static const struct row_column standing_columns[] = {
	ROW_CHOICE(struct standing, role, caller_roles),
	ROW_INT(struct standing, tokens_from_ms),
	ROW_END
};

enum err
caller_role(struct ctx *ctx, const struct caller *c, enum caller_role *role)
{
	struct db_arg arg[] = { DB_INT(c->id) };
	struct standing is = { CALLER_CUSTOMER, 0 };
	struct db_result r;
	enum err e;

	if ((e = attempt_read(ctx, SQL_CALLER, arg, 1, &r)) != E_OK)
		return e;
	if (r.rows == 0)
		return E_UNKNOWN_USER;
	if ((e = row_read(ctx->arena, &r, 0, standing_columns, &is)) != E_OK)
		return e;
	*role = (enum caller_role)is.role;
	return is.tokens_from_ms > c->issued_ms ? E_INVALID_TOKEN : E_OK;
}

enum err
caller_refused(struct ctx *ctx, const struct caller *c)
{
	enum caller_role role;

	return caller_role(ctx, c, &role);
}
