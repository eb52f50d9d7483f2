/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/file.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>

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
