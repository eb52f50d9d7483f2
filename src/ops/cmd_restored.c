/* SPDX-License-Identifier: MIT */
/* The command that follows a restore of the database. */
#include "config.h"

#include <stdio.h>

#include "ops/command.h"
#include "ops/restored.h"

#define SEEN(option, kind) \
	{ .name = (option), .type = OPTION_INT, .max = RESTORED_NUMBER_MAX, \
	  .offset = offsetof(struct restored, seen[(kind)]) }

static const struct option_row restored_options[] = {
	SEEN("orders-seen", SEEN_ORDERS),
	SEEN("ledger-seen", SEEN_LEDGER),
	SEEN("users-seen", SEEN_USERS),
	SEEN("products-seen", SEEN_PRODUCTS),
	{ .name = "margin", .type = OPTION_INT, .max = RESTORED_NUMBER_MAX,
	    .def = RESTORED_MARGIN, .offset = offsetof(struct restored, margin) },
	{ .name = "new-id", .type = OPTION_FLAG,
	    .offset = offsetof(struct restored, new_id) },
	{ .name = "revoke", .type = OPTION_FLAG,
	    .offset = offsetof(struct restored, revoke) },
	{ .name = "take-account", .type = OPTION_FLAG,
	    .offset = offsetof(struct restored, take_account) },
	{ .name = NULL },
};

static int
run_restored(struct ctx *ctx, const void *options)
{
	char why[WHY_BYTES] = "out of memory";

	if (restored_run(ctx, options, stdout, why) != E_OK)
		return command_failed("restored", why);
	puts("done: next are shopctl audit, shopctl doctor, and the pool");
	return EXIT_DONE;
}

const struct command cmd_restored = {
	.noun = "restored",
	.usage = "[OPTION...]",
	.help = "make a restored database the shop's:\n"
	    "as migrate does, and numbers go on\n"
	    "above the last seen: --orders-seen N,\n"
	    "also --ledger-seen, --users-seen,\n"
	    "and --products-seen, else --margin N\n"
	    "above what is there; with --revoke\n"
	    "no old token is taken; a copy beside\n"
	    "the shop wants --new-id; as migrate's\n"
	    "is --take-account",
	.run = run_restored,
	.options = restored_options, .size = sizeof(struct restored),
};
