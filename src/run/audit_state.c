/* SPDX-License-Identifier: MIT */
/* A line for each kind of audit; a line that can't be understood counts for none. */
#include "config.h"

#include "run/audit_state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/num.h"
#include "base/why.h"

#define STATE_BYTES_MAX 512	/* a line has at most 70 */

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

/*
 * Two audits may be through at once: who writes holds the directory's lock from
 * before it reads.  Negative: errno says why.
 */
static int
lock_directory_of(const char *path)
{
	char dir[PATH_MAX];
	char *slash;
	int fd;

	snprintf(dir, sizeof dir, "%s", path);
	if ((slash = strrchr(dir, '/')) == NULL)
		snprintf(dir, sizeof dir, ".");
	else
		slash[slash == dir] = '\0';
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && !file_lock(fd)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Why the file can't be replaced, or NULL. */
static const char *
put_state(const char *path, const struct audit_state *s)
{
	const struct file_form form = { geteuid(), getegid(), 0644, true };
	char text[STATE_BYTES_MAX] = "";
	size_t len = 0;

	for (size_t i = 0; i < METRIC_AUDITS; i++)
		if (s->of[i].run_s != 0)
			len += (size_t)snprintf(text + len, sizeof text - len,
			    "%s %" PRId64 " %" PRId64 " %" PRId64 "\n",
			    audit_state_kind((enum metric_audit)i),
			    s->of[i].run_s, s->of[i].good_s,
			    s->of[i].violations);
	return file_put(path, text, &form);
}

enum err
audit_state_note(const char *path, enum metric_audit kind,
    int64_t violations, char *why)
{
	const char *fault = NULL;
	struct audit_state s;
	int fd;

	if (path[0] == '\0')
		return E_OK;
	if ((fd = lock_directory_of(path)) < 0) {
		fault = strerror(errno);
	} else {
		audit_state_read(path, &s);
		s.of[kind].run_s = num_now_ms() / 1000;
		s.of[kind].violations = violations;
		if (violations == 0)
			s.of[kind].good_s = s.of[kind].run_s;
		fault = put_state(path, &s);
		close(fd);
	}
	if (fault == NULL)
		return E_OK;
	why_say(why, "audit_state = %.300s: %s", path, fault);
	return E_UNAVAILABLE;
}
