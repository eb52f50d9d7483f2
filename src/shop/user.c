/* SPDX-License-Identifier: MIT */
/*
 * Nothing here is repeated by itself: the operator sees what went wrong, looks,
 * and repeats.
 */
#include "config.h"

#include "shop/user.h"

#include <string.h>

#include "base/conf.h"
#include "io/password.h"
#include "shop/attempt.h"
#include "shop/caller.h"
#include "shop/row.h"

struct made {
	int64_t id;
};

/* Why a change was not done, or may have been. */
static enum err
user_fault(enum db_class class)
{
	return class == DB_COMMIT_UNKNOWN ? E_OUTCOME_UNKNOWN : E_UNAVAILABLE;
}

static const struct row_column made_columns[] = {
	ROW_SKIP(1), ROW_INT(struct made, id), ROW_END
};

enum err
user_add(struct ctx *ctx, const struct new_user *u, int64_t *id)
{
	const char *hash = "";
	struct made made = { 0 };
	struct db_result r;
	enum db_class class;
	enum err e;

	if (u->password != NULL && (e = password_hash(ctx->arena, u->password,
	    ctx->conf->password_cost, &hash)) != E_OK)
		return e;
	struct db_arg arg[] = { DB_TEXT(u->name, strlen(u->name)),
	    DB_TEXT(u->email, strlen(u->email)), DB_INT(u->balance_pt),
	    DB_TEXT(u->role, strlen(u->role)), DB_TEXT(hash, strlen(hash)) };

	class = attempt_run(ctx, SQL_USER_CREATE, arg, 5, &r);
	if (class != DB_OK)
		return class == DB_DUPLICATE ? E_TAKEN : user_fault(class);
	e = row_read(ctx->arena, &r, 0, made_columns, &made);
	*id = made.id;
	return e;
}

struct said {
	const char *outcome;
};

static const struct row_column said_columns[] = {
	ROW_STR(struct said, outcome), ROW_END
};

static enum err
change_user(struct ctx *ctx, enum sql sql, const struct db_arg *arg, size_t n)
{
	struct said said = { NULL };
	struct db_result r;
	enum db_class class = attempt_run(ctx, sql, arg, n, &r);
	enum err e;

	if (class != DB_OK)
		return user_fault(class);
	e = row_read(ctx->arena, &r, 0, said_columns, &said);
	if (e != E_OK || said.outcome == NULL)
		return E_INTERNAL;
	return strcmp(said.outcome, "ok") == 0 ? E_OK : E_UNKNOWN_USER;
}

enum err
user_set_role(struct ctx *ctx, int64_t id, const char *role)
{
	struct db_arg arg[] = { DB_INT(id), DB_TEXT(role, strlen(role)) };

	return change_user(ctx, SQL_USER_ROLE, arg, 2);
}

enum err
user_set_password(struct ctx *ctx, int64_t id, const char *password)
{
	const char *hash;
	enum err e = password_hash(ctx->arena, password,
	    ctx->conf->password_cost, &hash);

	if (e != E_OK)
		return e;
	struct db_arg arg[] = { DB_INT(id), DB_TEXT(hash, strlen(hash)) };

	return change_user(ctx, SQL_USER_PASSWORD, arg, 2);
}

enum err
user_close(struct ctx *ctx, int64_t id)
{
	struct db_arg arg[] = { DB_INT(id) };

	return change_user(ctx, SQL_USER_CLOSE, arg, 1);
}

#define USER_COLUMNS \
	ROW_INT(struct user, id), \
	ROW_STR(struct user, email), \
	ROW_CHOICE(struct user, role, caller_roles), \
	ROW_STR(struct user, status), \
	ROW_INT(struct user, balance_pt), \
	ROW_TIME(struct user, created_at), \
	ROW_STR(struct user, name)

static const struct row_column user_columns[] = { USER_COLUMNS, ROW_END };

static const struct row_column whole_columns[] = {
	USER_COLUMNS,
	ROW_BOOL(struct user, has_password),
	ROW_INT(struct user, orders),
	ROW_END
};

enum err
user_get(struct ctx *ctx, int64_t id, struct user *u)
{
	struct db_arg arg[] = { DB_INT(id) };
	struct db_result r;
	enum err e = attempt_read(ctx, SQL_USER_ANY, arg, 1, &r);

	memset(u, 0, sizeof *u);
	if (e != E_OK)
		return e;
	return r.rows == 0 ? E_UNKNOWN_USER
	    : row_read(ctx->arena, &r, 0, whole_columns, u);
}

enum err
user_find(struct ctx *ctx, const char *text, int64_t after_id, int64_t limit,
    struct user **list, size_t *n)
{
	size_t len = strlen(text);
	struct db_arg arg[] = { DB_INT(after_id), DB_INT(len > 0),
	    DB_TEXT(text, len), DB_TEXT(text, len), DB_INT(limit) };
	struct db_result r;
	enum err e = attempt_read(ctx, SQL_USERS, arg, 5, &r);

	return e != E_OK ? e : row_list(ctx->arena, &r, user_columns,
	    sizeof **list, list, n);
}
