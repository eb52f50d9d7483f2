/* SPDX-License-Identifier: MIT */
/* A line for each kind of audit; a line that can't be understood counts for none. */
#include "config.h"

#include "run/audit_state.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/num.h"
#include "base/why.h"

#define STATE_BYTES_MAX 512

const char *
audit_state_kind(enum metric_audit kind)
{
	static const char *const kinds[METRIC_AUDITS] = {
		[AUDIT_FULL] = "full", [AUDIT_SINCE] = "since",
	};

	return kinds[kind];
}

static void
read_state(const char *line, struct audit_state *s)
{
	int64_t run, good, violations;
	char kind[16];

	if (sscanf(line, "%15s %" SCNd64 " %" SCNd64 " %" SCNd64, kind, &run,
	    &good, &violations) != 4)
		return;
	for (size_t i = 0; i < METRIC_AUDITS; i++) {
		if (strcmp(kind, audit_state_kind((enum metric_audit)i)) != 0)
			continue;
		s->of[i].run_s = run;
		s->of[i].good_s = good;
		s->of[i].violations = violations;
	}
}

void
audit_state_read(const char *path, struct audit_state *s)
{
	char text[STATE_BYTES_MAX + 2];
	size_t len;

	memset(s, 0, sizeof *s);
	if (path[0] == '\0' || file_load(path, false, text, STATE_BYTES_MAX,
	    &len) != NULL)
		return;
	for (const char *line = text; *line != '\0'; ) {
		read_state(line, s);
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
}

static bool
print_state(int fd, const struct audit_state *s)
{
	bool good = fchmod(fd, 0644) == 0;

	for (size_t i = 0; good && i < METRIC_AUDITS; i++)
		good = s->of[i].run_s == 0 || dprintf(fd, "%s %" PRId64 " %"
		    PRId64 " %" PRId64 "\n",
		    audit_state_kind((enum metric_audit)i), s->of[i].run_s,
		    s->of[i].good_s, s->of[i].violations) > 0;
	return good && fsync(fd) == 0;
}

enum err
audit_state_note(const char *path, enum metric_audit kind,
    int64_t violations, char *why)
{
	char fresh[PATH_MAX + 8];
	struct audit_state s;
	int fd, bad = 0;

	if (path[0] == '\0')
		return E_OK;
	audit_state_read(path, &s);
	s.of[kind].run_s = num_now_ms() / 1000;
	s.of[kind].violations = violations;
	if (violations == 0)
		s.of[kind].good_s = s.of[kind].run_s;
	snprintf(fresh, sizeof fresh, "%s.XXXXXX", path);
	if ((fd = mkstemp(fresh)) < 0) {
		bad = errno;
	} else {
		if (!print_state(fd, &s) || rename(fresh, path) != 0)
			bad = errno;
		close(fd);
		if (bad != 0)
			unlink(fresh);
	}
	if (bad == 0)
		return E_OK;
	why_say(why, "audit_state = %.300s: %s", path, strerror(bad));
	return E_UNAVAILABLE;
}
