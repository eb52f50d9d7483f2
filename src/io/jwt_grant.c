/* SPDX-License-Identifier: MIT */
/* A grant is worth money: each claim is wanted, and none is guessed. */
#include "config.h"

#include "io/jwt_grant.h"

#include <string.h>

#include "base/limits.h"
#include "base/name.h"
#include "base/num.h"
#include "io/json.h"
#include "io/jwt.h"

bool
jwt_grant_id_is_valid(const char *jti)
{
	return name_is_valid(jti, GRANT_ID_CHARS_MAX);
}

/* What is wrong with the claims; NULL: nothing. */
static const char *
read_grant(const struct json *claims, int64_t now_s, struct jwt_grant *g)
{
	const char *sub;
	int64_t exp, nbf;

	if (!json_get_str(claims, "sub", &sub) ||
	    !num_parse(sub, strlen(sub), 1, SAFE_INT_MAX, &g->user_id))
		return "sub is not a user's id";
	if (!json_get_int(claims, "amount", &g->amount_pt) ||
	    g->amount_pt < 1 || g->amount_pt > CHARGE_MAX)
		return "amount is not one of a charge";
	if (!json_get_str(claims, "jti", &g->jti) ||
	    !jwt_grant_id_is_valid(g->jti))
		return "jti is not an id of a payment";
	if (!json_get_floor(claims, "exp", &exp))
		return "exp is not a time";
	if (json_has(claims, "nbf") &&
	    (!json_get_floor(claims, "nbf", &nbf) || nbf > now_s))
		return "nbf is not a time, or lies ahead";
	g->expired = exp <= now_s;
	return NULL;
}

enum err
jwt_grant_read(const struct jwt_keys *keys, struct arena *a,
    const char *text, size_t len, int64_t now_s, struct jwt_grant *g,
    const char **cause)
{
	const struct json *claims;
	const char *fault;
	enum err e = jwt_open(keys, a, text, len, &claims, cause);

	if (e == E_INVALID_TOKEN)
		return E_INVALID_GRANT;
	if (e != E_OK)
		return e;
	if ((fault = read_grant(claims, now_s, g)) == NULL)
		return E_OK;
	*cause = fault;
	return E_INVALID_GRANT;
}
