/* SPDX-License-Identifier: MIT */
/* Commands about tokens and their keys, which running workers must learn. */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>

#include "base/limits.h"
#include "base/num.h"
#include "base/prog.h"
#include "io/jwt.h"
#include "io/jwt_grant.h"
#include "ops/command.h"
#include "run/roll.h"


/* ---- token */

struct token_options {
	int64_t user_id, ttl_s;
	const char *kid;
};

static const struct option_row token_options[] = {
	{ .name = "user", .type = OPTION_INT, .required = true, .min = 1,
	    .max = SAFE_INT_MAX,
	    .offset = offsetof(struct token_options, user_id) },
	{ .name = "ttl", .type = OPTION_INT, .min = 1,
	    .max = 10 * 366 * 86400L, .def = 3600,
	    .offset = offsetof(struct token_options, ttl_s) },
	{ .name = "kid", .type = OPTION_TEXT, .min = 1,
	    .max = JWT_KID_BYTES_MAX,
	    .offset = offsetof(struct token_options, kid) },
	{ .name = NULL },
};

static int
run_token(struct ctx *ctx, const void *options)
{
	const struct token_options *o = options;
	struct jwt_keys *keys = NULL;
	const struct jwt_key *key;
	char why[WHY_BYTES];
	const char *token;
	enum err e = E_INTERNAL;

	if (jwt_keys_load(ctx->conf, &keys, why) != E_OK)
		return command_failed("token", why);
	key = o->kid == NULL ? jwt_keys_signer(keys)
	    : jwt_keys_find(keys, o->kid);
	if (key != NULL)
		e = jwt_sign(key, ctx->conf, ctx->arena, o->user_id,
		    num_now_ms(), o->ttl_s, &token);
	jwt_keys_free(keys);
	if (e != E_OK)
		return command_failed("token", key == NULL ? "there is no such key"
		    : "could not be signed");
	puts(token);
	return EXIT_DONE;
}

const struct command cmd_token = {
	.noun = "token", .usage = "--user ID [--ttl SECONDS] [--kid NAME]",
	.help = "print a token (ttl 3600)",
	.run = run_token, .opens_db = true,
	.options = token_options, .size = sizeof(struct token_options),
};

/* ---- grant */

struct grant_options {
	int64_t user_id, amount_pt, ttl_s;
	const char *jti, *kid;
};

static const struct option_row grant_options[] = {
	{ .name = "user", .type = OPTION_INT, .required = true, .min = 1,
	    .max = SAFE_INT_MAX,
	    .offset = offsetof(struct grant_options, user_id) },
	{ .name = "amount", .type = OPTION_INT, .required = true, .min = 1,
	    .max = CHARGE_MAX,
	    .offset = offsetof(struct grant_options, amount_pt) },
	{ .name = "id", .type = OPTION_TEXT, .required = true, .min = 1,
	    .max = INT32_MAX, .offset = offsetof(struct grant_options, jti) },
	{ .name = "ttl", .type = OPTION_INT, .min = 1,
	    .max = 10 * 366 * 86400L, .def = 3600,
	    .offset = offsetof(struct grant_options, ttl_s) },
	{ .name = "kid", .type = OPTION_TEXT, .min = 1,
	    .max = JWT_KID_BYTES_MAX,
	    .offset = offsetof(struct grant_options, kid) },
	{ .name = NULL },
};

static int
run_grant(struct ctx *ctx, const void *options)
{
	const struct grant_options *o = options;
	const struct jwt_grant g = { o->user_id, o->amount_pt, o->jti, false };
	struct jwt_keys *keys = NULL;
	const struct jwt_key *key;
	char why[WHY_BYTES];
	const char *text;
	enum err e = E_INTERNAL;

	if (!jwt_grant_id_is_valid(o->jti))
		return command_misused("id", "must be 1 to 64 letters, digits, "
		    "'.', '_' or '-'");
	if (jwt_grant_keys_load(ctx->conf, &keys, why) != E_OK)
		return command_failed("grant", why);
	key = o->kid == NULL ? jwt_keys_signer(keys)
	    : jwt_keys_find(keys, o->kid);
	if (key != NULL)
		e = jwt_sign_grant(key, ctx->conf, ctx->arena, &g,
		    num_now_ms(), o->ttl_s, &text);
	jwt_keys_free(keys);
	if (e != E_OK)
		return command_failed("grant", key == NULL
		    ? "there is no such key" : "could not be signed");
	puts(text);
	return EXIT_DONE;
}

const struct command cmd_grant = {
	.noun = "grant", .usage = "--user ID --amount N --id JTI [OPTION...]",
	.help = "print a grant of points that were\n"
	    "paid for, good for --ttl SECONDS,\n"
	    "signed by --kid NAME",
	.run = run_grant, .opens_db = true,
	.options = grant_options, .size = sizeof(struct grant_options),
};

/* ---- key */

struct key_options {
	const char *kid;
};

static const struct option_row key_add_options[] = {
	{ .name = "kid", .type = OPTION_TEXT, .min = 1,
	    .max = JWT_KID_BYTES_MAX,
	    .offset = offsetof(struct key_options, kid) },
	{ .name = NULL },
};

static const struct option_row key_retire_options[] = {
	{ .name = "kid", .type = OPTION_TEXT, .required = true, .min = 1,
	    .max = JWT_KID_BYTES_MAX,
	    .offset = offsetof(struct key_options, kid) },
	{ .name = NULL },
};

static int
bad_kid(void)
{
	return command_misused("kid", "must be 1 to 64 letters, digits, '.', '_' "
	    "or '-'");
}

/*
 * The workers learn of a change by a roll.  A new key that none of them knows
 * yet does no harm; an old one that they may still take does.
 */
static int
roll_pool(const struct conf *conf, const char *command, bool needed)
{
	char why[WHY_BYTES], text[WHY_BYTES + 128];
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
	return command_failed(command, text);
}

static int
run_key_add(struct ctx *ctx, const void *options)
{
	const struct key_options *o = options;
	char kid[JWT_KID_BYTES], why[WHY_BYTES];

	if (o->kid != NULL && !jwt_kid_is_valid(o->kid))
		return bad_kid();
	snprintf(kid, sizeof kid, "%s", o->kid != NULL ? o->kid : "");
	if (jwt_key_add(ctx->conf, kid, why) != E_OK)
		return command_failed("key add", why);
	puts(kid);
	fflush(stdout);
	return roll_pool(ctx->conf, "key add", false);
}

static int
run_key_retire(struct ctx *ctx, const void *options)
{
	const struct key_options *o = options;
	char why[WHY_BYTES];

	if (!jwt_kid_is_valid(o->kid))
		return bad_kid();
	if (jwt_key_retire(ctx->conf, o->kid, why) != E_OK)
		return command_failed("key retire", why);
	return roll_pool(ctx->conf, "key retire", true);
}

static int
run_key_list(struct ctx *ctx, const void *options)
{
	struct jwt_keys *keys = NULL;
	char why[WHY_BYTES];

	(void)options;
	if (jwt_keys_load(ctx->conf, &keys, why) != E_OK)
		return command_failed("key list", why);
	jwt_keys_print(keys, stdout);
	jwt_keys_free(keys);
	return EXIT_DONE;
}

const struct command cmd_key_add = {
	.noun = "key", .verb = "add", .usage = "[--kid NAME]",
	.help = "make a key for tokens, print\nits name, roll the pool",
	.run = run_key_add, .opens_db = true,
	.options = key_add_options, .size = sizeof(struct key_options),
};

const struct command cmd_key_list = {
	.noun = "key", .verb = "list",
	.help = "print the keys' names",
	.run = run_key_list, .opens_db = true,
};

const struct command cmd_key_retire = {
	.noun = "key", .verb = "retire", .usage = "--kid NAME",
	.help = "remove a key, roll the pool",
	.run = run_key_retire, .opens_db = true,
	.options = key_retire_options, .size = sizeof(struct key_options),
};
