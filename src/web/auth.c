/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "base/num.h"
#include "io/jwt.h"
#include "web/route.h"

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

/* Why there is no token: no header, or one of another kind. */
static enum err
tell_missing(const struct req *req, struct resp *resp)
{
	if (req->authorization != NULL && req->authorization[0] != '\0')
		resp->problem.detail = "The header Authorization has another "
		    "scheme; send Bearer, a blank and a token.";
	else
		resp->problem.detail = "There is no header Authorization; "
		    "send Bearer, a blank and a token.";
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
		problem_detail(ctx->arena, resp, "The token was refused: %s.",
		    jwt_told(ctx->trace.cause));
	else if (e == E_EXPIRED_TOKEN && jwt_expiry(ctx->arena, token,
	    strlen(token), &exp_s) == E_OK && num_utc(exp_s, time))
		problem_detail(ctx->arena, resp, "The token was good until "
		    "%s. Get a new one.", time);
}

enum err
auth_user(struct ctx *ctx, struct req *req, struct resp *resp)
{
	const char *token = bearer(req->authorization);
	enum err e;

	if (token == NULL)
		return tell_missing(req, resp);
	e = jwt_verify(ctx->keys, ctx->conf, ctx->arena, token, strlen(token),
	    num_now_ms() / 1000, &req->user_id, &ctx->trace.cause);
	if (e == E_OK)
		ctx->trace.user_id = req->user_id;
	else
		tell_refused(ctx, resp, e, token);
	return e;
}
