/* SPDX-License-Identifier: MIT */
/* HUP for people and systemctl reload: with an end, and a result. */
#include "config.h"

#include "ops/command.h"
#include "run/roll.h"

static int
run_roll(struct ctx *ctx, const void *options)
{
	char why[WHY_BYTES];

	(void)options;
	return roll_run(ctx->conf, why) == ROLL_DONE ? EXIT_DONE
	    : command_failed("roll", why);
}

const struct command cmd_roll = {
	.noun = "roll",
	.help = "have shopd take settings, keys and\n"
	    "programs anew, and wait: 1 where\n"
	    "the old workers stay",
	.run = run_roll, .opens_db = true,
};
