/* SPDX-License-Identifier: MIT */
/* A token says who calls; the role is the user's row's, never the token's. */
#include "config.h"

#include "web/auth.h"

#include <string.h>
#include <strings.h>

#include "base/num.h"
#include "io/jwt.h"
#include "shop/caller.h"
#include "web/route.h"
#include "web/text.h"

/* RFC 6750: "Bearer", one blank or more, the token and nothing else. */
static const char *
bearer(const char *authorization)
{
	static const char scheme[] = "Bearer ";

	if (authorization == NULL || authorization[0] == '\0' ||
	    strncasecmp(authorization, scheme, sizeof scheme - 1) != 0)
		return NULL;
	authorization += sizeof scheme - 1;
	return authorization + strspn(authorization, " ");
}

static bool
has_authorization(const struct req *req)
{
	const char *sent = req->header[HEADER_AUTHORIZATION];

	return sent != NULL && sent[0] != '\0';
}

/* Why there is no token: no header, or one of another kind. */
static enum err
tell_missing(const struct req *req, struct resp *resp)
{
	if (has_authorization(req))
		resp->problem.detail = text_of(TEXT_OTHER_SCHEME);
	else
		resp->problem.detail = text_of(TEXT_NO_AUTHORIZATION);
	return E_MISSING_TOKEN;
}

/* What the client may know: more than that would help a forger. */
static void
tell_refused(struct ctx *ctx, struct resp *resp, enum err e,
    const char *token)
{
	char time[NUM_TIME_BYTES];
	int64_t exp_s;

	if (e == E_INVALID_TOKEN)
		resp->problem.detail = text_say(ctx->arena, TEXT_TOKEN_REFUSED,
		    TEXT_ARGS(TEXT_S(text_token(jwt_told(ctx->trace.cause)))));
	else if (e == E_EXPIRED_TOKEN && jwt_expiry(ctx->arena, token,
	    strlen(token), &exp_s) == E_OK && num_utc(exp_s, time))
		resp->problem.detail = text_say(ctx->arena,
		    TEXT_TOKEN_WAS_GOOD, TEXT_ARGS(TEXT_S(time)));
}

static enum err
take_user(struct ctx *ctx, struct req *req, struct resp *resp)
{
	const char *token = bearer(req->header[HEADER_AUTHORIZATION]);
	struct jwt_who who;
	enum err e;

	if (token == NULL)
		return tell_missing(req, resp);
	e = jwt_verify(ctx->keys, ctx->conf, ctx->arena, token, strlen(token),
	    num_now_ms() / 1000, &who, &ctx->trace.cause);
	if (e != E_OK) {
		tell_refused(ctx, resp, e, token);
		return e;
	}
	req->caller = (struct caller){ .id = who.user_id,
	    .issued_ms = who.issued_ms };
	ctx->trace.user_id = who.user_id;
	return E_OK;
}

static enum err
check_role(struct ctx *ctx, const struct req *req)
{
	enum caller_role role;
	enum err e = caller_role(ctx, &req->caller, &role);

	return e != E_OK ? e : role == CALLER_ADMIN ? E_OK : E_FORBIDDEN;
}

enum err
auth_take(struct ctx *ctx, struct req *req, struct resp *resp)
{
	enum auth auth = req->route->auth;
	enum err e;

	if (auth == AUTH_NONE || (auth == AUTH_MAY && !has_authorization(req)))
		return E_OK;
	e = take_user(ctx, req, resp);
	return e != E_OK || auth != AUTH_ADMIN ? e : check_role(ctx, req);
}

enum err
auth_take_asked(struct ctx *ctx, struct req *req, struct resp *resp)
{
	const struct input *in = req->route->query;
	enum err e;

	if (in->is_admins == NULL || !in->is_admins(req->query))
		return E_OK;
	e = take_user(ctx, req, resp);
	return e != E_OK ? e : check_role(ctx, req);
}
