/* SPDX-License-Identifier: MIT */
/* The command that makes nginx's file of the shop. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/file.h"
#include "ops/command.h"
#include "ops/site.h"
#include "ops/site_tls.h"
#include "shop/identity.h"

struct site_wish {
	struct site site;
	const char *tls;	/* a name: site_tls() fills in the rest */
	bool write;		/* into nginx_conf, and not to stdout */
};

static const struct option_row site_options[] = {
#define OPTION(word, text, form, def) \
	{ .name = (text), .type = OPTION_TEXT, .min = 1, \
	    .max = CONF_PATH_BYTES - 1, \
	    .offset = offsetof(struct site_wish, site.option[SITE_##word]) },
#include "ops/site.def"
#undef OPTION
	{ .name = "tls", .type = OPTION_TEXT, .min = 1, .max = 253,
	    .offset = offsetof(struct site_wish, tls) },
	{ .name = "write", .type = OPTION_FLAG,
	    .offset = offsetof(struct site_wish, write) },
	{ .name = NULL },
};

/*
 * The options that the file which is there was made with, if it is.  Somebody's own
 * is left alone.
 */
static bool
read_former(struct ctx *ctx, struct site *former, char *why)
{
	const char *path = ctx->conf->nginx_conf, *text, *version;

	if (path[0] == '\0') {
		why_say(why, "--write needs the setting nginx_conf: the path of "
		    "nginx's file");
		return false;
	}
	text = file_read(ctx->arena, path);
	if (text == NULL && errno == ENOENT)
		return true;
	if (text == NULL)
		why_say(why, "nginx_conf: %.400s: %s", path, strerror(errno));
	else if (site_recall(ctx->arena, text, former, &version))
		return true;
	else
		why_say(why, "nginx_conf: %.400s was not made by shopctl site: "
		    "move it away", path);
	return false;
}

static int
write_site(struct ctx *ctx, const char *text)
{
	const struct file_form form = { geteuid(), getegid(), 0644, true };
	const char *path = ctx->conf->nginx_conf, *fault;
	char why[WHY_BYTES];

	if ((fault = file_put(path, text, &form)) == NULL) {
		printf("made: nginx's site %s\nnext: nginx -t && nginx -s "
		    "reload\n", path);
		return EXIT_DONE;
	}
	why_say(why, "nginx_conf: %.400s: %s", path, fault);
	return command_failed("site", why);
}

/* Without any option a file that is there is made anew by its own. */
static bool
has_options(const struct site_wish *wish)
{
	for (enum site_option i = 0; i < SITE_OPTIONS; i++)
		if (wish->site.option[i] != NULL)
			return true;
	return wish->tls != NULL;
}

/* Its name is put into paths: it is looked at before the other options. */
static const char *
tls_fault(const char *host)
{
	const struct site named = { .option[SITE_HOST] = host };
	enum site_option which;

	return host != NULL ? site_fault(&named, &which) : NULL;
}

/* Only the ranking needs the database, for the shop's id. */
static int
run_site(struct ctx *ctx, const void *options)
{
	const struct site_wish *wish = options;
	struct site site = wish->site, former = { .id = NULL };
	char why[WHY_BYTES];
	enum site_option which;
	const char *fault = tls_fault(wish->tls), *text;

	if (fault != NULL)
		return command_misused("tls", fault);
	if (wish->write && !read_former(ctx, &former, why))
		return command_failed("site", why);
	if (!has_options(wish))
		memcpy(site.option, former.option, sizeof site.option);
	if (wish->tls != NULL && !site_tls(ctx->arena, &site, wish->tls, why))
		return command_failed("site", why);
	if ((fault = site_fault(&site, &which)) != NULL)
		return command_misused(site_option_name(which), fault);
	if (site_needs_id(ctx, &site)) {
		if (!command_open_db(ctx, why))
			return command_failed("site", why);
		site.id = identity_get(ctx);
	}
	if ((text = site_make(ctx, &site, why)) == NULL)
		return command_failed("site", why);
	if (wish->write)
		return write_site(ctx, text);
	fputs(text, stdout);
	return EXIT_DONE;
}

const struct command cmd_site = {
	.noun = "site", .usage = "[OPTION...]",
	.help = "print nginx's file of the shop\n"
	    "a site with TLS, by one word: --tls HOST\n"
	    "into nginx_conf: --write (alone: as it is)\n"
	    "names: --host NAMES --name NAME\n"
	    "addresses: --listen LIST --http2 on\n"
	    "TLS: --certificate FILE --key FILE\n"
	    "redirect: --plain LIST --acme-dir DIR\n"
	    "pools of several machines: --pools LIST\n"
	    "files: --html-dir DIR --access-log FILE\n"
	    "reads: --limit-reads LIMIT\n"
	    "writes: --limit-writes LIMIT\n"
	    "log-ins: --limit-logins LIMIT, each\n"
	    "limit RATE,BURST,AT_ONCE\n"
	    "or, by --main DIR, an nginx.conf for it",
	.run = run_site, .opens_db = true,
	.options = site_options, .size = sizeof(struct site_wish),
};
