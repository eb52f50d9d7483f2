/* SPDX-License-Identifier: MIT */
/* Whole files into memory, and out of it. */
#include "config.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Between two looks whether the lock is free. */
#define LOOK_MS 50

char *
file_read(struct arena *a, const char *path)
{
	FILE *f = fopen(path, "re");
	struct stat st;
	char *text = NULL;
	size_t len;

	if (f == NULL)
		return NULL;
	if (fstat(fileno(f), &st) == 0) {
		errno = ENOMEM;
		text = arena_alloc(a, (size_t)st.st_size + 1);
	}
	if (text != NULL) {
		len = fread(text, 1, (size_t)st.st_size, f);
		if (len != (size_t)st.st_size) {
			errno = EIO;
			text = NULL;
		}
	}
	fclose(f);
	return text;
}

bool
file_lock(int fd)
{
	int ms = 0, rc;

	while ((rc = flock(fd, LOCK_EX | LOCK_NB)) != 0 &&
	    errno == EWOULDBLOCK && ms < FILE_LOCK_MS)
		ms += poll(NULL, 0, LOOK_MS) == 0 ? LOOK_MS : 0;
	return rc == 0;
}

/* All of fd, at most max bytes; -1 for an error, max + 1 for more. */
static ssize_t
read_all(int fd, char *to, size_t max)
{
	size_t len = 0;
	ssize_t n;

	do {
		n = read(fd, to + len, max + 1 - len);
		if (n < 0 && errno != EINTR)
			return -1;
		len += n > 0 ? (size_t)n : 0;
	} while (n != 0 && len <= max);
	return (ssize_t)len;
}

static const char *
stat_fault(const struct stat *st, bool secret)
{
	if (!secret)
		/* /dev/null is an empty file to everybody. */
		return S_ISREG(st->st_mode) || S_ISCHR(st->st_mode) ? NULL
		    : S_ISDIR(st->st_mode) ? strerror(EISDIR)
		    : "not a plain file";
	if (!S_ISREG(st->st_mode))
		return "not a plain file";
	return (st->st_mode & (S_IRWXG | S_IRWXO)) != 0
	    ? "readable by others than its owner (chmod 600)" : NULL;
}

static const char *
load_whole(int fd, bool secret, char *to, size_t max, size_t *len)
{
	const char *fault;
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) != 0)
		return strerror(errno);
	if ((fault = stat_fault(&st, secret)) != NULL)
		return fault;
	if ((n = read_all(fd, to, max)) < 0)
		return strerror(errno);
	if ((size_t)n > max)
		return "too long";
	to[n] = '\0';
	*len = (size_t)n;
	return NULL;
}

const char *
file_load(const char *path, bool secret, char *to, size_t max, size_t *len)
{
	/* A FIFO's open() must not wait for its writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	const char *fault = load_whole(fd, secret, to, max, len);

	if (fd >= 0)
		close(fd);
	return fault;
}

static bool
write_formed(int fd, const char *text, const struct file_form *f)
{
	size_t len = strlen(text);
	ssize_t n;

	if ((geteuid() == 0 && fchown(fd, f->uid, f->gid) != 0) ||
	    fchmod(fd, f->mode) != 0)
		return false;
	while (len > 0) {
		n = write(fd, text, len);
		if (n < 0 && errno != EINTR)
			return false;
		text += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return fsync(fd) == 0;
}

/* A name must last, too: sync the directory.  Cuts the path. */
static bool
sync_directory_of(char *path)
{
	char *slash = strrchr(path, '/');
	bool done;
	int fd;

	if (slash != NULL)
		slash[slash == path] = '\0';
	fd = open(slash != NULL ? path : ".", O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC);
	done = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	return done;
}

const char *
file_put(const char *path, const char *text, const struct file_form *f)
{
	char real[PATH_MAX], fresh[PATH_MAX + 8];
	const char *fault = NULL;
	int fd;

	if (f->replace && realpath(path, real) != NULL)
		path = real;
	if (strlen(path) >= PATH_MAX)
		return strerror(ENAMETOOLONG);
	snprintf(fresh, sizeof fresh, "%s.XXXXXX", path);
	if ((fd = mkostemp(fresh, O_CLOEXEC)) < 0)
		return strerror(errno);
	if (!write_formed(fd, text, f) || (f->replace ? rename(fresh, path)
	    : link(fresh, path)) != 0)
		fault = strerror(errno);
	close(fd);
	if (fault != NULL || !f->replace)
		unlink(fresh);
	if (fault == NULL && !sync_directory_of(fresh))
		fault = strerror(errno);
	return fault;
}
