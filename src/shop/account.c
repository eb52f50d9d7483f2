/* SPDX-License-Identifier: MIT */
/*
 * An attempt is counted as a wrong password before its hash is handed out, and
 * taken back when it was right: many at once get no more tries than one by one.
 */
#include "config.h"

#include "shop/account.h"

#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/email.h"
#include "io/password.h"
#include "shop/attempt.h"
#include "shop/row.h"

#define TEXT_ARG(s) DB_TEXT(s, strlen(s))

/* ---- Hashing, where a worker can be spared */

static bool
may_hash(struct ctx *ctx)
{
	if (ctx->hashing.begin == NULL || ctx->hashing.begin(ctx->hashing.arg))
		return true;
	ctx->trace.cause = "hashing";
	return false;
}

static void
hashed(struct ctx *ctx)
{
	if (ctx->hashing.end != NULL)
		ctx->hashing.end(ctx->hashing.arg);
}

static enum err
make_hash(struct ctx *ctx, const char *password, const char **hash)
{
	enum err e;

	if (!may_hash(ctx))
		return E_UNAVAILABLE;
	e = password_hash(ctx->arena, password, ctx->conf->password_cost, hash);
	hashed(ctx);
	return e;
}

static const char *
account_key(struct ctx *ctx, const char *email)
{
	char *key = arena_alloc(ctx->arena, strlen(email) + 1);

	if (key != NULL)
		email_key(email, key);
	return key;
}

/* ---- Checking a password */

struct checked {
	int64_t user_id, noted_ms, retry_s;
	const char *hash;		/* "": nobody's */
};

static const struct row_column checked_columns[] = {
	ROW_SKIP(1),
	ROW_INT(struct checked, user_id),
	ROW_STR(struct checked, hash),
	ROW_INT(struct checked, noted_ms),
	ROW_INT(struct checked, retry_s),
	ROW_END
};

/* Whose hash: the caller's, or of whoever has the key. */
static enum err
begin_check(struct ctx *ctx, const struct caller *caller, const char *key,
    struct checked *c)
{
	struct db_arg arg[] = { CALLER_ARGS(caller), TEXT_ARG(key) };
	struct attempt w = { SQL_PASSWORD_BEGIN, arg, 3, NULL, E_UNAVAILABLE };
	struct db_result r;
	bool replayed;
	enum err e = attempt_write(ctx, &w, &r, &replayed), read;

	/* Nothing but a count may have changed. */
	if (e == E_OUTCOME_UNKNOWN)
		return E_UNAVAILABLE;
	if (e != E_OK && e != E_TOO_MANY_ATTEMPTS)
		return e;
	read = row_read(ctx->arena, &r, 0, checked_columns, c);
	return read != E_OK ? read : e;
}

static enum err
check_password(struct ctx *ctx, const struct caller *caller, const char *key,
    const char *password, struct checked *c)
{
	bool right;
	enum err e;

	memset(c, 0, sizeof *c);
	if (!may_hash(ctx))
		return E_UNAVAILABLE;
	e = begin_check(ctx, caller, key, c);
	if (e == E_OK)
		e = password_check(ctx->arena, password, c->hash,
		    ctx->conf->password_cost, &right);
	hashed(ctx);
	return e != E_OK ? e : right ? E_OK : E_INVALID_CREDENTIALS;
}

/* ---- Signing up and logging in */

static const struct row_column opened_columns[] = {
	ROW_SKIP(1),
	ROW_INT(struct account, id),
	ROW_TIME(struct account, created_at),
	ROW_END
};

enum err
account_open(struct ctx *ctx, const struct sign_up *s, struct account *a)
{
	const char *hash, *key = account_key(ctx, s->email);
	struct db_result r;
	bool replayed;
	enum err e;

	if (key == NULL)
		return E_INTERNAL;
	if ((e = make_hash(ctx, s->password, &hash)) != E_OK)
		return e;
	*a = (struct account){ .email = s->email, .name = s->name,
	    .role = CALLER_CUSTOMER };
	struct db_arg arg[] = { TEXT_ARG(s->name), TEXT_ARG(s->email),
	    TEXT_ARG(key), TEXT_ARG(hash) };
	struct attempt w = { SQL_ACCOUNT_OPEN, arg, 4, NULL, E_UNAVAILABLE };

	e = attempt_write(ctx, &w, &r, &replayed);
	return e != E_OK ? e
	    : row_read(ctx->arena, &r, 0, opened_columns, a);
}

static const struct row_column log_in_columns[] = {
	ROW_SKIP(1), ROW_INT(struct log_in, issued_ms), ROW_END
};

enum err
account_log_in(struct ctx *ctx, const char *email, const char *password,
    struct log_in *l, int64_t *retry_s)
{
	const struct caller nobody = { .id = 0 };
	const char *key = account_key(ctx, email);
	struct checked c;
	struct db_result r;
	bool replayed;
	enum err e;

	if (key == NULL)
		return E_INTERNAL;
	e = check_password(ctx, &nobody, key, password, &c);
	*retry_s = c.retry_s;
	if (e != E_OK)
		return e;
	struct db_arg arg[] = { DB_INT(c.user_id), TEXT_ARG(c.hash),
	    DB_INT(c.noted_ms) };
	struct attempt w = { SQL_PASSWORD_END, arg, 3, NULL, E_UNAVAILABLE };

	e = attempt_write(ctx, &w, &r, &replayed);
	l->user_id = c.user_id;
	if (e == E_OUTCOME_UNKNOWN)
		return E_UNAVAILABLE;
	return e != E_OK ? e
	    : row_read(ctx->arena, &r, 0, log_in_columns, l);
}

/* ---- One's own account */

#define ACCOUNT_COLUMNS \
	ROW_INT(struct account, id), \
	ROW_STR(struct account, email), \
	ROW_STR(struct account, name), \
	ROW_CHOICE(struct account, role, caller_roles), \
	ROW_TIME(struct account, created_at), \
	ROW_END

static const struct row_column account_columns[] = { ACCOUNT_COLUMNS };
static const struct row_column changed_account_columns[] = {
	ROW_SKIP(1), ACCOUNT_COLUMNS
};

enum err
account_get(struct ctx *ctx, const struct caller *caller, struct account *a)
{
	struct db_arg arg[] = { CALLER_ARGS(caller) };
	struct db_result r;
	enum err e;

	if ((e = attempt_read(ctx, SQL_ACCOUNT, arg, 2, &r)) != E_OK)
		return e;
	return r.rows == 0 ? caller_refused(ctx, caller)
	    : row_read(ctx->arena, &r, 0, account_columns, a);
}

/* The hash that was checked, and the new one; "" where there is none. */
static enum err
hash_change(struct ctx *ctx, const struct caller *caller,
    const struct account_change *change, struct checked *c,
    const char **hash)
{
	enum err e = E_OK;

	*c = (struct checked){ .hash = "" };
	*hash = "";
	if (change->current_password != NULL)
		e = check_password(ctx, caller, "", change->current_password, c);
	if (e == E_OK && change->password != NULL)
		e = make_hash(ctx, change->password, hash);
	return e;
}

enum err
account_change(struct ctx *ctx, const struct caller *caller,
    const struct account_change *change, struct account *a, int64_t *retry_s)
{
	const char *name = change->name != NULL ? change->name : "";
	const char *email = change->email != NULL ? change->email : "";
	const char *hash, *key = account_key(ctx, email);
	struct checked c;
	struct db_result r;
	bool replayed;
	enum err e;

	if (key == NULL)
		return E_INTERNAL;
	e = hash_change(ctx, caller, change, &c, &hash);
	*retry_s = c.retry_s;
	if (e != E_OK)
		return e;
	struct db_arg arg[] = { CALLER_ARGS(caller), DB_INT(0), TEXT_ARG(name),
	    TEXT_ARG(email), TEXT_ARG(key), TEXT_ARG(hash), TEXT_ARG(c.hash),
	    DB_INT(c.noted_ms) };
	struct attempt w = { SQL_ACCOUNT_CHANGE, arg, 9, &arg[2].i,
	    E_UNAVAILABLE };

	e = attempt_write(ctx, &w, &r, &replayed);
	return e != E_OK ? e
	    : row_read(ctx->arena, &r, 0, changed_account_columns, a);
}

enum err
account_close(struct ctx *ctx, const struct caller *caller,
    const char *current_password, int64_t *retry_s)
{
	struct checked c;
	struct db_result r;
	bool replayed;
	enum err e = check_password(ctx, caller, "", current_password, &c);

	*retry_s = c.retry_s;
	if (e != E_OK)
		return e;
	struct db_arg arg[] = { CALLER_ARGS(caller), DB_INT(0),
	    TEXT_ARG(c.hash) };
	struct attempt w = { SQL_ACCOUNT_CLOSE, arg, 4, &arg[2].i,
	    E_UNAVAILABLE };

	return attempt_write(ctx, &w, &r, &replayed);
}

enum err
account_revoke(struct ctx *ctx, const struct caller *caller)
{
	struct db_arg arg[] = { CALLER_ARGS(caller), DB_INT(0) };
	struct attempt w = { SQL_TOKENS_REVOKE, arg, 3, &arg[2].i,
	    E_UNAVAILABLE };
	struct db_result r;
	bool replayed;

	return attempt_write(ctx, &w, &r, &replayed);
}
