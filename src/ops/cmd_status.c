/* SPDX-License-Identifier: MIT */
/*
 * The command that shows how the shop is: what runs, and what it stands on.  It
 * asks as the workers do, and waits no longer than they: a page about a shop in
 * trouble is of no use when it does not come.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/num.h"
#include "base/why.h"
#include "io/cache.h"
#include "io/db.h"
#include "ops/command.h"
#include "ops/script.h"
#include "ops/show.h"
#include "ops/status_audits.h"
#include "ops/status_places.h"
#include "run/counted.h"
#include "run/look.h"
#include "run/queue.h"
#include "run/roll.h"
#include "run/roll_state.h"
#include "shop/health.h"
#include "shop/identity.h"

struct status_options {
	bool json;
	const char *mark;
};

static const struct option_row status_options[] = {
	{ .name = "mark", .type = OPTION_TEXT, .min = 1, .max = PATH_MAX - 1,
	    .offset = offsetof(struct status_options, mark) },
	JSON_OPTION(struct status_options),
	{ .name = NULL },
};

/* ---- What there is to see; texts are the arena's or static */

struct pool_status {
	const char *state;		/* running, unknown */
	int64_t pid, up_s, roll, oldest_roll;
	enum json_presence has_up;
	const char *why;		/* it is not running, or its roll failed */
};

struct queue_status {
	const char *name;
	int64_t workers, connected, busy, longest_ms, waiting;
	enum json_presence has_waiting;
};

/* Since shopd was started. */
struct restarts_status {
	int64_t crashed, killed, stuck, outgrown, unready;
};

struct work_status {
	int64_t requests, replays, failures, retries, in_hand;
	struct restarts_status restarts;
};

struct cache_status {
	const char *state;		/* ok, away, off */
};

struct database_status {
	const char *state;		/* ok, unfit, away */
	const char *at, *server, *schema;
	bool read_only;
	enum json_presence has_read_only;
	const char *why;		/* it is not ok */
};

struct audit_status {
	int64_t age_s;
	const char *at, *file, *why;
	enum json_presence has_age;
};

struct status {
	const char *id, *version;
	struct pool_status pool;
	size_t queues;
	struct queue_status *queue;
	size_t places;
	struct place_status *place;
	size_t replicas;
	struct replica_status *replica;
	struct breaker_status breaker;
	struct work_status work;
	enum json_presence has_breaker, has_work;
	struct cache_status cache;
	struct database_status database;
	struct audit_status audit;
	enum json_presence has_audit;
	size_t audits;
	struct noted_audit *noted;
	const char *fault;		/* the first that is wrong; NULL: none */
};

static const struct json_field pool_fields[] = {
	{ JSON_AT("state", STR, struct pool_status, state) },
	{ JSON_AT("pid", INT, struct pool_status, pid), .nullable = true },
	{ JSON_AT("upSeconds", INT, struct pool_status, up_s),
	    .nullable = true, JSON_PRESENCE(struct pool_status, has_up) },
	{ JSON_AT("roll", INT, struct pool_status, roll), .nullable = true },
	{ JSON_AT("oldestRoll", INT, struct pool_status, oldest_roll),
	    .nullable = true },
	{ JSON_AT("why", STR, struct pool_status, why), .nullable = true },
	JSON_END
};

static const struct json_field queue_fields[] = {
	{ JSON_AT("name", STR, struct queue_status, name) },
	{ JSON_AT("workers", INT, struct queue_status, workers) },
	{ JSON_AT("connected", INT, struct queue_status, connected) },
	{ JSON_AT("busy", INT, struct queue_status, busy) },
	{ JSON_AT("longestMs", INT, struct queue_status, longest_ms) },
	{ JSON_AT("waiting", INT, struct queue_status, waiting),
	    .nullable = true, JSON_PRESENCE(struct queue_status, has_waiting) },
	JSON_END
};

static const struct json_field restarts_fields[] = {
	{ JSON_AT("crashed", INT, struct restarts_status, crashed) },
	{ JSON_AT("killed", INT, struct restarts_status, killed) },
	{ JSON_AT("stuck", INT, struct restarts_status, stuck) },
	{ JSON_AT("outgrown", INT, struct restarts_status, outgrown) },
	{ JSON_AT("unready", INT, struct restarts_status, unready) },
	JSON_END
};

static const struct json_field work_fields[] = {
	{ JSON_AT("requests", INT, struct work_status, requests) },
	{ JSON_AT("replays", INT, struct work_status, replays) },
	{ JSON_AT("failures", INT, struct work_status, failures) },
	{ JSON_AT("retries", INT, struct work_status, retries) },
	{ JSON_AT("retriesInHand", INT, struct work_status, in_hand) },
	{ JSON_AT("restarts", OBJECT, struct work_status, restarts),
	    .fields = restarts_fields },
	JSON_END
};

static const struct json_field cache_fields[] = {
	{ JSON_AT("state", STR, struct cache_status, state) }, JSON_END
};

static const struct json_field database_fields[] = {
	{ JSON_AT("state", STR, struct database_status, state) },
	{ JSON_AT("at", STR, struct database_status, at), .nullable = true },
	{ JSON_AT("server", STR, struct database_status, server),
	    .nullable = true },
	{ JSON_AT("readOnly", BOOL, struct database_status, read_only),
	    .nullable = true,
	    JSON_PRESENCE(struct database_status, has_read_only) },
	{ JSON_AT("schema", STR, struct database_status, schema),
	    .nullable = true },
	{ JSON_AT("why", STR, struct database_status, why), .nullable = true },
	JSON_END
};

static const struct json_field audit_fields[] = {
	{ JSON_AT("ageSeconds", INT, struct audit_status, age_s),
	    .nullable = true, JSON_PRESENCE(struct audit_status, has_age) },
	{ JSON_AT("at", STR, struct audit_status, at), .nullable = true },
	{ JSON_AT("file", STR, struct audit_status, file) },
	{ JSON_AT("why", STR, struct audit_status, why), .nullable = true },
	JSON_END
};

static const struct json_field status_fields[] = {
	{ JSON_AT("id", STR, struct status, id), .nullable = true },
	{ JSON_AT("version", STR, struct status, version) },
	{ JSON_AT("pool", OBJECT, struct status, pool), .fields = pool_fields },
	{ JSON_LIST_AT("queues", struct status, queue, queues, queue_fields,
	    struct queue_status) },
	{ JSON_LIST_AT("databases", struct status, place, places,
	    status_place_fields, struct place_status) },
	{ JSON_LIST_AT("replicas", struct status, replica, replicas,
	    status_replica_fields, struct replica_status) },
	{ JSON_AT("breaker", OBJECT, struct status, breaker), .nullable = true,
	    JSON_PRESENCE(struct status, has_breaker),
	    .fields = status_breaker_fields },
	{ JSON_AT("work", OBJECT, struct status, work), .nullable = true,
	    JSON_PRESENCE(struct status, has_work), .fields = work_fields },
	{ JSON_AT("cache", OBJECT, struct status, cache),
	    .fields = cache_fields },
	{ JSON_AT("database", OBJECT, struct status, database),
	    .fields = database_fields },
	{ JSON_AT("audit", OBJECT, struct status, audit), .nullable = true,
	    JSON_PRESENCE(struct status, has_audit), .fields = audit_fields },
	{ JSON_LIST_AT("audits", struct status, noted, audits,
	    status_audit_fields, struct noted_audit) },
	JSON_END
};

/* The reason, kept; the first one is the command's. */
static const char *
fault(struct ctx *ctx, struct status *s, const char *text)
{
	const char *kept = arena_copy(ctx->arena, text, strlen(text));

	if (s->fault == NULL)
		s->fault = kept != NULL ? kept : "out of memory";
	return kept;
}

/* ---- The pool */

static void
look_at_seat(const struct seat *seat, struct queue_status *q, int64_t now_us)
{
	int64_t busy = seat->busy_since_us, connected = seat->connected_us;
	int64_t ms = busy != 0 && busy < now_us ? (now_us - busy) / 1000 : 0;

	q->workers++;
	q->connected += connected != 0 && now_us - connected < BOARD_SILENT_US;
	q->busy += busy != 0;
	if (ms > q->longest_ms)
		q->longest_ms = ms;
}

static void
look_at_queues(struct ctx *ctx, struct status *s, const struct board *b)
{
	const char *const listen[QUEUES] = { [QUEUE_MAIN] = ctx->conf->listen,
	    [QUEUE_READ] = ctx->conf->listen_read };
	int64_t now_us = num_monotonic_us();

	s->queue = arena_alloc(ctx->arena, QUEUES * sizeof *s->queue);
	if (s->queue == NULL)
		return;
	s->queue[QUEUE_MAIN].name = "main";
	s->queue[QUEUE_READ].name = "read";
	s->queues = listen[QUEUE_READ][0] != '\0' ? QUEUES : QUEUE_MAIN + 1;
	for (size_t i = 0; i < BOARD_SEATS; i++) {
		const struct seat *seat = &b->seat[i];
		int64_t queue = seat->queue;

		if (seat->looked_us != 0 && queue >= 0 &&
		    queue < (int64_t)s->queues)
			look_at_seat(seat, &s->queue[queue], now_us);
	}
	for (size_t i = 0; i < s->queues; i++) {
		struct queue_status *q = &s->queue[i];

		q->waiting = look_waiting(listen[i]);
		q->has_waiting = q->waiting >= 0 ? JSON_GIVEN : JSON_IS_NULL;
	}
}

static void
look_at_work(struct ctx *ctx, struct status *s, const struct board *b)
{
	struct counted c;

	if (!counted_read(b, &c)) {
		s->pool.why = fault(ctx, s, "shopd is of another version than "
		    "this program: restart it");
		return;
	}
	s->has_work = JSON_GIVEN;
	s->work = (struct work_status){ .requests = c.requests,
	    .replays = c.replays, .failures = c.failures,
	    .retries = c.retries, .in_hand = c.in_hand,
	    .restarts = { .crashed = c.restarts[REASON_CRASHED],
	    .killed = c.restarts[REASON_KILLED],
	    .stuck = c.restarts[REASON_STUCK],
	    .outgrown = c.restarts[REASON_OUTGROWN],
	    .unready = c.restarts[REASON_UNREADY] } };
}

static void
look_at_pool(struct ctx *ctx, struct status *s)
{
	char path[ROLL_STATE_PATH_BYTES], why[WHY_BYTES];
	struct pool_status *p = &s->pool;
	const struct board *board;
	struct roll_state roll;

	p->state = "unknown";
	p->has_up = JSON_IS_NULL;
	if (!roll_find_shopd(ctx->conf, &p->pid, why)) {
		p->pid = 0;
		p->why = fault(ctx, s, why);
		return;
	}
	p->state = "running";
	p->up_s = look_up_s(p->pid);
	p->has_up = p->up_s >= 0 ? JSON_GIVEN : JSON_IS_NULL;
	roll_state_path(path, ctx->conf);
	if (roll_state_read(path, &roll) && roll.pid == p->pid) {
		p->roll = roll.roll;
		p->oldest_roll = roll.oldest;
		if (roll.failed)
			p->why = fault(ctx, s, roll.why);
	}
	if ((board = look_board(p->pid, why)) == NULL) {
		p->why = fault(ctx, s, why);
		return;
	}
	look_at_queues(ctx, s, board);
	s->has_breaker = JSON_GIVEN;
	status_places(ctx, board, &s->place, &s->places, &s->breaker);
	status_replicas(ctx, board, &s->replica, &s->replicas);
	look_at_work(ctx, s, board);
	look_done(board);
	if (s->queue != NULL && s->queue[QUEUE_MAIN].workers == 0)
		p->why = fault(ctx, s, "no worker is ready");
}

/* ---- What it stands on */

static void
look_at_cache(struct ctx *ctx, struct status *s)
{
	char why[WHY_BYTES];
	struct cache *cache = cache_new(ctx->conf, why);

	s->cache.state = cache != NULL ? cache_state(cache) : "away";
	cache_free(cache);
}

/* False: it does not answer, and why says so. */
static bool
ask_server_itself(struct ctx *ctx, struct database_status *d, char *why)
{
	struct db_result r;

	ctx->db = db_new(ctx->conf, DB_WORKER, sql_table, SQL_COUNT, why);
	if (ctx->db != NULL)
		db_patient(ctx->db, true);
	if (ctx->db == NULL || script_run(ctx, "SELECT VERSION(), "
	    "CAST(@@global.read_only AS CHAR) IN ('0', 'OFF')", &r, why)
	    != E_OK)
		return false;
	d->at = db_where(ctx->db)->name;
	d->server = db_at(&r, 0, 0)->s;
	d->has_read_only = JSON_GIVEN;
	d->read_only = strcmp(db_at(&r, 0, 1)->s, "1") != 0;
	return true;
}

/* A server that does not answer once is not asked again. */
static void
look_at_database(struct ctx *ctx, struct status *s)
{
	struct database_status *d = &s->database;
	char why[WHY_BYTES];
	const char *what;
	bool newer;

	d->state = "unfit";
	d->has_read_only = JSON_IS_NULL;
	if (!ask_server_itself(ctx, d, why)) {
		d->state = "away";
		d->why = fault(ctx, s, why);
		return;
	}
	/* To find one may take longer than a request may. */
	ctx->start_us = num_monotonic_us();
	if (health_version(ctx, &d->schema) != E_OK)
		d->schema = NULL;
	s->id = identity_get(ctx);
	if (health_check(ctx, &newer, &what) == E_OK)
		d->state = "ok";
	else
		d->why = fault(ctx, s, what);
}

static void
look_at_audit(struct ctx *ctx, struct status *s, const char *file)
{
	struct audit_status *a = &s->audit;
	char *at = arena_alloc(ctx->arena, NUM_TIME_BYTES);
	struct stat is = { .st_size = 0 };
	bool there = stat(file, &is) == 0;

	s->has_audit = JSON_GIVEN;
	a->file = file;
	a->has_age = JSON_IS_NULL;
	if (is.st_size == 0) {
		char why[WHY_BYTES];

		why_say(why, "%.400s: %s", file, there ? "no audit was good "
		    "yet" : strerror(errno));
		a->why = fault(ctx, s, why);
		return;
	}
	a->has_age = JSON_GIVEN;
	a->age_s = (int64_t)(time(NULL) - is.st_mtime);
	if (at != NULL && num_utc(is.st_mtime, at))
		a->at = at;
}

static int
run_status(struct ctx *ctx, const void *options)
{
	const struct status_options *o = options;
	struct status s = { .version = PACKAGE_VERSION,
	    .has_breaker = JSON_IS_NULL, .has_work = JSON_IS_NULL,
	    .has_audit = JSON_ABSENT };
	const char *amiss;

	look_at_pool(ctx, &s);
	look_at_cache(ctx, &s);
	look_at_database(ctx, &s);
	status_audits(ctx, &s.noted, &s.audits, &amiss);
	if (amiss != NULL)
		(void)fault(ctx, &s, amiss);
	if (o->mark != NULL)
		look_at_audit(ctx, &s, o->mark);
	if (show_one(ctx->arena, status_fields, &s, o->json) != E_OK)
		return command_failed("status", "out of memory");
	return s.fault == NULL ? EXIT_DONE : command_failed("status", s.fault);
}

const struct command cmd_status = {
	.noun = "status", .usage = "[--mark FILE] [--json]",
	.help = "show how pool, cache and database\n"
	    "are, and how old the audit's mark is",
	.run = run_status, .opens_db = true,
	.options = status_options, .size = sizeof(struct status_options),
};
