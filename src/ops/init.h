/* SPDX-License-Identifier: MIT */
/*
 * Makes what a new shop needs and isn't there yet: the user that the pool runs
 * as, settings, secrets, the sockets' directory, the database and its schema.
 * What is there stays as it is.
 */
#ifndef SHOP_INIT_H
#define SHOP_INIT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/ctx.h"
#include "base/err.h"

struct init_wish {
	const char *user;	/* that the pool runs as; NULL: "shop" where we
				   are root, else ourselves */
	bool dry_run;		/* make nothing, say what would be made */
};

/*
 * ctx has the settings that were read, or defaults and in settings_file the
 * name of the file to make.  Tells out what it makes and what is there, a line
 * each, and what is to be done next.  First it looks whether it may make all the
 * files; if not, it makes none.  E_CONFIG, E_UNAVAILABLE (the database): why
 * says why; what was made until then stands, and the next run goes on from there.
 */
enum err init_run(struct ctx *, const struct init_wish *, FILE *out,
    char *why) MUST_CHECK;

#endif
