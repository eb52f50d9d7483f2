/* SPDX-License-Identifier: MIT */
/*
 * What the commands of shopctl share.  A command is a function that returns
 * the exit status, and the options it takes, which are set when it is called.
 */
#ifndef SHOP_SHOPCTL_H
#define SHOP_SHOPCTL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"

/* An option of a command: an integer in a range, a text, or a flag. */
struct option_row {
	const char *name;
	bool required, is_text, is_flag;
	int64_t min, max;	/* of the value; of the text's characters */
	int64_t value;		/* set; before that the default */
	const char *text;
};

/* One line on stderr; EXIT_FAILED, EXIT_USAGE. */
int complain(const char *what, const char *why);
int bad_usage(const char *what, const char *why);

extern struct option_row token_options[], key_add_options[],
    key_retire_options[];
int run_token(struct ctx *, struct option_row *);
int run_key_add(struct ctx *, struct option_row *);
int run_key_list(struct ctx *, struct option_row *);
int run_key_retire(struct ctx *, struct option_row *);

#endif
