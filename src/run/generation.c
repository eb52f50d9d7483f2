/* SPDX-License-Identifier: MIT */
/* A row of slots that is filled, or emptied, as a whole. */
#include "config.h"

#include "run/generation.h"

#include <signal.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/num.h"

enum err
generation_open(struct generation *g, size_t first_seat)
{
	*g = (struct generation){
		.slots = calloc(WORKERS_MAX, sizeof *g->slots),
		.kill_at_us = GENERATION_NEVER,
	};
	if (g->slots == NULL)
		return E_INTERNAL;
	for (size_t i = 0; i < WORKERS_MAX; i++)
		g->slots[i].seat = first_seat + i;
	return E_OK;
}

void
generation_forget(struct generation *g)
{
	g->workers = 0;
	setup_free(g->setup);
	g->setup = NULL;
}

void
generation_close(struct generation *g)
{
	generation_forget(g);
	free(g->slots);
	g->slots = NULL;
}

void
generation_start(struct generation *g, int64_t number, struct setup *setup,
    const struct launch *a)
{
	generation_forget(g);
	g->setup = setup;
	g->launch = *a;
	g->launch.setup = setup;
	g->number = number;
	g->workers = (size_t)conf_workers(&setup->conf);
	for (size_t i = 0; i < g->workers; i++)
		slot_init(&g->slots[i], i < g->workers -
		    (size_t)setup->conf.workers ? QUEUE_READ : QUEUE_MAIN,
		    number);
	g->keep = true;
	g->lost = false;
}

void
generation_stop(struct generation *g, int64_t kill_at_us)
{
	if (!g->keep)
		return;
	g->keep = false;
	g->kill_at_us = kill_at_us;
	for (size_t i = 0; i < g->workers; i++)
		if (g->slots[i].pid != 0)
			kill(g->slots[i].pid, SIGTERM);
}

void
generation_fill(struct generation *g)
{
	int64_t now = num_monotonic_us();

	for (size_t i = 0; g->keep && i < g->workers; i++) {
		struct slot *s = &g->slots[i];

		if (s->pid == 0 && s->start_at_us <= now &&
		    !slot_start(s, &g->launch))
			g->lost = true;
	}
}

void
generation_kill_late(struct generation *g)
{
	struct log_line l;

	if (g->keep || g->kill_at_us > num_monotonic_us())
		return;
	g->kill_at_us = GENERATION_NEVER;
	for (size_t i = 0; i < g->workers; i++) {
		if (g->slots[i].pid == 0)
			continue;
		log_begin(&l, LOG_WARN, "worker-kill");
		log_int(&l, "worker", g->slots[i].pid);
		log_int(&l, "generation", g->slots[i].generation);
		seat_log_id(&g->launch.board->seat[g->slots[i].seat], &l);
		log_end(&l);
		kill(g->slots[i].pid, SIGKILL);
	}
}

void
generation_kill_stuck(struct generation *g)
{
	for (size_t i = 0; i < g->workers; i++)
		slot_kill_stuck(&g->slots[i], &g->launch);
}

bool
generation_end(struct generation *g, pid_t pid, int status)
{
	for (size_t i = 0; i < g->workers; i++) {
		struct slot *s = &g->slots[i];

		if (s->pid != pid)
			continue;
		slot_end(s, &g->launch, status, !g->keep);
		g->lost |= !s->ready;
		return true;
	}
	return false;
}

void
generation_hear(struct generation *g)
{
	for (size_t i = 0; i < g->workers; i++)
		slot_hear(&g->slots[i]);
}

nfds_t
generation_polls(const struct generation *g, struct pollfd *to)
{
	nfds_t n = 0;

	for (size_t i = 0; i < g->workers; i++)
		if (g->slots[i].ready_fd >= 0)
			to[n++] = (struct pollfd){ g->slots[i].ready_fd,
			    POLLIN, 0 };
	return n;
}

bool
generation_is_gone(const struct generation *g)
{
	for (size_t i = 0; i < g->workers; i++)
		if (g->slots[i].pid != 0)
			return false;
	return true;
}

bool
generation_is_ready(const struct generation *g)
{
	for (size_t i = 0; i < g->workers; i++)
		if (g->slots[i].pid == 0 || !g->slots[i].ready)
			return false;
	return true;
}

size_t
generation_running(const struct generation *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->workers; i++)
		n += g->slots[i].pid != 0;
	return n;
}

size_t
generation_ready(const struct generation *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->workers; i++)
		n += g->slots[i].pid != 0 && g->slots[i].ready;
	return n;
}

int64_t
generation_wake_us(const struct generation *g)
{
	int64_t at = GENERATION_NEVER;

	if (!g->keep)
		return g->kill_at_us;
	for (size_t i = 0; i < g->workers; i++)
		if (g->slots[i].pid == 0 && g->slots[i].start_at_us < at)
			at = g->slots[i].start_at_us;
	return at;
}
