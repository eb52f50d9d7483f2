/* SPDX-License-Identifier: MIT */
/*
 * The thread counts no time: it looks every CONNS_HELD_MS whether the count of
 * begins and ends is still what it was, and odd.  So a request costs the owner
 * two additions and no system call.  After a second without a request the
 * thread sleeps until the next one.
 */
#include "config.h"

#include "io/kept.h"

#include <errno.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "io/conns.h"

#define IDLE_LOOKS (1000 / CONNS_HELD_MS)
#define THREAD_STACK_BYTES 65536

/* ---- The thread */

static void
shut_others(struct kept *k, uint64_t count)
{
	for (size_t i = 0; i < k->slots; i++)
		if (k->slot[i].fd >= 0 && i != k->serving &&
		    k->count == count) {
			k->slot[i].shut = true;
			shutdown(k->slot[i].fd, SHUT_RDWR);
		}
}

static void
rest_a_look(struct kept *k)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += CONNS_HELD_MS * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_nsec -= 1000000000L;
		until.tv_sec++;
	}
	pthread_cond_timedwait(&k->wake, &k->lock, &until);
}

/* Until the owner begins its next request. */
static void
sleep_for_good(struct kept *k, uint64_t count)
{
	k->asleep = true;
	while (!k->ending && k->count == count)
		pthread_cond_wait(&k->wake, &k->lock);
	k->asleep = false;
}

static void *
watch_requests(void *arg)
{
	struct kept *k = arg;
	uint64_t before = k->count, now;
	int idle = 0;

	pthread_mutex_lock(&k->lock);
	while (!k->ending) {
		rest_a_look(k);
		now = k->count;
		idle = now == before && now % 2 == 0 ? idle + 1 : 0;
		if (now == before && now % 2 == 1 && k->is_idle != NULL &&
		    k->is_idle(k->others))
			shut_others(k, now);
		if (idle == IDLE_LOOKS)
			sleep_for_good(k, now);
		before = now;
	}
	pthread_mutex_unlock(&k->lock);
	return NULL;
}

static bool
start_thread(struct kept *k)
{
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	(void)pthread_attr_setstacksize(&attr, THREAD_STACK_BYTES);
	errno = pthread_create(&k->thread, &attr, watch_requests, k);
	pthread_attr_destroy(&attr);
	return errno == 0;
}

/* ---- The owner */

bool
kept_open(struct kept *k, size_t slots)
{
	pthread_condattr_t clock;

	k->slots = slots;
	k->serving = KEPT_NO_SLOT;
	for (size_t i = 0; i < CONNS_KEPT_MAX; i++)
		k->slot[i].fd = -1;
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&k->wake, &clock);
	pthread_condattr_destroy(&clock);
	pthread_mutex_init(&k->lock, NULL);
	return slots == 0 || start_thread(k);
}

void
kept_close(struct kept *k)
{
	pthread_mutex_lock(&k->lock);
	k->ending = true;
	pthread_cond_signal(&k->wake);
	pthread_mutex_unlock(&k->lock);
	if (k->slots > 0)
		pthread_join(k->thread, NULL);
	for (size_t i = 0; i < k->slots; i++)
		kept_empty(k, i);
	pthread_cond_destroy(&k->wake);
	pthread_mutex_destroy(&k->lock);
}

void
kept_others(struct kept *k, bool (*is_idle)(const void *), const void *arg)
{
	pthread_mutex_lock(&k->lock);
	k->is_idle = is_idle;
	k->others = arg;
	pthread_mutex_unlock(&k->lock);
}

static void
count_on(struct kept *k)
{
	k->count++;
	if (!k->asleep)
		return;
	pthread_mutex_lock(&k->lock);
	pthread_cond_signal(&k->wake);
	pthread_mutex_unlock(&k->lock);
}

void
kept_begin(struct kept *k, size_t slot)
{
	k->serving = slot;
	count_on(k);
}

void
kept_end(struct kept *k)
{
	if (k->serving != KEPT_NO_SLOT)
		k->slot[k->serving].served = k->count;
	count_on(k);
}

void
kept_put(struct kept *k, size_t slot, int fd)
{
	struct kept_slot *s = &k->slot[slot];

	pthread_mutex_lock(&k->lock);
	if (s->fd >= 0)
		close(s->fd);
	s->fd = fd;
	s->shut = false;
	s->served = k->count;
	pthread_mutex_unlock(&k->lock);
}

void
kept_empty(struct kept *k, size_t slot)
{
	if (k->slot[slot].fd >= 0)
		kept_put(k, slot, -1);
}

void
kept_forget(struct kept *k, size_t slot)
{
	pthread_mutex_lock(&k->lock);
	k->slot[slot].fd = -1;
	pthread_mutex_unlock(&k->lock);
}

size_t
kept_room(const struct kept *k, const bool *ready)
{
	size_t best = KEPT_NO_SLOT;

	for (size_t i = 0; i < k->slots; i++) {
		if (k->slot[i].fd < 0)
			return i;
		if (!ready[i] && (best == KEPT_NO_SLOT ||
		    k->slot[i].served < k->slot[best].served))
			best = i;
	}
	return best;
}
