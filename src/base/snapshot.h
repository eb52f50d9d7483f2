/* SPDX-License-Identifier: MIT */
/*
 * Files as they were at one moment.  shopd reads what a worker reads at its
 * start, by the same functions, and hands the record of it to the workers as
 * a sealed memfd.  So one that is replaced in the middle of the night serves
 * with the same settings and keys as the others, whatever has become of the
 * files meanwhile.
 *
 * Every file that settings name, and the settings file itself, is read here:
 *
 *	recording	from disk, and remembered	shopd, at start and HUP
 *	joined		from the record; from disk what	a worker of shopd's
 *			is not in it, which a newer
 *			worker than shopd may ask for
 *	else		from disk			shopctl, other workers
 *
 * There is one record a process.  What it holds is wiped when it is dropped;
 * the memfd can be read by its heirs and by its user.
 */
#ifndef SHOP_SNAPSHOT_H
#define SHOP_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* Open to others, or a secret, which no group and no others may read. */
enum snapshot_kind { SNAPSHOT_OPEN, SNAPSHOT_SECRET };

/*
 * The content of a file of at most max bytes, in a malloc of the caller's
 * with a 0 behind it.  It never waits, as for a FIFO's writer.  On
 * E_CONFIG why[WHY_BYTES] names the path and the fault.
 */
enum err snapshot_read(const char *path, enum snapshot_kind, size_t max,
    char **out, size_t *len, char *why) MUST_CHECK;

/*
 * The names in a directory that end in suffix, unsorted, each with a 0 behind
 * it; else as snapshot_read.
 */
enum err snapshot_list(const char *dir, const char *suffix, char **names,
    size_t *len, char *why) MUST_CHECK;

/* Is there anything of this name?  A record remembers that there was not. */
bool snapshot_exists(const char *path);

/* ---- shopd's */

/* Begin a new record; snapshot_seal() or snapshot_drop() ends it. */
void snapshot_record(void);

/* The record as a memfd that nobody can change; -1 with errno set. */
int snapshot_seal(void);

/* Call once in the child, before exec: tells snapshot_join() where it is. */
int snapshot_hand_on(int fd);

/* ---- A worker's */

/*
 * Takes the record that shopd handed on.  Returns true also where there is
 * none, false (logged) when it can't be read.  Afterwards the environment names
 * no record, so that children see none.
 */
bool snapshot_join(void);

/*
 * For a library that wants a path, whenever it likes: path[size] becomes that
 * of a private copy of the recorded content, for as long as the process
 * lives.  A path that is not in the record stays.  False: no memory (logged).
 */
bool snapshot_pin(char *path, size_t size);

/* Wipe and forget the record: from now on everything is read from disk. */
void snapshot_drop(void);

#endif
