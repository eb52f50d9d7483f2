/* SPDX-License-Identifier: MIT */
/* What the files of site share; nobody else includes it. */
#ifndef SHOP_SITE_PART_H
#define SHOP_SITE_PART_H

#include "base/buf.h"
#include "ops/site_option.h"

#define SITE_WORDS_MAX 48

/* A site that is being made. */
struct making {
	struct ctx *ctx;
	const struct site *site;
	struct word {
		const char *name, *value;
	} word[SITE_WORDS_MAX];
	size_t words;
	struct buf *out;
	const char *template;	/* that the line is from */
	int depth;		/* of templates within templates */
	const char *why;	/* it can't be made; NULL: nothing yet */
};

/* Note why the site can't be made, if nothing is noted yet; returns false. */
bool site_stop(struct making *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Give the words their values, from settings, options and limits. */
bool site_words(struct making *) MUST_CHECK;

/* The value of a word, or of "problem CODE"; NULL: there is no such word. */
const char *site_word(const struct making *, const char *name);

#endif
