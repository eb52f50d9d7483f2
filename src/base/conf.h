/* SPDX-License-Identifier: MIT */
/*
 * The settings: one table (conf.def), read from a file (conf_file.h has its
 * form), overridden by SHOP_* variables.  The file is the one named, else
 * $SHOP_CONFIG, else SYSCONFDIR/shop.conf where that exists.  A bad value
 * stops the start: the message names file, line, key, value and range; so
 * does a key that is set twice.  Secrets are never settings; files that hold
 * them are.
 */
#ifndef SHOP_CONF_H
#define SHOP_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/why.h"

#define CONF_PATH_BYTES 4096

/* The values of each choice, in the order of its words. */
#define CONF_INT(key, def, min, max, unit, help)
#define CONF_STR(key, def, longest, help)
#define CONF_CHOICE(key, def, choices, help, ...) \
	enum conf_##key { __VA_ARGS__ };
#include "base/conf.def"
#undef CONF_INT
#undef CONF_STR
#undef CONF_CHOICE

struct conf {
	char settings_file[CONF_PATH_BYTES];	/* that was read; "": none */
	int from_environment;			/* so many SHOP_* were taken */
#define CONF_INT(key, def, min, max, unit, help) int64_t key;
#define CONF_STR(key, def, longest, help) char key[(longest) + 1];
#define CONF_CHOICE(key, def, choices, help, ...) int key; /* enum conf_KEY */
#include "base/conf.def"
#undef CONF_INT
#undef CONF_STR
#undef CONF_CHOICE
};

/*
 * Fill in every setting from defaults, file (NULL: looked for) and
 * environment.  On E_CONFIG why[WHY_BYTES] holds one
 * sentence.
 */
enum err conf_load(struct conf *, const char *file, char *why) MUST_CHECK;

/* The workers that shopd keeps, at listen and at listen_read. */
int64_t conf_workers(const struct conf *);

/*
 * What no single row can say: lock wait < read timeout < deadline < nginx's
 * timeout < stuck.  As conf_load.
 */
enum err conf_check(const struct conf *, char *why) MUST_CHECK;

/* The table for people: key, default, range and unit, help. */
void conf_print_help(FILE *);

/* The file that was read; else "no settings file: ", and which isn't there. */
const char *conf_source(const struct conf *);

/*
 * Every key with its value in force, as the file would have it, behind a
 * comment that is conf_source().
 */
void conf_print(const struct conf *, FILE *);

/*
 * The content of a secret's file, every byte, 0-terminated, in a malloc of the
 * caller's; read as snapshot.h has it.  Refused: unreadable, empty, over max
 * bytes, or readable by group or others.
 */
enum err conf_read_octets(const char *path, size_t max, char **out,
    size_t *len, char *why) MUST_CHECK;

/*
 * The same for a password, which is text: without one newline (LF) at its end.
 * Also refused: a 0 inside.
 */
enum err conf_read_secret(const char *path, size_t max, char **out,
    size_t *len, char *why) MUST_CHECK;

/*
 * The next word of a setting that is a list, with blanks between: where it begins
 * and how long it is.  *list is moved behind it.  False at the list's end.
 */
bool conf_word(const char **list, const char **word, size_t *len);

#endif
