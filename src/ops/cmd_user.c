/* SPDX-License-Identifier: MIT */
/* Commands about users. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/conf.h"
#include "base/email.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "ops/command.h"
#include "ops/operator.h"
#include "ops/user_page.h"
#include "shop/caller.h"
#include "shop/user.h"

/* A character of UTF-8 has four bytes at most. */
#define PASSWORD_FILE_BYTES_MAX (4 * ACCOUNT_PASSWORD_CHARS_MAX + 1)

static bool
is_role(const char *role)
{
	for (size_t i = 0; caller_roles[i] != NULL; i++)
		if (strcmp(caller_roles[i], role) == 0)
			return true;
	return false;
}

static int
bad_role(void)
{
	return command_misused("role", "must be customer or admin");
}

/* The file's password, to be wiped by forget(); NULL with the reason. */
static char *
password_of_file(const char *path, char *why)
{
	char *password;
	int64_t chars;
	size_t len;

	if (conf_read_secret(path, PASSWORD_FILE_BYTES_MAX, &password, &len,
	    why) != E_OK)
		return NULL;
	chars = utf8_chars(password);
	if (chars >= ACCOUNT_PASSWORD_CHARS_MIN &&
	    chars <= ACCOUNT_PASSWORD_CHARS_MAX)
		return password;
	why_say(why, "%.300s: a password must have %d to %d characters of UTF-8",
	    path, ACCOUNT_PASSWORD_CHARS_MIN, ACCOUNT_PASSWORD_CHARS_MAX);
	explicit_bzero(password, len);
	free(password);
	return NULL;
}

static void
forget(char *password)
{
	if (password != NULL)
		explicit_bzero(password, strlen(password));
	free(password);
}

/* ---- user add */

struct user_add_options {
	const char *name, *email, *role, *password_file;
	int64_t balance_pt;
};

static const struct option_row user_add_options[] = {
	{ .name = "name", .type = OPTION_TEXT, .required = true, .min = 1,
	    .max = NAME_CHARS_MAX,
	    .offset = offsetof(struct user_add_options, name) },
	{ .name = "email", .type = OPTION_TEXT, .required = true,
	    .max = INT32_MAX,
	    .offset = offsetof(struct user_add_options, email) },
	{ .name = "balance", .type = OPTION_INT, .max = POINTS_MAX,
	    .offset = offsetof(struct user_add_options, balance_pt) },
	{ .name = "role", .type = OPTION_TEXT, .min = 1, .max = INT32_MAX,
	    .offset = offsetof(struct user_add_options, role) },
	{ .name = "password-file", .type = OPTION_TEXT, .min = 1,
	    .max = INT32_MAX,
	    .offset = offsetof(struct user_add_options, password_file) },
	{ .name = NULL },
};

static int
make_user(struct ctx *ctx, const struct new_user *u)
{
	int64_t id;
	enum err e = user_add(ctx, u, &id);

	if (e == E_TAKEN)
		return command_failed("user add", "this address is taken");
	if (e != E_OK)
		return operator_refused(ctx, "user add", e, 0);
	printf("%lld\n", (long long)id);
	return EXIT_DONE;
}

static int
run_user_add(struct ctx *ctx, const void *options)
{
	const struct user_add_options *o = options;
	const char *fault = email_fault(o->email);
	struct new_user u = { .name = o->name, .email = o->email,
	    .balance_pt = o->balance_pt,
	    .role = o->role != NULL ? o->role : "customer" };
	char why[WHY_BYTES], *password = NULL;
	int status;

	if (fault != NULL) {
		snprintf(why, sizeof why, "must be an address, and %s", fault);
		return command_misused("email", why);
	}
	if (!is_role(u.role))
		return bad_role();
	if (o->password_file != NULL &&
	    (password = password_of_file(o->password_file, why)) == NULL)
		return command_failed("user add", why);
	u.password = password;
	status = make_user(ctx, &u);
	forget(password);
	return status;
}

const struct command cmd_user_add = {
	.noun = "user", .verb = "add",
	.usage = "--name N --email E [OPTION...]",
	.help = "print the new user's id\n"
	    "with points: --balance P\n"
	    "as an admin: --role admin\n"
	    "to log in: --password-file FILE",
	.run = run_user_add,
	.options = user_add_options, .size = sizeof(struct user_add_options),
};

/* ---- user role, password, close */

struct user_options {
	int64_t id;
	const char *role, *password_file;
	bool json;
};

#define USER_OPTIONS \
	ID_OPTION("user", struct user_options, id), \
	JSON_OPTION(struct user_options)

static const struct option_row user_role_options[] = {
	USER_OPTIONS,
	{ .name = "role", .type = OPTION_TEXT, .required = true, .min = 1,
	    .max = INT32_MAX, .offset = offsetof(struct user_options, role) },
	{ .name = NULL },
};

static const struct option_row user_password_options[] = {
	USER_OPTIONS,
	{ .name = "password-file", .type = OPTION_TEXT, .required = true,
	    .min = 1, .max = INT32_MAX,
	    .offset = offsetof(struct user_options, password_file) },
	{ .name = NULL },
};

static const struct option_row user_close_options[] = {
	USER_OPTIONS, { .name = NULL },
};

/* A change is done, or was refused: programs get the user as it is now. */
static int
user_changed(struct ctx *ctx, const char *what, const struct user_options *o,
    enum err e)
{
	if (e == E_UNKNOWN_USER)
		return command_failed(what, "there is no such user, or the "
		    "account is closed");
	if (e != E_OK)
		return operator_refused(ctx, what, e, o->id);
	return !o->json || user_page_show(ctx, o->id, true) == E_OK ? EXIT_DONE
	    : command_failed(what, "it is done, but the user can't be shown");
}

static int
run_user_role(struct ctx *ctx, const void *options)
{
	const struct user_options *o = options;

	return !is_role(o->role) ? bad_role() : user_changed(ctx, "user role",
	    o, user_set_role(ctx, o->id, o->role));
}

static int
run_user_password(struct ctx *ctx, const void *options)
{
	const struct user_options *o = options;
	char why[WHY_BYTES], *password = password_of_file(o->password_file, why);
	int status;

	if (password == NULL)
		return command_failed("user password", why);
	status = user_changed(ctx, "user password", o,
	    user_set_password(ctx, o->id, password));
	forget(password);
	return status;
}

static int
run_user_close(struct ctx *ctx, const void *options)
{
	const struct user_options *o = options;

	return user_changed(ctx, "user close", o, user_close(ctx, o->id));
}

const struct command cmd_user_role = {
	.noun = "user", .verb = "role", .usage = "ID --role ROLE [--json]",
	.help = "make a user customer or admin",
	.run = run_user_role,
	.options = user_role_options, .size = sizeof(struct user_options),
};

const struct command cmd_user_password = {
	.noun = "user", .verb = "password",
	.usage = "ID --password-file FILE [--json]",
	.help = "set a user's password and revoke\nall tokens",
	.run = run_user_password,
	.options = user_password_options, .size = sizeof(struct user_options),
};

const struct command cmd_user_close = {
	.noun = "user", .verb = "close", .usage = "ID [--json]",
	.help = "close an account, erase who it was",
	.run = run_user_close,
	.options = user_close_options, .size = sizeof(struct user_options),
};
