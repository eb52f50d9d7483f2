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

enum err
auth_user(struct ctx *ctx, struct req *req, struct resp *resp)
{
	const char *token = bearer(req->authorization);
	enum err e;

	(void)resp;
	if (token == NULL)
		return E_MISSING_TOKEN;
	e = jwt_verify(ctx->keys, ctx->conf, ctx->arena, token, strlen(token),
	    num_now_ms() / 1000, &req->user_id, &ctx->trace.cause);
	if (e == E_OK)
		ctx->trace.user_id = req->user_id;
	return e;
}
