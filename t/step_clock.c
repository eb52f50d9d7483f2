/* SPDX-License-Identifier: MIT */
/*
 * For LD_PRELOAD: a clock that somebody sets.  The time of day is off by the
 * seconds that the file STEP_CLOCK_FILE says, whenever it is asked for; waits
 * until a time of day last as long as they would have.  Times that only grow
 * are unchanged.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define DAYS_S (100 * 86400L)

/* read() by number: the program's own may be another's. */
static long
step_s(void)
{
	const char *file = getenv("STEP_CLOCK_FILE");
	char text[24] = "";
	int fd = file != NULL ? open(file, O_RDONLY | O_CLOEXEC) : -1;

	if (fd < 0)
		return 0;
	if (syscall(SYS_read, fd, text, sizeof text - 1) < 0)
		text[0] = '\0';
	close(fd);
	return strtol(text, NULL, 10);
}

int
clock_gettime(clockid_t clock, struct timespec *t)
{
	int rc = (int)syscall(SYS_clock_gettime, clock, t);

	if (rc == 0 && (clock == CLOCK_REALTIME ||
	    clock == CLOCK_REALTIME_COARSE))
		t->tv_sec += step_s();
	return rc;
}

int
gettimeofday(struct timeval *restrict t, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	t->tv_sec = now.tv_sec;
	t->tv_usec = now.tv_nsec / 1000;
	return 0;
}

time_t
time(time_t *t)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (t != NULL)
		*t = now.tv_sec;
	return now.tv_sec;
}

/* Until a time of the stepped clock, if it is one. */
int
pthread_cond_timedwait(pthread_cond_t *restrict cond,
    pthread_mutex_t *restrict mutex, const struct timespec *restrict until)
{
	static int (*real)(pthread_cond_t *, pthread_mutex_t *,
	    const struct timespec *);
	struct timespec now, t = *until;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
	clock_gettime(CLOCK_REALTIME, &now);
	if (labs(t.tv_sec - now.tv_sec) < DAYS_S)
		t.tv_sec -= step_s();
	return real(cond, mutex, &t);
}
