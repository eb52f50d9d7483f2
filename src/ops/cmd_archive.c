/* SPDX-License-Identifier: MIT */
/* Commands that move rows of closed months away, and throw them away. */
#include "config.h"

#include <stdio.h>

#include "ops/archive.h"
#include "ops/command.h"

struct archive_options {
	const char *before;
	bool paid;
	int64_t rows;
};

#define DAY_CHARS 10

static const struct option_row archive_options[] = {
	{ .name = "before", .type = OPTION_TEXT, .required = true,
	    .max = DAY_CHARS,
	    .offset = offsetof(struct archive_options, before) },
	{ .name = "paid", .type = OPTION_FLAG,
	    .offset = offsetof(struct archive_options, paid) },
	{ .name = NULL },
};

static const struct option_row empty_options[] = {
	{ .name = "before", .type = OPTION_TEXT, .required = true,
	    .max = DAY_CHARS,
	    .offset = offsetof(struct archive_options, before) },
	{ .name = "rows", .type = OPTION_INT, .required = true,
	    .max = INT64_MAX,
	    .offset = offsetof(struct archive_options, rows) },
	{ .name = NULL },
};

static int
bad_day(void)
{
	return command_misused("before", "must be a day like 2026-01-31");
}

static int
run_archive(struct ctx *ctx, const void *options)
{
	const struct archive_options *o = options;
	char why[WHY_BYTES] = "out of memory";

	if (!archive_is_day(o->before))
		return bad_day();
	return archive_run(ctx, o->before, o->paid, stdout, why) == E_OK
	    ? EXIT_DONE : command_failed("archive", why);
}

static int
run_empty(struct ctx *ctx, const void *options)
{
	const struct archive_options *o = options;
	char why[WHY_BYTES] = "out of memory";

	if (!archive_is_day(o->before))
		return bad_day();
	return archive_empty(ctx, o->before, o->rows, stdout, why) == E_OK
	    ? EXIT_DONE : command_failed("archive empty", why);
}

const struct command cmd_archive = {
	.noun = "archive", .usage = "--before DAY [--paid]",
	.help = "move what is older into the archive's\ntables",
	.run = run_archive,
	.options = archive_options, .size = sizeof(struct archive_options),
};

const struct command cmd_archive_empty = {
	.noun = "archive", .verb = "empty", .usage = "--before DAY --rows N",
	.help = "throw away what was archived, where the\ndump has all of its N rows",
	.run = run_empty,
	.options = empty_options, .size = sizeof(struct archive_options),
};
