/* SPDX-License-Identifier: MIT */
/* Files that are read whole: schema, not secrets (conf.h has those). */
#ifndef SHOP_FILE_H
#define SHOP_FILE_H

#include "base/arena.h"

/* The content, 0-terminated, in the arena; NULL with errno set. */
char *file_read(struct arena *, const char *path) MUST_CHECK;

#endif
