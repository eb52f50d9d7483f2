/* SPDX-License-Identifier: MIT */
/* A word in a file, locked while an audit runs and replaced at one go. */
#include "config.h"

#include "ops/audit_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "ops/audit.h"

#define LOOK_MS 100

static enum err
mark_file_fault(const char *path, const char *what, char *why)
{
	why_say(why, "%s: %s", path, what);
	return E_UNAVAILABLE;
}

/*
 * Is it locked, and path still names it?  The last holder may have replaced it.
 */
static bool
is_still_ours(const char *path, int fd)
{
	struct stat now, st;

	return flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &st) == 0 &&
	    stat(path, &now) == 0 && st.st_dev == now.st_dev &&
	    st.st_ino == now.st_ino;
}

static enum err
open_locked(const char *path, int *fd, char *why)
{
	const struct timespec pause = { 0, LOOK_MS * 1000000L };

	for (int i = 0; i < AUDIT_FILE_WAIT_S * 1000 / LOOK_MS; i++) {
		*fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK,
		    0644);
		if (*fd < 0)
			return mark_file_fault(path, strerror(errno), why);
		if (is_still_ours(path, *fd))
			return E_OK;
		close(*fd);
		*fd = -1;
		nanosleep(&pause, NULL);
	}
	return mark_file_fault(path, "another audit has been at work with it "
	    "for a minute", why);
}

static enum err
read_word(struct arena *a, struct audit_file *f, char *why)
{
	static const char bad[] = "it holds no mark of an audit: remove it, "
	    "and everything is audited";
	char text[AUDIT_MARK_BYTES + 2];
	struct stat st;
	ssize_t n;

	if (fstat(f->fd, &st) != 0 || !S_ISREG(st.st_mode))
		return mark_file_fault(f->path, "not a file", why);
	if ((n = read(f->fd, text, sizeof text - 1)) < 0)
		return mark_file_fault(f->path, strerror(errno), why);
	if (memchr(text, '\0', (size_t)n) != NULL)
		return mark_file_fault(f->path, bad, why);
	while (n > 0 && strchr(" \t\r\n", text[n - 1]) != NULL)
		n--;
	text[n] = '\0';
	if (n == 0)
		return E_OK;
	if (!audit_since_is_valid(text))
		return mark_file_fault(f->path, bad, why);
	f->since = arena_copy(a, text, (size_t)n);
	return f->since != NULL ? E_OK
	    : mark_file_fault(f->path, "out of memory", why);
}

enum err
audit_file_open(struct arena *a, const char *path, struct audit_file *f,
    char *why)
{
	char real[PATH_MAX];
	enum err e;

	*f = (struct audit_file){ .fd = -1 };
	if ((e = open_locked(path, &f->fd, why)) != E_OK)
		return e;
	f->path = realpath(path, real) == NULL ? NULL
	    : arena_copy(a, real, strlen(real));
	e = f->path == NULL ? mark_file_fault(path, strerror(errno), why)
	    : read_word(a, f, why);
	if (e != E_OK)
		audit_file_close(f);
	return e;
}

enum err
audit_file_put(struct arena *a, const struct audit_file *f, const char *mark,
    char *why)
{
	const char *line = arena_printf(a, "%s\n", mark), *bad;
	struct stat st;

	if (line == NULL || fstat(f->fd, &st) != 0)
		return mark_file_fault(f->path, line != NULL ? strerror(errno)
		    : "out of memory", why);
	bad = file_put(f->path, line, &(struct file_form){ st.st_uid,
	    st.st_gid, st.st_mode & 07777, true });
	return bad == NULL ? E_OK : mark_file_fault(f->path, bad, why);
}

void
audit_file_close(struct audit_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}
