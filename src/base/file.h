/* SPDX-License-Identifier: MIT */
/* Files: read whole (what settings name: by snapshot.h), and locked. */
#ifndef SHOP_FILE_H
#define SHOP_FILE_H

#include <stdbool.h>

#include "base/arena.h"

/* The content, 0-terminated, in the arena; NULL with errno set. */
char *file_read(struct arena *, const char *path) MUST_CHECK;

/*
 * An exclusive lock (flock) on what is open.  Whoever may open it may keep it
 * locked, so after FILE_LOCK_MS: false, and errno is EWOULDBLOCK.
 */
#define FILE_LOCK_MS 5000
bool file_lock(int fd) MUST_CHECK;

/*
 * The content, at most max bytes and a 0 behind them, to to[max + 2]; NULL, or
 * why not.  Never waits: a plain file, or where it is no secret a device like
 * /dev/null.  A secret that a group or others may read is refused.
 */
const char *file_load(const char *path, bool secret, char *to, size_t max,
    size_t *len) MUST_CHECK;

#endif
