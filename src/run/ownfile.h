/* SPDX-License-Identifier: MIT */
/*
 * A file that stands for a running shopd and goes with it: its socket, its
 * pidfile and what lies beside it.  If another shopd's file stands in its place
 * by then, that one is not touched.
 */
#ifndef SHOP_OWNFILE_H
#define SHOP_OWNFILE_H

#include <sys/types.h>

#include "base/err.h"

#define OWNFILE_PATH_BYTES 4200	/* a setting's, and a suffix */

struct ownfile {
	char path[OWNFILE_PATH_BYTES];	/* "": none */
	dev_t dev;
	ino_t ino;
};

/*
 * Takes the file that is at path now as ours; NULL, or no file there: nothing.
 */
void ownfile_note(struct ownfile *, const char *path);

/*
 * Writes it, so that a reader sees all of it, what was there before, or no
 * file.  E_INTERNAL (logged).
 */
enum err ownfile_write(struct ownfile *, const char *path, const char *text)
    MUST_CHECK;

/* The same of our process id and a newline. */
enum err ownfile_write_pid(struct ownfile *, const char *path) MUST_CHECK;

/* Removes it if it still is ours; nothing when called again. */
void ownfile_remove(struct ownfile *);

#endif
