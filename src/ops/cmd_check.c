/* SPDX-License-Identifier: MIT */
/* Commands that look whether all is well, or make it so. */
#include "config.h"

#include <limits.h>
#include <stdio.h>

#include "ops/audit_report.h"
#include "ops/command.h"
#include "ops/doctor.h"
#include "ops/migrate.h"

/* ---- audit */

struct audit_options {
	const char *since, *mark;
};

static const struct option_row audit_options[] = {
	{ .name = "since", .type = OPTION_TEXT, .max = AUDIT_MARK_BYTES - 1,
	    .offset = offsetof(struct audit_options, since) },
	{ .name = "mark", .type = OPTION_TEXT, .min = 1, .max = PATH_MAX - 1,
	    .offset = offsetof(struct audit_options, mark) },
	{ .name = NULL },
};

static int
run_audit(struct ctx *ctx, const void *options)
{
	const struct audit_options *o = options;
	char why[WHY_BYTES] = "out of memory";

	if (o->since != NULL && (o->mark != NULL ||
	    !audit_since_is_valid(o->since)))
		return command_misused("since", "must be an audit's mark or a "
		    "time like 2026-01-31T12:34:56.789Z, without --mark");
	if (audit_report(ctx, o->since, o->mark, stdout, why) == E_OK)
		return EXIT_DONE;
	return command_failed("audit", why);
}

const struct command cmd_audit = {
	.noun = "audit", .usage = "[--since MARK | --mark FILE]",
	.help = "prove that money and stock are\n"
	    "conserved, or say what is not",
	.run = run_audit,
	.options = audit_options, .size = sizeof(struct audit_options),
};

/* ---- doctor */

static int
run_doctor(struct ctx *ctx, const void *options)
{
	size_t checks, bad = doctor_run(ctx, stdout, &checks);
	char summary[64];

	(void)options;
	if (bad == 0)
		return EXIT_DONE;
	snprintf(summary, sizeof summary, "%zu of %zu checks are bad", bad,
	    checks);
	return command_failed("doctor", summary);
}

const struct command cmd_doctor = {
	.noun = "doctor", .help = "look whether all is set right,\n"
	    "and say what to do",
	.run = run_doctor, .says_source = true,
};

/* ---- migrate */

struct migrate_options {
	bool take_account, status, dry_run;
};

static const struct option_row migrate_options[] = {
	{ .name = "take-account", .type = OPTION_FLAG,
	    .offset = offsetof(struct migrate_options, take_account) },
	{ .name = "status", .type = OPTION_FLAG,
	    .offset = offsetof(struct migrate_options, status) },
	{ .name = "dry-run", .type = OPTION_FLAG,
	    .offset = offsetof(struct migrate_options, dry_run) },
	{ .name = NULL },
};

static int
print_status(struct ctx *ctx, bool take)
{
	char why[WHY_BYTES] = "out of memory";
	size_t pending;

	if (migrate_status(ctx, take, stdout, &pending, why) == E_OK) {
		if (pending == 0)
			return EXIT_DONE;
		snprintf(why, sizeof why, "%zu pending: run shopctl migrate",
		    pending);
	}
	return command_failed("migrate", why);
}

static int
run_migrate(struct ctx *ctx, const void *options)
{
	const struct migrate_options *o = options;
	char why[WHY_BYTES] = "out of memory";

	if (o->status && o->dry_run)
		return command_misused("status", "not with --dry-run");
	if (o->status)
		return print_status(ctx, o->take_account);
	if ((o->dry_run ? migrate_dry : migrate_run)(ctx, o->take_account,
	    stdout, why) == E_OK)
		return EXIT_DONE;
	return command_failed("migrate", why);
}

const struct command cmd_migrate = {
	.noun = "migrate",
	.usage = "[--status | --dry-run] [--take-account]",
	.help = "bring the schema up to date; or say\n"
	    "what that is, and change nothing",
	.run = run_migrate,
	.options = migrate_options, .size = sizeof(struct migrate_options),
};
