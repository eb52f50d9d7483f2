/* SPDX-License-Identifier: MIT */
/*
 * What nginx's site is made with besides the settings: the options, and the
 * shop's id; and how the file's head remembers them.
 */
#ifndef SHOP_SITE_OPTION_H
#define SHOP_SITE_OPTION_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "base/err.h"

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

/* Is the id needed: is rank_by_nginx on, and it is no nginx.conf? */
bool site_needs_id(const struct ctx *, const struct site *);

/*
 * The head: what the file was made of, a line each, as site_recall() reads it.
 * SITE_MARK begins the first line, and the version follows.
 */
#define SITE_MARK "# Made by shopctl site, version "
void site_head(const struct ctx *, const struct site *, struct buf *);

#endif
