/* SPDX-License-Identifier: MIT */
/*
 * A file that stands for a running shopd and goes with it: its socket, its
 * pidfile.  When the time comes another shopd's may stand in its place, and
 * is left alone.
 */
#ifndef SHOP_OWNFILE_H
#define SHOP_OWNFILE_H

#include <sys/types.h>

#include "base/err.h"

struct ownfile {
	const char *path;	/* the caller's; NULL: none */
	dev_t dev;
	ino_t ino;
};

/* The file that is at path now is ours; no path, no file: nothing. */
void ownfile_note(struct ownfile *, const char *path);

/* Writes our process id, so that a reader sees all of it or no file. */
enum err ownfile_write_pid(struct ownfile *, const char *path) MUST_CHECK;

/* Removes it if it still is ours; nothing when called again. */
void ownfile_remove(struct ownfile *);

#endif
