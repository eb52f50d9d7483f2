/* SPDX-License-Identifier: MIT */
/* Signing up, logging in, and one's own account. */
#include "config.h"

#include <string.h>

#include "base/conf.h"
#include "base/email.h"
#include "io/jwt.h"
#include "shop/account.h"
#include "web/route.h"
#include "web/text.h"

#define EMAIL_OF(s, m) \
	JSON_AT("email", STR, s, m), .min = EMAIL_BYTES_MIN, \
	.max = EMAIL_BYTES_MAX
#define NAME_OF(s, m) \
	JSON_AT("name", STR, s, m), .min = 1, .max = NAME_CHARS_MAX
/* A password may have any character. */
#define NEW_PASSWORD(s, m) \
	JSON_AT("password", STR, s, m), .any_text = true, \
	.min = ACCOUNT_PASSWORD_CHARS_MIN, .max = ACCOUNT_PASSWORD_CHARS_MAX
#define SOME_PASSWORD(label, s, m) \
	JSON_AT(label, STR, s, m), .any_text = true, .min = 1, \
	.max = ACCOUNT_PASSWORD_CHARS_MAX

static const struct json_field account_fields[] = {
	{ JSON_AT("id", INT, struct account, id) },
	{ JSON_AT("email", STR, struct account, email) },
	{ JSON_AT("name", STR, struct account, name) },
	{ JSON_AT("role", CHOICE, struct account, role),
	    .choices = caller_roles },
	{ JSON_AT("createdAt", STR, struct account, created_at) },
	JSON_END
};

/* An address has a form that no table can tell. */
static enum err
check_email(struct ctx *ctx, struct resp *resp, const char *email)
{
	const struct faults *f = resp->problem.faults;
	enum err e;

	if (email == NULL || email_fault(email) == NULL)
		return E_OK;
	/* Too long, too short, control characters: that has been told. */
	for (size_t i = 0; f != NULL && i < f->n; i++)
		if (f->fault[i].pointer != NULL &&
		    strcmp(f->fault[i].pointer, "/email") == 0)
			return E_OK;
	e = problem_fault(ctx->arena, resp, (struct fault){
	    .pointer = "/email", .code = FAULT_WRONG_TYPE,
	    .detail = text_of(TEXT_EMAIL_FORM) });
	return e != E_OK ? e : E_VALIDATION_FAILED;
}

/* ---- POST /v1/users */

static const struct json_field sign_up_fields[] = {
	{ EMAIL_OF(struct sign_up, email) },
	{ NAME_OF(struct sign_up, name) },
	{ NEW_PASSWORD(struct sign_up, password) },
	JSON_END
};

static enum err
check_sign_up(struct ctx *ctx, struct resp *resp, const void *values)
{
	return check_email(ctx, resp, ((const struct sign_up *)values)->email);
}

const struct input sign_up_body = {
	.fields = sign_up_fields, .size = sizeof(struct sign_up),
	.check = check_sign_up,
};

/*
 * POST /v1/users: 201, the account.
 * 409 email_taken; 503 where too many passwords are being hashed.
 */
enum err
h_account_open(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	struct account a;
	enum err e = account_open(ctx, req->body_values, &a);

	if (e != E_OK)
		return e;
	ctx->trace.user_id = a.id;
	return http_object(ctx, resp, 201, account_fields, &a);
}

/* ---- POST /v1/tokens */

struct credentials {
	const char *email, *password;
};

static const struct json_field credentials_fields[] = {
	{ JSON_AT("email", STR, struct credentials, email), .min = 1,
	    .max = EMAIL_BYTES_MAX },
	{ SOME_PASSWORD("password", struct credentials, password) },
	JSON_END
};

const struct input credentials_body = {
	.fields = credentials_fields, .size = sizeof(struct credentials),
};

struct issued {
	const char *token, *type;
	int64_t ttl_s;
};

static const struct json_field issued_fields[] = {
	{ JSON_AT("accessToken", STR, struct issued, token) },
	{ JSON_AT("tokenType", STR, struct issued, type) },
	{ JSON_AT("expiresIn", INT, struct issued, ttl_s) },
	JSON_END
};

/* When a password may be tried again. */
static enum err
refuse_password(struct resp *resp, enum err e, int64_t retry_s)
{
	if (e == E_TOO_MANY_ATTEMPTS)
		resp->problem.retry_s = retry_s;
	return e;
}

/*
 * POST /v1/tokens: 200, a token.
 * 401 invalid_credentials, in the same words and time whether or not the
 * address is known; 429 too_many_attempts; 503 as h_account_open.
 */
enum err
h_token_issue(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	const struct credentials *c = req->body_values;
	struct issued issued = { NULL, "Bearer", ctx->conf->token_ttl_s };
	struct log_in l;
	int64_t retry_s;
	enum err e = account_log_in(ctx, c->email, c->password, &l, &retry_s);

	if (e != E_OK)
		return refuse_password(resp, e, retry_s);
	ctx->trace.user_id = l.user_id;
	e = jwt_sign(jwt_keys_signer(ctx->keys), ctx->conf, ctx->arena,
	    l.user_id, l.issued_ms, issued.ttl_s, &issued.token);
	return e != E_OK ? e
	    : http_object(ctx, resp, 200, issued_fields, &issued);
}

/* DELETE /v1/tokens: 204, all tokens of the caller are revoked; 401. */
enum err
h_token_revoke(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	enum err e = account_revoke(ctx, &req->caller);

	return e != E_OK ? e : http_nothing(resp);
}

/* ---- /v1/users/me */

/* GET /v1/users/me: 200, the caller's account; 401. */
enum err
h_account_get(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	struct account a;
	enum err e = account_get(ctx, &req->caller, &a);

	return e != E_OK ? e : http_object(ctx, resp, 200, account_fields, &a);
}

static const struct json_field account_change_fields[] = {
	{ EMAIL_OF(struct account_change, email), .optional = true },
	{ NAME_OF(struct account_change, name), .optional = true },
	{ NEW_PASSWORD(struct account_change, password), .optional = true },
	{ SOME_PASSWORD("currentPassword", struct account_change,
	    current_password), .optional = true },
	JSON_END
};

static enum err
account_change_fault(struct ctx *ctx, struct resp *resp, const char *pointer,
    enum text detail)
{
	enum err e = problem_fault(ctx->arena, resp, (struct fault){
	    .pointer = pointer, .code = FAULT_MISSING,
	    .detail = text_of(detail) });

	return e != E_OK ? e : E_VALIDATION_FAILED;
}

static enum err
check_account_change(struct ctx *ctx, struct resp *resp, const void *values)
{
	const struct account_change *c = values;
	bool faults = resp->problem.faults != NULL &&
	    resp->problem.faults->n > 0;
	enum err e = check_email(ctx, resp, c->email);

	/* What a faulty member would have changed nobody knows. */
	if (e != E_OK || faults)
		return e;
	if (c->email == NULL && c->name == NULL && c->password == NULL)
		return account_change_fault(ctx, resp, "",
		    TEXT_NOTHING_TO_CHANGE);
	if ((c->email != NULL || c->password != NULL) &&
	    c->current_password == NULL)
		return account_change_fault(ctx, resp, "/currentPassword",
		    TEXT_PASSWORD_NEEDED);
	return E_OK;
}

const struct input account_change_body = {
	.fields = account_change_fields, .size = sizeof(struct account_change),
	.check = check_account_change,
};

/* A wrong current password is no fault of the token's: 403. */
static enum err
refuse_current(struct resp *resp, enum err e, int64_t retry_s)
{
	if (e == E_INVALID_CREDENTIALS) {
		resp->problem.status = 403;
		resp->problem.detail = text_of(TEXT_WRONG_PASSWORD);
	}
	return refuse_password(resp, e, retry_s);
}

/*
 * PATCH /v1/users/me: 200, the account.
 * 403 invalid_credentials for a wrong currentPassword, 409 email_taken, 429
 * too_many_attempts, 401; 503 as h_account_open.
 */
enum err
h_account_change(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	struct account a;
	int64_t retry_s;
	enum err e = account_change(ctx, &req->caller, req->body_values, &a,
	    &retry_s);

	return e != E_OK ? refuse_current(resp, e, retry_s)
	    : http_object(ctx, resp, 200, account_fields, &a);
}

struct account_closing {
	const char *current_password;
};

static const struct json_field account_closing_fields[] = {
	{ SOME_PASSWORD("currentPassword", struct account_closing,
	    current_password) },
	JSON_END
};

const struct input account_closing_body = {
	.fields = account_closing_fields,
	.size = sizeof(struct account_closing),
};

/* DELETE /v1/users/me: 204, the account is closed; else as h_account_change. */
enum err
h_account_close(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	const struct account_closing *c = req->body_values;
	int64_t retry_s;
	enum err e = account_close(ctx, &req->caller, c->current_password,
	    &retry_s);

	return e != E_OK ? refuse_current(resp, e, retry_s)
	    : http_nothing(resp);
}
