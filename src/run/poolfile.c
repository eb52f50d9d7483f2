/* SPDX-License-Identifier: MIT */
/* Two files of the pool, put in place and taken away together. */
#include "config.h"

#include "run/poolfile.h"

#include <string.h>

#include "base/log.h"

bool
poolfile_prepare(struct poolfiles *f, const struct conf *c)
{
	const char *path = c->pool_pidfile;
	struct ownfile *to = strcmp(path, f->pidfile.path) == 0 ? &f->pidfile
	    : &f->next_pidfile;

	return path[0] == '\0' || ownfile_write_pid(to, path) == E_OK;
}

void
poolfile_adopt(struct poolfiles *f, const struct conf *c)
{
	char path[ROLL_STATE_PATH_BYTES];

	roll_state_path(path, c);
	if (strcmp(path, f->state_path) != 0) {
		ownfile_remove(&f->state);
		memcpy(f->state_path, path, strlen(path) + 1);
	}
	if (strcmp(c->pool_pidfile, f->pidfile.path) == 0)
		return;
	ownfile_remove(&f->pidfile);
	f->pidfile = f->next_pidfile;
	f->next_pidfile = (struct ownfile){ .path = "" };
}

void
poolfile_undo(struct poolfiles *f)
{
	ownfile_remove(&f->next_pidfile);
}

void
poolfile_tell(struct poolfiles *f, const struct roll_state *s)
{
	char text[ROLL_STATE_TEXT_BYTES];

	if (f->state_path[0] == '\0')
		return;
	roll_state_print(s, text);
	if (strcmp(text, f->told) == 0 &&
	    strcmp(f->state_path, f->state.path) == 0)
		return;
	memcpy(f->told, text, strlen(text) + 1);
	if (ownfile_write(&f->state, f->state_path, text) != E_OK)
		log_msg(LOG_WARN, "roll-state", "shopctl can't learn how this "
		    "roll goes");
}

void
poolfile_remove(struct poolfiles *f)
{
	ownfile_remove(&f->state);
	ownfile_remove(&f->pidfile);
	ownfile_remove(&f->next_pidfile);
}
