/* SPDX-License-Identifier: MIT */
/*
 * nginx's file of the shop, made of the templates in nginx_dir: one file, for
 * nginx's http {}.  What the settings know is taken from them; what nginx alone
 * knows are options (site.def).  The file's head remembers both, so that the
 * same can be made again and compared.
 */
#ifndef SHOP_SITE_H
#define SHOP_SITE_H

#include <stdbool.h>

#include "base/ctx.h"
#include "base/err.h"
#include "base/why.h"

enum site_option {
#define OPTION(word, text, form, def) SITE_##word,
#include "ops/site.def"
#undef OPTION
	SITE_OPTIONS
};

struct site {
	const char *option[SITE_OPTIONS];	/* NULL: it has its default */
	const char *id;		/* the shop's; NULL: not known */
};

/* Its name, and its value in force. */
const char *site_option_name(enum site_option);
const char *site_option(const struct site *, enum site_option);

/* Why an option, then in *which, can't be as it is; NULL: all can. */
const char *site_fault(const struct site *, enum site_option *which)
    MUST_CHECK;

/*
 * Take the options, and the id where there is none, from the head of a file that
 * site_make() made; pieces of text are kept in the arena.  *version is that of
 * the program.  False: it is another's file.
 */
bool site_recall(struct arena *, const char *text, struct site *,
    const char **version) MUST_CHECK;

/*
 * The file, in ctx's arena; of options without a fault.  With --main an
 * nginx.conf that includes it instead.  NULL: why says why it can't be made.
 */
char *site_make(struct ctx *, const struct site *, char *why) MUST_CHECK;

/* Is the id needed: is rank_by_nginx on, and it is no nginx.conf? */
bool site_needs_id(const struct ctx *, const struct site *);

#endif
