/* SPDX-License-Identifier: MIT */
/* Phases as lines of the log, as a state file, and as a line of status. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "run/pool_part.h"

const struct conf *
pool_conf(const struct pool *p)
{
	return &p->serving->setup->conf;
}

void
pool_log_phase(const struct pool *p, enum log_level level, const char *event,
    const char *why)
{
	struct log_line l;

	log_begin(&l, level, event);
	log_int(&l, "generation", p->rolls);
	log_int(&l, "workers", conf_workers(p->phase == PHASE_ROLL
	    ? &p->other->setup->conf : pool_conf(p)));
	if (why != NULL)
		log_str(&l, "why", why);
	log_end(&l);
}

void
pool_log_start(const struct pool *p)
{
	const struct conf *c = pool_conf(p);
	struct log_line l;

	log_begin(&l, LOG_INFO, "pool-start");
	log_int(&l, "pid", getpid());
	log_str(&l, "settings", conf_source(c));
	log_str(&l, "listen", c->listen);
	if (c->listen_read[0] != '\0')
		log_str(&l, "listen_read", c->listen_read);
	log_str(&l, "worker_path", c->worker_path);
	log_int(&l, "workers", c->workers);
	if (c->listen_read[0] != '\0')
		log_int(&l, "workers_read", c->workers_read);
	log_end(&l);
}

static void
tell_shopctl(struct pool *p)
{
	struct roll_state s = { .pid = getpid(), .roll = p->rolls,
	    .oldest = p->serving->number, .failed = p->failed };

	if (!generation_is_gone(p->other) && p->other->number < s.oldest)
		s.oldest = p->other->number;
	if (p->failed)
		memcpy(s.why, p->why, sizeof s.why);
	poolfile_tell(&p->files, &s);
}

/* As systemctl status shows it. */
static void
say_status(const struct pool *p, char to[NOTIFY_STATUS_BYTES])
{
	bool rolls = p->phase == PHASE_ROLL;
	const struct generation *g = rolls ? p->other : p->serving;
	size_t leaving = rolls ? 0 : generation_running(p->other), n;

	if (p->phase >= PHASE_QUEUE) {
		snprintf(to, NOTIFY_STATUS_BYTES, "stopping: %zu workers finish "
		    "their requests", generation_running(p->serving) + leaving);
		return;
	}
	n = (size_t)snprintf(to, NOTIFY_STATUS_BYTES, "%s: %zu of %zu workers "
	    "are ready, generation %" PRId64, rolls ? "rolling"
	    : p->announced ? "serving" : "starting", generation_ready(g),
	    g->workers, g->number);
	if (leaving > 0)
		n += (size_t)snprintf(to + n, NOTIFY_STATUS_BYTES - n,
		    "; %zu others leave", leaving);
	if (p->failed)
		snprintf(to + n, NOTIFY_STATUS_BYTES - n, "; roll %" PRId64
		    " failed: %s", p->rolls, p->why);
}

void
pool_tell(struct pool *p)
{
	char status[NOTIFY_STATUS_BYTES];

	say_status(p, status);
	notify_tell(&p->notify, status);
	/* shopctl may end by what it reads there, so this comes last. */
	tell_shopctl(p);
}
