/* SPDX-License-Identifier: MIT */
/* Commands that look at users. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "ops/command.h"
#include "ops/operator.h"
#include "ops/show.h"
#include "ops/user_page.h"
#include "shop/user.h"

struct look_options {
	int64_t limit, after_id, id;
	bool json;
	const char *text;
};

/* ---- user list, find */

static const struct option_row user_list_options[] = {
	PAGE_OPTIONS(struct look_options),
	JSON_OPTION(struct look_options),
	{ .name = NULL },
};

static const struct option_row user_find_options[] = {
	{ .name = "text", .type = OPTION_TEXT, .required = true,
	    .is_word = true, .min = 1, .max = EMAIL_BYTES_MAX,
	    .offset = offsetof(struct look_options, text) },
	PAGE_OPTIONS(struct look_options),
	JSON_OPTION(struct look_options),
	{ .name = NULL },
};

static int
list_users(struct ctx *ctx, const char *what, const struct look_options *o)
{
	struct show_list l = { .size = sizeof(struct user),
	    .after_at = offsetof(struct user, id),
	    .fields = user_page_listed, .limit = o->limit };
	struct user *found;
	enum err e = user_find(ctx, o->text != NULL ? o->text : "",
	    o->after_id, o->limit + 1, &found, &l.n);

	if (e == E_OK) {
		l.item = found;
		e = show_list(ctx->arena, &l, o->json);
	}
	return e == E_OK ? EXIT_DONE : operator_refused(ctx, what, e, 0);
}

static int
run_user_list(struct ctx *ctx, const void *options)
{
	return list_users(ctx, "user list", options);
}

static int
run_user_find(struct ctx *ctx, const void *options)
{
	return list_users(ctx, "user find", options);
}

const struct command cmd_user_list = {
	.noun = "user", .verb = "list", .usage = "[OPTION...]",
	.help = "list users by id\n"
	    "in pages: --limit N, --after ID\n"
	    "for programs: --json",
	.run = run_user_list,
	.options = user_list_options, .size = sizeof(struct look_options),
};

const struct command cmd_user_find = {
	.noun = "user", .verb = "find", .usage = "TEXT [OPTION...]",
	.help = "list those whose e-mail or name\n"
	    "has TEXT; in pages and for programs\n"
	    "as user list",
	.run = run_user_find,
	.options = user_find_options, .size = sizeof(struct look_options),
};

/* ---- user show */

static const struct option_row user_show_options[] = {
	ID_OPTION("user", struct look_options, id),
	JSON_OPTION(struct look_options),
	{ .name = NULL },
};

static int
run_user_show(struct ctx *ctx, const void *options)
{
	const struct look_options *o = options;
	enum err e = user_page_show(ctx, o->id, o->json);

	return e == E_OK ? EXIT_DONE
	    : operator_refused(ctx, "user show", e, o->id);
}

const struct command cmd_user_show = {
	.noun = "user", .verb = "show", .usage = "ID [--json]",
	.help = "show a user",
	.run = run_user_show,
	.options = user_show_options, .size = sizeof(struct look_options),
};
