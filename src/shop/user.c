/* SPDX-License-Identifier: MIT */
/* What is made of users; their points are shop/point's. */
#include "config.h"

#include "shop/user.h"

#include <string.h>

#include "shop/attempt.h"
#include "shop/row.h"

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
