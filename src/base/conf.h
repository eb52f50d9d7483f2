/* SPDX-License-Identifier: MIT */
/*
 * The settings: one table (conf.def), read from a file by inih, overridden
 * by SHOP_* variables.  The file is the one named, else $SHOP_CONFIG, else
 * SYSCONFDIR/shop.conf where that exists.  A bad value stops the start: the
 * message names key, value and range.  Secrets are never settings; files
 * that hold them are.
 */
#ifndef SHOP_CONF_H
#define SHOP_CONF_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

struct conf {
#define CONF_INT(key, def, min, max, unit, help) int64_t key;
#define CONF_STR(key, def, longest, help) char key[(longest) + 1];
#define CONF_CHOICE(key, def, choices, help) char key[16];
#include "base/conf.def"
#undef CONF_INT
#undef CONF_STR
#undef CONF_CHOICE
};

#define CONF_WHY_BYTES 512

/*
 * Fill in every setting from defaults, file (NULL: looked for) and
 * environment.  On E_INVALID_PARAMETER why[CONF_WHY_BYTES] holds one
 * sentence.
 */
enum err conf_load(struct conf *, const char *file, char *why) MUST_CHECK;

/*
 * What no single row can say: lock wait < read timeout < deadline < nginx's
 * timeout < stuck.  As conf_load.
 */
enum err conf_check(const struct conf *, char *why) MUST_CHECK;

/* The table for people: key, default, range and unit, help. */
void conf_print_help(FILE *);

/* Every key with its value in force, as the file would have it. */
void conf_print(const struct conf *, FILE *);

/*
 * The content of a secret's file, every byte, 0-terminated, in a malloc of the
 * caller's.  Refused: unreadable, empty, over max bytes, or readable by group
 * or others.
 */
enum err conf_read_octets(const char *path, size_t max, char **out,
    size_t *len, char *why) MUST_CHECK;

/*
 * The same for a password, which is text: without one newline (LF) at its end.
 * Also refused: a 0 inside.
 */
enum err conf_read_secret(const char *path, size_t max, char **out,
    size_t *len, char *why) MUST_CHECK;

#endif
