/* SPDX-License-Identifier: MIT */
/*
 * The files that stand for a running pool: its pidfile, and how its last roll
 * went (run/roll_state.h).  A roll may want another pidfile, which is there
 * before the roll begins, and the only one when it is done.
 */
#ifndef SHOP_POOLFILE_H
#define SHOP_POOLFILE_H

#include <stdbool.h>

#include "base/conf.h"
#include "run/ownfile.h"
#include "run/roll_state.h"

struct poolfiles {
	struct ownfile pidfile, state;
	struct ownfile next_pidfile;
	char state_path[ROLL_STATE_PATH_BYTES];	/* "": nowhere */
	char told[ROLL_STATE_TEXT_BYTES];	/* what state has */
};

/*
 * Writes a roll's pidfile; false (logged) when it can't be.  One that is ours
 * already is written anew, for somebody may have removed it.
 */
bool poolfile_prepare(struct poolfiles *, const struct conf *);

/* The roll is done, or was given up. */
void poolfile_adopt(struct poolfiles *, const struct conf *);
void poolfile_undo(struct poolfiles *);

/* Writes the state where it has changed and has a place. */
void poolfile_tell(struct poolfiles *, const struct roll_state *);

void poolfile_remove(struct poolfiles *);

#endif
