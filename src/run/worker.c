/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "run/worker.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
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
#include "run/request.h"
#include "shop/sql.h"

static const int stops[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1 };

static volatile sig_atomic_t stopping;

static void
on_stop(int signo)
{
	(void)signo;
	stopping = 1;
}

/*
 * Signals reach us in fcgi_wait() alone, which *waiting is the mask for:
 * libfcgi would take one in the middle of a body for the body's end.  To be
 * called before libfcgi can put in a handler of its own.
 */
static void
block_signals(sigset_t *waiting)
{
	struct sigaction stop = { .sa_handler = on_stop };
	sigset_t blocked;

	sigemptyset(&blocked);
	for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++) {
		sigaddset(&blocked, stops[i]);
		sigaction(stops[i], &stop, NULL);
	}
	sigprocmask(SIG_BLOCK, &blocked, waiting);
	for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++)
		sigdelset(waiting, stops[i]);
	signal(SIGPIPE, SIG_IGN);
}

/* A wait that finds a request takes no signal: under load it waits for us. */
static bool
told_to_stop(void)
{
	sigset_t pending;

	if (stopping || sigpending(&pending) != 0)
		return stopping != 0;
	for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++)
		if (sigismember(&pending, stops[i]) == 1)
			return true;
	return false;
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

/* Memory is looked at now and then: it costs more than a read's parsing. */
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
log_start(const struct conf *conf)
{
	struct log_line l;

	log_begin(&l, LOG_INFO, "start");
	log_str(&l, "settings", conf_source(conf));
	log_end(&l);
}

static void
serve(struct ctx *ctx, struct fcgi *f, const struct board *board,
    struct seat *seat, const sigset_t *waiting)
{
	struct aside aside = { .db = ctx->db, .board = board, .seat = seat };
	int64_t served = 0;

	tell_ready();
	while (!told_to_stop()) {
		log_catch_up();
		if (aside_look(&aside, f)) {
			(void)fcgi_rest(ASIDE_MS, waiting);
			continue;
		}
		if (!fcgi_wait(f, waiting))
			continue;
		seat->busy_since_us = num_monotonic_us();
		if (fcgi_accept(f)) {
			request_serve(ctx, f);
			served++;
		}
		seat->busy_since_us = 0;
		if (served > 0 && outgrown(ctx->conf, served))
			break;
	}
}

int
worker_run(const struct conf *conf, int listen_fd)
{
	char why[CONF_WHY_BYTES] = "out of memory";
	struct seat alone = { 0 }, *seat;
	struct board *board = board_join(&seat);
	struct jwt_keys *keys = NULL;
	struct ctx ctx = { .conf = conf };
	struct fcgi *f = NULL;
	int status = EXIT_FAILED;
	sigset_t waiting;

	block_signals(&waiting);
	if (jwt_keys_load(conf, &keys, why) != E_OK ||
	    (ctx.db = db_new(conf, DB_WORKER, sql_table, SQL_COUNT, why))
	    == NULL || (ctx.cache = cache_new(conf, why)) == NULL ||
	    (ctx.arena = arena_new(ARENA_BYTES_MAX)) == NULL) {
		log_msg(LOG_ERROR, "start", "%s", why);
		goto out;
	}
	snapshot_drop();
	log_start(conf);
	ctx.keys = keys;
	if (board != NULL)
		db_share_breaker(ctx.db, &board->db);
	if ((f = fcgi_new(listen_fd)) == NULL)
		goto out;
	serve(&ctx, f, board, seat != NULL ? seat : &alone, &waiting);
	status = EXIT_DONE;
out:
	fcgi_free(f);
	arena_free(ctx.arena);
	cache_free(ctx.cache);
	db_free(ctx.db);
	jwt_keys_free(keys);
	return status;
}
