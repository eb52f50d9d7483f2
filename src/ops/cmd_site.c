/* SPDX-License-Identifier: MIT */
/* The command that prints nginx's file of the shop. */
#include "config.h"

#include <stdio.h>

#include "base/conf.h"
#include "ops/command.h"
#include "ops/site.h"
#include "shop/identity.h"

static const struct option_row site_options[] = {
#define OPTION(word, text, form, def) \
	{ .name = (text), .type = OPTION_TEXT, .min = 1, \
	    .max = CONF_PATH_BYTES - 1, \
	    .offset = offsetof(struct site, option[SITE_##word]) },
#include "ops/site.def"
#undef OPTION
	{ .name = NULL },
};

/* Only the ranking needs the database, for the shop's id. */
static int
run_site(struct ctx *ctx, const void *options)
{
	struct site site = *(const struct site *)options;
	char why[WHY_BYTES];
	enum site_option which;
	const char *fault = site_fault(&site, &which), *text;

	if (fault != NULL)
		return command_misused(site_option_name(which), fault);
	if (site_needs_id(ctx, &site)) {
		if (!command_open_db(ctx, why))
			return command_failed("site", why);
		site.id = identity_get(ctx);
	}
	if ((text = site_make(ctx, &site, why)) == NULL)
		return command_failed("site", why);
	fputs(text, stdout);
	return EXIT_DONE;
}

const struct command cmd_site = {
	.noun = "site", .usage = "[OPTION...]",
	.help = "print nginx's file of the shop\n"
	    "names: --host NAMES --name NAME\n"
	    "addresses: --listen LIST --http2 on\n"
	    "TLS: --certificate FILE --key FILE\n"
	    "redirect: --plain LIST --acme-dir DIR\n"
	    "files: --html-dir DIR --access-log FILE\n"
	    "reads: --limit-reads LIMIT\n"
	    "writes: --limit-writes LIMIT\n"
	    "log-ins: --limit-logins LIMIT, each\n"
	    "limit RATE,BURST,AT_ONCE\n"
	    "or, by --main DIR, an nginx.conf for it",
	.run = run_site, .opens_db = true,
	.options = site_options, .size = sizeof(struct site),
};
