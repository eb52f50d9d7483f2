/* SPDX-License-Identifier: MIT */
/* A small file in a form that both sides of an upgrade can read. */
#include "config.h"

#include "run/roll_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/snapshot.h"
#include "run/listen.h"

void
roll_state_path(char to[ROLL_STATE_PATH_BYTES], const struct conf *c)
{
	const char *beside = c->pool_pidfile[0] != '\0' ? c->pool_pidfile
	    : listen_path(c->listen);

	to[0] = '\0';
	if (beside != NULL)
		snprintf(to, ROLL_STATE_PATH_BYTES, "%s.state", beside);
}

void
roll_state_print(const struct roll_state *s, char to[ROLL_STATE_TEXT_BYTES])
{
	snprintf(to, ROLL_STATE_TEXT_BYTES, "pid %" PRId64 "\nroll %" PRId64
	    "\noldest %" PRId64 "\nfailed %d\nwhy %s\n", s->pid, s->roll,
	    s->oldest, s->failed, s->why);
}

bool
roll_state_read(const char *path, struct roll_state *s)
{
	char ignored[WHY_BYTES], *text;
	int failed, at = 0;
	size_t len;
	bool ok;

	/* It never waits, whatever lies there. */
	if (snapshot_read(path, SNAPSHOT_OPEN, ROLL_STATE_TEXT_BYTES, &text,
	    &len, ignored) != E_OK)
		return false;
	ok = sscanf(text, "pid %" SCNd64 " roll %" SCNd64 " oldest %" SCNd64
	    " failed %d why%n", &s->pid, &s->roll, &s->oldest, &failed,
	    &at) == 4 && at > 0;
	if (ok) {
		s->failed = failed != 0;
		snprintf(s->why, sizeof s->why, "%s", text + at +
		    (text[at] == ' '));
		s->why[strcspn(s->why, "\n")] = '\0';
	}
	free(text);
	return ok;
}
