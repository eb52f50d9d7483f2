/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "run/worker.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/num.h"
#include "base/prog.h"
#include "io/cache.h"
#include "io/db.h"
#include "io/fcgi.h"
#include "io/jwt.h"
#include "run/board.h"
#include "shop/sql.h"
#include "web/route.h"

#define QUEUED_MS_MAX (10 * 60 * 1000)

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

/* The body, whole, whatever becomes of it: nginx wants to be rid of it. */
static void
read_body(struct fcgi *f, struct arena *a, struct req *req)
{
	const char *length = fcgi_param(f, "CONTENT_LENGTH");
	int64_t len = 0;
	char *body;

	if (length == NULL || length[0] == '\0')
		return;
	if (!num_parse(length, strlen(length), 0, INT64_MAX, &len)) {
		req->body_broken = true;
		return;
	}
	if (len > BODY_BYTES_MAX) {
		req->body_too_large = true;
		return;
	}
	if ((body = arena_alloc(a, (size_t)len + 1)) == NULL ||
	    !fcgi_body(f, body, (size_t)len)) {
		req->body_broken = true;
		return;
	}
	req->body = body;
	req->body_len = (size_t)len;
}

/*
 * A parameter that says something, in the arena: libfcgi's own are gone when
 * the log line is written.  nginx sends an empty one for a missing header.
 */
static const char *
param(const struct fcgi *f, struct arena *a, const char *name)
{
	const char *value = fcgi_param(f, name);

	return value == NULL || value[0] == '\0' ? NULL
	    : arena_copy(a, value, strlen(value));
}

/*
 * How long the request has waited for a worker, by nginx's clock ("SECONDS
 * .MILLISECONDS"); one that nginx has given up may still stand in the queue.
 * A wait of minutes is another machine's clock, and says nothing.
 */
static int64_t
queued_us(struct fcgi *f)
{
	const char *text = fcgi_param(f, "SHOP_QUEUED_AT");
	size_t whole = text != NULL ? strcspn(text, ".") : 0;
	int64_t s, ms, waited_ms;

	if (whole == 0 || strlen(text) != whole + 4 ||
	    !num_parse(text, whole, 0, INT32_MAX, &s) ||
	    sscanf(text + whole + 1, "%3" SCNd64, &ms) != 1)
		return 0;
	waited_ms = num_now_ms() - (s * 1000 + ms);
	return waited_ms > 0 && waited_ms <= QUEUED_MS_MAX
	    ? waited_ms * 1000 : 0;
}

static void
read_request(struct fcgi *f, struct arena *a, struct req *req)
{
	*req = (struct req){
		.method = param(f, a, "REQUEST_METHOD"),
		.target = param(f, a, "REQUEST_URI"),
		.authorization = param(f, a, "HTTP_AUTHORIZATION"),
		.content_type = param(f, a, "CONTENT_TYPE"),
		.idempotency_key = param(f, a, "HTTP_IDEMPOTENCY_KEY"),
		.made_key = param(f, a, "SHOP_MADE_KEY"),
		.request_id = param(f, a, "HTTP_X_REQUEST_ID"),
		.body = "",
	};
	read_body(f, a, req);
}

static bool
send_response(struct fcgi *f, const struct req *req, const struct resp *resp)
{
	char head[HEADER_BYTES_MAX + 128];
	bool head_only = req->method != NULL &&
	    strcmp(req->method, "HEAD") == 0;
	int len = snprintf(head, sizeof head,
	    "Status: %d %s\r\nContent-Length: %zu\r\n%s\r\n", resp->status,
	    http_reason(resp->status), resp->body_len, resp->headers.data);

	return fcgi_finish(f, head, (size_t)len, resp->body,
	    head_only ? 0 : resp->body_len);
}

static void
log_request(const struct ctx *ctx, const struct req *req,
    const struct resp *resp, int64_t waited_us, bool sent)
{
	const struct trace *t = &ctx->trace;
	struct log_line l;

	log_begin(&l, resp->status >= 500 ? LOG_WARN : LOG_INFO, "request");
	log_str(&l, "id", req->request_id != NULL ? req->request_id : "");
	log_str(&l, "method", req->method != NULL ? req->method : "");
	log_str(&l, "route", req->route != NULL ? req->route->pattern : "");
	log_int(&l, "status", resp->status);
	log_int(&l, "us", num_monotonic_us() - ctx->start_us - waited_us);
	if (waited_us >= 1000)
		log_int(&l, "queued_us", waited_us);
	if (t->user_id != 0)
		log_int(&l, "user", t->user_id);
	if (t->cache != NULL)
		log_str(&l, "cache", t->cache);
	if (t->attempts != 0)
		log_int(&l, "attempts", t->attempts);
	if (t->cause != NULL)
		log_str(&l, "cause", t->cause);
	if (!sent)
		log_str(&l, "sent", "no");
	log_end(&l);
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
serve_one(struct ctx *ctx, struct fcgi *f)
{
	struct resp resp;
	struct req req;
	int64_t waited_us = queued_us(f);
	bool sent;

	ctx->start_us = num_monotonic_us() - waited_us;
	memset(&ctx->trace, 0, sizeof ctx->trace);
	read_request(f, ctx->arena, &req);
	http_serve(ctx, &req, &resp);
	sent = send_response(f, &req, &resp);
	log_request(ctx, &req, &resp, waited_us, sent);
	arena_reset(ctx->arena);
}

static void
serve(struct ctx *ctx, struct fcgi *f, struct seat *seat,
    const sigset_t *waiting)
{
	int64_t served = 0;

	tell_ready();
	while (!told_to_stop()) {
		if (!fcgi_wait(f, waiting))
			continue;
		seat->busy_since_us = num_monotonic_us();
		if (fcgi_accept(f)) {
			serve_one(ctx, f);
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
	ctx.keys = keys;
	if (board != NULL)
		db_share_breaker(ctx.db, &board->db);
	if ((f = fcgi_new(listen_fd)) == NULL)
		goto out;
	serve(&ctx, f, seat != NULL ? seat : &alone, &waiting);
	status = EXIT_DONE;
out:
	fcgi_free(f);
	arena_free(ctx.arena);
	cache_free(ctx.cache);
	db_free(ctx.db);
	jwt_keys_free(keys);
	return status;
}
