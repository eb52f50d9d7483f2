/* SPDX-License-Identifier: MIT */
/* Files: read whole (what settings name: by snapshot.h), locked, and written. */
#ifndef SHOP_FILE_H
#define SHOP_FILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/arena.h"

/* The content, 0-terminated, in the arena; NULL with errno set. */
char *file_read(struct arena *, const char *path) MUST_CHECK;

/*
 * Takes an exclusive lock (flock) on fd.  Whoever may open the file may keep it
 * locked for ever, so after FILE_LOCK_MS this returns false, with errno
 * EWOULDBLOCK.
 */
#define FILE_LOCK_MS 5000
bool file_lock(int fd) MUST_CHECK;

/*
 * Reads the content, at most max bytes, into to[max + 2], with a 0 behind it.
 * Returns NULL, or why it failed.  It never waits: it takes plain files and,
 * unless secret, devices like /dev/null.  It refuses a secret that group or
 * others may read.
 */
const char *file_load(const char *path, bool secret, char *to, size_t max,
    size_t *len) MUST_CHECK;

/* What a file is to be; only root gives files away. */
struct file_form {
	uid_t uid;
	gid_t gid;
	mode_t mode;
	bool replace;		/* a file that is there; else EEXIST */
};

/*
 * Writes a text as a file, in one step: a reader sees all of it, or what was
 * there before.  Where path is a symbolic link, the file it leads to is
 * replaced.  Returns NULL, or why it failed, and then nothing has changed.
 */
const char *file_put(const char *path, const char *text,
    const struct file_form *) MUST_CHECK;

#endif
