/* SPDX-License-Identifier: MIT */
/* The command that sets up a new shop. */
#include "config.h"

#include "ops/command.h"
#include "ops/init.h"

static const struct option_row init_options[] = {
	{ .name = "user", .type = OPTION_TEXT, .min = 1, .max = 32,
	    .offset = offsetof(struct init_wish, user) },
	{ .name = "dry-run", .type = OPTION_FLAG,
	    .offset = offsetof(struct init_wish, dry_run) },
	{ .name = NULL },
};

static int
run_init(struct ctx *ctx, const void *options)
{
	char why[WHY_BYTES] = "out of memory";

	return init_run(ctx, options, stdout, why) == E_OK ? EXIT_DONE
	    : command_failed("init", why);
}

const struct command cmd_init = {
	.noun = "init", .usage = "[--user NAME] [--dry-run]",
	.help = "make what a new shop needs and\n"
	    "isn't there, say what is next",
	.run = run_init, .says_source = true, .opens_db = true,
	.options = init_options, .size = sizeof(struct init_wish),
};
