/* SPDX-License-Identifier: MIT */
/*
 * For LD_PRELOAD: a disk that takes its time.  fsync and fdatasync sleep for
 * SLOW_FSYNC_MS (60) as long as the file SLOW_FSYNC_FLAG exists, so that a
 * COMMIT can be killed in its middle.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int fsync(int fd);
int fdatasync(int fd);

/* FLAG.seen shows that a flush was slow. */
static void
tell(const char *flag)
{
	char seen[4096];
	int fd;

	if (snprintf(seen, sizeof seen, "%s.seen", flag) < (int)sizeof seen &&
	    (fd = open(seen, O_WRONLY | O_CREAT, 0600)) >= 0)
		close(fd);
}

static void
linger(void)
{
	const char *flag = getenv("SLOW_FSYNC_FLAG");
	const char *text = getenv("SLOW_FSYNC_MS");
	long ms = text != NULL ? strtol(text, NULL, 10) : 60;
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	if (flag == NULL || access(flag, F_OK) != 0)
		return;
	tell(flag);
	nanosleep(&t, NULL);
}

/* The sleep comes first: who is killed in it has flushed nothing. */
int
fsync(int fd)
{
	linger();
	return (int)syscall(SYS_fsync, fd);
}

int
fdatasync(int fd)
{
	linger();
	return (int)syscall(SYS_fdatasync, fd);
}
