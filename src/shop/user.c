/* SPDX-License-Identifier: MIT */
/* What is read and made of users; their points are shop/point's. */
#include "config.h"

#include "shop/user.h"

#include <string.h>

#include "shop/attempt.h"
#include "shop/row.h"

static const char *const roles[] = {
	[USER_CUSTOMER] = "customer",
	[USER_ADMIN] = "admin",
	NULL
};

struct role {
	int role;
};

static const struct row_column role_columns[] = {
	ROW_CHOICE(struct role, role, roles), ROW_END
};

enum err
user_role(struct ctx *ctx, int64_t id, enum user_role *role)
{
	struct db_arg arg[] = { DB_INT(id) };
	struct role is = { USER_CUSTOMER };
	struct db_result r;
	enum err e;

	if ((e = attempt_read(ctx, SQL_USER, arg, 1, &r)) != E_OK)
		return e;
	if (r.rows == 0)
		return E_UNKNOWN_USER;
	e = row_read(ctx->arena, &r, 0, role_columns, &is);
	*role = (enum user_role)is.role;
	return e;
}

struct made {
	int64_t id;
};

static const struct row_column made_columns[] = {
	ROW_SKIP(1), ROW_INT(struct made, id), ROW_END
};

enum err
user_add(struct ctx *ctx, const char *name, const char *email,
    int64_t balance_pt, int64_t *id)
{
	struct db_arg arg[] = { DB_TEXT(name, strlen(name)),
	    DB_TEXT(email, strlen(email)), DB_INT(balance_pt) };
	struct made made = { 0 };
	struct db_result r;
	enum db_class class;
	enum err e;

	/* No key, so no second attempt: the operator looks and repeats. */
	class = db_run(ctx->db, ctx->arena, SQL_USER_ADD, arg, 3, &r);
	if (class != DB_OK)
		return class == DB_DUPLICATE ? E_TAKEN : E_UNAVAILABLE;
	e = row_read(ctx->arena, &r, 0, made_columns, &made);
	*id = made.id;
	return e;
}
