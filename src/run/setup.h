/* SPDX-License-Identifier: MIT */
/*
 * What a pool serves with: the settings, the content of every file that a
 * worker reads at its start, and the worker program itself.  Taken as a whole
 * when shopd starts and at each HUP, or not at all; a worker that is replaced
 * gets the same as the others of its generation.
 *
 * shopd reads the files itself, and is held up where a file system hangs: they
 * belong on a local disk.  A worker's shared libraries, what a worker program
 * that is a script starts, and the system's own authorities (db_tls_ca empty)
 * are read from the disk at each start still.
 */
#ifndef SHOP_SETUP_H
#define SHOP_SETUP_H

#include <stdbool.h>

#include "base/conf.h"

struct setup {
	struct conf conf;
	int files_fd;		/* base/snapshot.h's */
	int program_fd;		/* of worker_path */
	bool is_script;		/* which its interpreter opens once more */
};

/*
 * Takes the settings file (NULL: looked for) and the environment.  Checks all
 * that would keep a worker from starting: settings, keys, password,
 * authorities, program; not whether the database knows the password.  NULL:
 * why[WHY_BYTES] says what is wrong.
 */
struct setup *setup_take(const char *conf_file, char *why);

/* NULL is fine. */
void setup_free(struct setup *);

#endif
