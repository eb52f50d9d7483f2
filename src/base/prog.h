/* SPDX-License-Identifier: MIT */
/*
 * Every program's start: --help, --version, --config FILE, --check-config, and
 * no core dumps.
 */
#ifndef SHOP_PROG_H
#define SHOP_PROG_H

#include "base/conf.h"

/* EXIT_CONFIG, as sysexits.h has it: shopd alone, for its supervisor. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_CONFIG = 78 };

struct prog {
	const char *name;
	const char *usage;	/* what follows "usage: NAME ", many lines */
	const char **config;	/* where to say --config's FILE, or NULL */
	const char *maker;	/* the command that makes the settings file */
};

/*
 * A daemon's first call: opens /dev/null for those of fd 0, 1 and 2 that are
 * closed, and keeps the log from waiting (base/log.h).
 */
void prog_daemon(void);

/*
 * Reads the options before the first plain argument (getopt_long), loads and
 * checks the settings.  Returns the index of the first plain argument, or -1
 * when the program has nothing more to do and must exit with *status: it
 * printed its help, or one line on stderr saying what is wrong.  Of fd 0, 1 and 2
 * none is free from then on: nothing is written to where one was closed.  Without
 * --config *config is unchanged.  The maker may name a settings file that is not
 * there: it gets the defaults, and the name in settings_file.
 */
int prog_start(const struct prog *, int argc, char **argv, struct conf *,
    int *status);

/* Sets the log's level by the setting log_level. */
void prog_log_level(const struct conf *);

#endif
