/* SPDX-License-Identifier: MIT */
/* shopctl's commands about tokens and their keys. */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>

#include "base/limits.h"
#include "base/num.h"
#include "base/prog.h"
#include "io/jwt.h"
#include "run/roll.h"
#include "shopctl.h"

struct option_row token_options[] = {
	{ .name = "user", .required = true, .min = 1, .max = SAFE_INT_MAX },
	{ .name = "ttl", .min = 1, .max = 10 * 366 * 86400L, .value = 3600 },
	{ .name = "kid", .is_text = true, .min = 1, .max = JWT_KID_BYTES_MAX },
	{ .name = NULL },
};

int
run_token(struct ctx *ctx, struct option_row *o)
{
	struct jwt_keys *keys = NULL;
	const struct jwt_key *key;
	char why[CONF_WHY_BYTES];
	const char *token;
	enum err e = E_INTERNAL;

	if (jwt_keys_load(ctx->conf, &keys, why) != E_OK)
		return complain("token", why);
	key = o[2].text == NULL ? jwt_keys_signer(keys)
	    : jwt_keys_find(keys, o[2].text);
	if (key != NULL)
		e = jwt_sign(key, ctx->conf, ctx->arena, o[0].value,
		    num_now_ms() / 1000, o[1].value, &token);
	jwt_keys_free(keys);
	if (e != E_OK)
		return complain("token", key == NULL ? "there is no such key"
		    : "could not be signed");
	puts(token);
	return EXIT_DONE;
}

struct option_row key_add_options[] = {
	{ .name = "kid", .is_text = true, .min = 1, .max = JWT_KID_BYTES_MAX },
	{ .name = NULL },
};

struct option_row key_retire_options[] = {
	{ .name = "kid", .required = true, .is_text = true, .min = 1,
	    .max = JWT_KID_BYTES_MAX },
	{ .name = NULL },
};

static int
bad_kid(void)
{
	return bad_usage("kid", "must be 1 to 64 letters, digits, '.', '_' "
	    "or '-'");
}

/*
 * The workers learn of a change by a roll.  A new key that none of them knows
 * yet does no harm; an old one that they may still take does.
 */
static int
roll(const struct conf *conf, const char *command, bool needed)
{
	char why[CONF_WHY_BYTES], text[CONF_WHY_BYTES + 128];
	enum roll how = roll_run(conf, why);

	if (how == ROLL_DONE)
		return EXIT_DONE;
	if (how == ROLL_NO_POOL || (how == ROLL_NOT_ASKED && !needed)) {
		fprintf(stderr, "shopctl: running workers learn of it at their "
		    "next start: %s\n", why);
		return EXIT_DONE;
	}
	snprintf(text, sizeof text, "the file is %s, but running workers don't "
	    "know of it: restart them: %s", needed ? "gone" : "there", why);
	return complain(command, text);
}

int
run_key_add(struct ctx *ctx, struct option_row *o)
{
	char kid[JWT_KID_BYTES], why[CONF_WHY_BYTES];

	if (o[0].text != NULL && !jwt_kid_is_valid(o[0].text))
		return bad_kid();
	snprintf(kid, sizeof kid, "%s", o[0].text != NULL ? o[0].text : "");
	if (jwt_key_add(ctx->conf, kid, why) != E_OK)
		return complain("key add", why);
	puts(kid);
	fflush(stdout);
	return roll(ctx->conf, "key add", false);
}

int
run_key_retire(struct ctx *ctx, struct option_row *o)
{
	char why[CONF_WHY_BYTES];

	if (!jwt_kid_is_valid(o[0].text))
		return bad_kid();
	if (jwt_key_retire(ctx->conf, o[0].text, why) != E_OK)
		return complain("key retire", why);
	return roll(ctx->conf, "key retire", true);
}

int
run_key_list(struct ctx *ctx, struct option_row *o)
{
	struct jwt_keys *keys = NULL;
	char why[CONF_WHY_BYTES];

	(void)o;
	if (jwt_keys_load(ctx->conf, &keys, why) != E_OK)
		return complain("key list", why);
	jwt_keys_print(keys, stdout);
	jwt_keys_free(keys);
	return EXIT_DONE;
}
