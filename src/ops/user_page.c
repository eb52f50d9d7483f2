/* SPDX-License-Identifier: MIT */
/* Who looks at a user and who has changed one get to see the same. */
#include "config.h"

#include "ops/user_page.h"

#include "ops/show.h"
#include "shop/caller.h"
#include "shop/user.h"

#define USER_FIELDS \
	{ JSON_AT("id", INT, struct user, id) }, \
	{ JSON_AT("role", CHOICE, struct user, role), \
	    .choices = caller_roles }, \
	{ JSON_AT("status", STR, struct user, status) }, \
	{ JSON_AT("balance", INT, struct user, balance_pt) }, \
	{ JSON_AT("createdAt", STR, struct user, created_at) }, \
	{ JSON_AT("email", STR, struct user, email) }, \
	{ JSON_AT("name", STR, struct user, name) }

const struct json_field user_page_listed[] = { USER_FIELDS, JSON_END };

static const struct json_field user_shown_fields[] = {
	USER_FIELDS,
	{ JSON_AT("hasPassword", BOOL, struct user, has_password) },
	{ JSON_AT("orders", INT, struct user, orders) },
	JSON_END
};

enum err
user_page_show(struct ctx *ctx, int64_t id, bool as_json)
{
	struct user u;
	enum err e = user_get(ctx, id, &u);

	return e == E_OK ? show_one(ctx->arena, user_shown_fields, &u, as_json)
	    : e;
}
