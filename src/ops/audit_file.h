/* SPDX-License-Identifier: MIT */
/*
 * The file that keeps where the last good audit ended, so that cron can start
 * the next one by a fixed command: one word and a newline, a mark or a time.
 * It is replaced in one step, when all is well, so that it always holds that of
 * a good audit; a missing or empty file holds none.
 */
#ifndef SHOP_AUDIT_FILE_H
#define SHOP_AUDIT_FILE_H

#include "base/arena.h"
#include "base/err.h"

/* How long one audit waits for another with the same file. */
#define AUDIT_FILE_WAIT_S 60

struct audit_file {
	int fd;			/* locked; -1: not open */
	const char *path;	/* where it lies, links followed; the arena's */
	const char *since;	/* its word, the arena's; NULL: empty */
};

/*
 * Makes it where it is missing.  E_UNAVAILABLE: it can't be opened, another
 * audit has it, or it holds something else, and is unchanged; why says so.
 */
enum err audit_file_open(struct arena *, const char *path,
    struct audit_file *, char *why) MUST_CHECK;

/* Replaces the word, with mode and owner as they were.  E_UNAVAILABLE: it
   is as before, and why says why. */
enum err audit_file_put(struct arena *, const struct audit_file *,
    const char *mark, char *why) MUST_CHECK;

void audit_file_close(struct audit_file *);

#endif
