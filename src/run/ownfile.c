/* SPDX-License-Identifier: MIT */
/* A file is removed only while it is still the one that we made. */
#include "config.h"

#include "run/ownfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

void
ownfile_note(struct ownfile *f, const char *path)
{
	struct stat st;

	if (path == NULL || lstat(path, &st) != 0)
		return;
	snprintf(f->path, sizeof f->path, "%s", path);
	f->dev = st.st_dev;
	f->ino = st.st_ino;
}

static enum err
ownfile_fault(const char *path, const char *what)
{
	log_msg(LOG_ERROR, "pidfile", "%s: %s: %s", path, what,
	    strerror(errno));
	return E_INTERNAL;
}

enum err
ownfile_write(struct ownfile *f, const char *path, const char *text)
{
	char fresh[OWNFILE_PATH_BYTES + 8];
	int fd, n;

	snprintf(fresh, sizeof fresh, "%s.new", path);
	/* A FIFO's open() must not wait for its reader. */
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW |
	    O_NONBLOCK | O_CLOEXEC, 0644);
	if (fd < 0)
		return ownfile_fault(fresh, "open");
	n = dprintf(fd, "%s", text);
	if ((close(fd) != 0) | (n < 0))
		return ownfile_fault(fresh, "write");
	if (rename(fresh, path) != 0)
		return ownfile_fault(path, "rename");
	ownfile_note(f, path);
	return E_OK;
}

enum err
ownfile_write_pid(struct ownfile *f, const char *path)
{
	char text[24];

	snprintf(text, sizeof text, "%ld\n", (long)getpid());
	return ownfile_write(f, path, text);
}

void
ownfile_remove(struct ownfile *f)
{
	struct stat st;

	if (f->path[0] != '\0' && lstat(f->path, &st) == 0 &&
	    st.st_dev == f->dev && st.st_ino == f->ino)
		unlink(f->path);
	f->path[0] = '\0';
}
