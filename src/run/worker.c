/* SPDX-License-Identifier: MIT */
/* What a worker has for its life, and the loop in which it serves. */
#include "config.h"

#include "run/worker.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/num.h"
#include "base/prog.h"
#include "base/snapshot.h"
#include "io/cache.h"
#include "io/db.h"
#include "io/fcgi.h"
#include "io/jwt.h"
#include "run/aside.h"
#include "run/board.h"
#include "run/metrics.h"
#include "run/request.h"
#include "shop/replica.h"
#include "shop/sql.h"

static const int stops[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1 };

/*
 * Signals come by a descriptor, and interrupt nothing: libfcgi would take one
 * in the middle of a body for the body's end.  To be called before libfcgi
 * can put in a handler of its own.  -1: see errno.
 */
static int
take_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++) {
		sigaddset(&set, stops[i]);
		/* An ignored signal would not reach the descriptor. */
		signal(stops[i], SIG_DFL);
	}
	signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* One byte to the pool's pipe: requests are taken from now on. */
static void
tell_ready(void)
{
	const char *text = getenv("SHOP_READY_FD");
	int64_t fd;
	ssize_t n;

	if (text == NULL || !num_parse(text, strlen(text), 3, 65535, &fd))
		return;
	n = write((int)fd, "", 1);
	(void)n;
	close((int)fd);
	unsetenv("SHOP_READY_FD");
}

/* Kibibytes that are ours in memory; 0 when that can't be learnt. */
static int64_t
resident_kib(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	long long total, resident = 0;

	if (f == NULL || fscanf(f, "%lld %lld", &total, &resident) != 2)
		resident = 0;
	if (f != NULL)
		fclose(f);
	return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Look at memory once in 256 requests: it costs more than a read's parsing. */
static bool
outgrown(const struct conf *c, int64_t served)
{
	const char *why = served >= c->worker_requests_max ? "requests"
	    : served % 256 == 0 && resident_kib() > c->worker_memory_max_kib
	    ? "memory" : NULL;

	if (why != NULL)
		log_msg(LOG_INFO, "worker-outgrown", "%s", why);
	return why != NULL;
}

static void
log_worker_start(const struct conf *conf)
{
	struct log_line l;

	log_begin(&l, LOG_INFO, "start");
	log_str(&l, "settings", conf_source(conf));
	log_end(&l);
}

/*
 * Does shopd send it reads alone?  These may be sent twice, and are short, so
 * that it may keep several connections.
 */
static bool
is_of_reads(void)
{
	const char *pool = getenv(QUEUE_VARIABLE);
	bool yes = pool != NULL && strcmp(pool, QUEUE_OF_READS) == 0;

	unsetenv(QUEUE_VARIABLE);
	return yes;
}

/* The argument of the function that is given to conns_others(). */
struct others {
	const struct board *board;
	const struct seat *seat;
};

static bool
others_idle(const void *arg)
{
	const struct others *o = arg;

	return board_idle(o->board, o->seat, num_monotonic_us());
}

/* The argument of the functions in ctx->hashing. */
struct hashing {
	const struct board *board;
	struct seat *seat;
	size_t most;
};

static bool
hashing_begin(void *arg)
{
	const struct hashing *h = arg;

	return board_hash(h->board, h->seat, h->most, num_monotonic_us());
}

static void
hashing_end(void *arg)
{
	const struct hashing *h = arg;

	board_hashed(h->seat);
}

static void
share_hashing(struct ctx *ctx, struct hashing *h)
{
	ctx->hashing.begin = hashing_begin;
	ctx->hashing.end = hashing_end;
	ctx->hashing.arg = h;
}

/* Serves one request, if there is one; returns how many. */
static int
serve_one(struct ctx *ctx, struct fcgi *f, struct seat *seat)
{
	int served = 0;

	seat->busy_since_us = num_monotonic_us();
	if (fcgi_accept(f)) {
		request_serve(ctx, f);
		served = 1;
	}
	seat->busy_since_us = 0;
	return served;
}

/* Busy meanwhile, as when it connects. */
static void
look_at_replica(struct ctx *ctx, struct seat *seat)
{
	if (ctx->replica == NULL)
		return;
	seat->busy_since_us = num_monotonic_us();
	replica_look(ctx);
	seat->busy_since_us = 0;
	seat->reads_at = db_connected(ctx->replica)
	    ? (int32_t)db_place(ctx->replica) + 1 : 0;
}

static void
serve_requests(struct ctx *ctx, struct fcgi *f, struct board *board,
    struct seat *seat)
{
	const struct others others = { board, seat };
	struct aside aside = { .db = ctx->db, .board = board, .seat = seat };
	struct conns *conns = fcgi_conns(f);
	int64_t served = 0;

	conns_others(conns, others_idle, &others);
	tell_ready();
	while (!conns_told(conns)) {
		log_catch_up();
		look_at_replica(ctx, seat);
		if (aside_look(&aside, conns)) {
			conns_shed(conns);
			(void)conns_rest(conns, ASIDE_MS);
			continue;
		}
		if (!conns_wait(conns))
			continue;
		served += serve_one(ctx, f, seat);
		if (served > 0 && outgrown(ctx->conf, served))
			break;
	}
	while (conns_part(conns))
		(void)serve_one(ctx, f, seat);
	conns_others(conns, NULL, NULL);
}

static void
share_list(struct db *db, struct board_list all[BOARD_LISTS])
{
	struct db_list *l = board_list(all, places_digest(db_places(db)),
	    num_monotonic_us());

	if (l != NULL)
		db_share(db, l);
}

/* What is counted, known and told for all workers. */
static void
share_board(struct ctx *ctx, struct board *board, struct seat *seat)
{
	metrics_join(ctx, board, seat);
	cache_count(ctx->cache, ctx->count);
	if (board != NULL)
		share_list(ctx->db, board->db);
	if (board != NULL && ctx->replica != NULL)
		share_list(ctx->replica, board->replicas);
	if (seat != NULL)
		log_id_at(seat->request_id);
}

/* Workers begin with one replica each; false: why. */
static bool
open_databases(struct ctx *ctx, const struct board *board,
    const struct seat *seat, char *why)
{
	size_t nth = board != NULL ? (size_t)(seat - board->seat) : 0;

	ctx->db = db_new(ctx->conf, DB_WORKER, sql_table, SQL_COUNT, why);
	if (ctx->db != NULL && ctx->conf->db_read_host[0] != '\0')
		ctx->replica = replica_new(ctx->conf, nth, why);
	return ctx->db != NULL &&
	    (ctx->replica != NULL || ctx->conf->db_read_host[0] == '\0');
}

int
worker_run(const struct conf *conf, int listen_fd)
{
	char why[WHY_BYTES] = "out of memory";
	struct seat alone = { 0 }, *seat;
	struct board *board = board_join(&seat);
	struct jwt_keys *keys = NULL, *grant_keys = NULL;
	struct ctx ctx = { .conf = conf };
	struct hashing hashing = { board, seat != NULL ? seat : &alone,
	    conf->workers > 4 ? (size_t)conf->workers / 4 : 1 };
	struct fcgi *f = NULL;
	int status = EXIT_FAILED, told_fd = take_signals();

	if (told_fd < 0)
		why_say(why, "signalfd: %s", strerror(errno));
	if (told_fd < 0 || jwt_keys_load(conf, &keys, why) != E_OK ||
	    (conf->charge_by == CHARGE_BY_GRANT &&
	    jwt_grant_keys_load(conf, &grant_keys, why) != E_OK) ||
	    !open_databases(&ctx, board, seat, why) ||
	    (ctx.cache = cache_new(conf, why)) == NULL ||
	    (ctx.arena = arena_new(ARENA_BYTES_MAX)) == NULL) {
		log_msg(LOG_ERROR, "start", "%s", why);
		goto out;
	}
	snapshot_drop();
	log_worker_start(conf);
	ctx.keys = keys;
	ctx.grant_keys = grant_keys;
	share_hashing(&ctx, &hashing);
	share_board(&ctx, board, seat);
	if ((f = fcgi_new(listen_fd, is_of_reads()
	    ? CONNS_KEPT_MAX : 0, told_fd)) == NULL)
		goto out;
	serve_requests(&ctx, f, board, seat != NULL ? seat : &alone);
	status = EXIT_DONE;
out:
	fcgi_free(f);
	arena_free(ctx.arena);
	cache_free(ctx.cache);
	db_free(ctx.db);
	db_free(ctx.replica);
	jwt_keys_free(keys);
	jwt_keys_free(grant_keys);
	if (told_fd >= 0)
		close(told_fd);
	return status;
}
