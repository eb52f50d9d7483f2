/* SPDX-License-Identifier: MIT */
/* Files: read whole (schema, not secrets: conf.h has those), and locked. */
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

#endif
