/* SPDX-License-Identifier: MIT */
/*
 * A worker whose n-th call fails.  Linked into shop.fcgi by the linker's
 * --wrap as t/faulty.fcgi: the product knows nothing of it.
 *
 * Before each request the file $SHOP_FAULT_FILE is read, "KIND N"; the N-th
 * call of that kind made while the request is served fails.  After it "yes"
 * or "no" (no such call was made) is written to $SHOP_FAULT_FILE.fired.
 *
 *	lost	a call that talks to the database finds the connection cut
 *	silent	the same, but what it sent arrives: only the answer is lost
 *	cache	a call of libmemcached times out
 *	memory	malloc, calloc or realloc returns NULL; also in the libraries,
 *		but for builds with AddressSanitizer, where it is ours alone,
 *		and for libmemcached, which then aborts: a worker that dies
 *		is t/6010's matter
 *	client	a call of libmysqlclient that needs memory of its own fails
 */
#include "config.h"

#include <errno.h>
#include <libmemcached/memcached.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "io/mysql.h"
#include "web/http.h"
#include "web/serve.h"

enum kind { NONE, LOST, SILENT, CACHE, MEMORY, CLIENT };

static struct {
	enum kind kind;
	long left;	/* calls until it fails */
	bool fired;
	bool in_memcached;
} fault;

static bool
hit(enum kind kind)
{
	if (fault.kind != kind || fault.left <= 0 || --fault.left > 0)
		return false;
	fault.fired = true;
	return true;
}

static void
arm(const char *file)
{
	static const char *const names[] = { "none", "lost", "silent",
	    "cache", "memory", "client" };
	FILE *f = fopen(file, "re");
	char name[16] = "none";
	long n = 0;

	if (f != NULL && fscanf(f, "%15s %ld", name, &n) != 2)
		n = 0;
	if (f != NULL)
		fclose(f);
	fault.fired = false;
	fault.left = n;
	for (int k = NONE; k <= CLIENT; k++)
		if (strcmp(names[k], name) == 0)
			fault.kind = (enum kind)k;
}

static void
disarm(const char *file)
{
	char out[4096];
	FILE *f;

	fault.kind = NONE;
	snprintf(out, sizeof out, "%s.fired", file);
	if ((f = fopen(out, "we")) == NULL)
		return;
	fputs(fault.fired ? "yes\n" : "no\n", f);
	fclose(f);
}

void __real_serve_answer(struct ctx *, struct req *, struct resp *);
void __wrap_serve_answer(struct ctx *, struct req *, struct resp *);

void
__wrap_serve_answer(struct ctx *ctx, struct req *req, struct resp *resp)
{
	const char *file = getenv("SHOP_FAULT_FILE");

	if (file != NULL)
		arm(file);
	__real_serve_answer(ctx, req, resp);
	if (file != NULL)
		disarm(file);
}

/* Both ends see it: what the client reads next is the end. */
static void
cut(MYSQL *conn)
{
	int fd = mysql_fd(conn);

	if (hit(LOST))
		shutdown(fd, SHUT_RDWR);
	if (hit(SILENT))
		shutdown(fd, SHUT_RD);
}

#define WRAP(type, name, params) \
	type __real_##name params; \
	type __wrap_##name params; \
	type __wrap_##name params

WRAP(MYSQL *, mysql_real_connect, (MYSQL *m, const char *host,
    const char *user, const char *password, const char *db, unsigned int port,
    const char *socket, unsigned long flags))
{
	return __real_mysql_real_connect(m, host, user, password, db, port,
	    hit(LOST) || hit(SILENT) ? "/nowhere" : socket, flags);
}

WRAP(int, mysql_query, (MYSQL *m, const char *sql))
{
	cut(m);
	return __real_mysql_query(m, sql);
}

WRAP(my_bool, mysql_rollback, (MYSQL *m))
{
	cut(m);
	return __real_mysql_rollback(m);
}

WRAP(int, mysql_stmt_prepare, (MYSQL_STMT *s, const char *sql,
    unsigned long len))
{
	cut(s->mysql);
	return __real_mysql_stmt_prepare(s, sql, len);
}

WRAP(int, mysql_stmt_execute, (MYSQL_STMT *s))
{
	cut(s->mysql);
	return __real_mysql_stmt_execute(s);
}

WRAP(int, mysql_stmt_fetch, (MYSQL_STMT *s))
{
	cut(s->mysql);
	return hit(CLIENT) ? 1 : __real_mysql_stmt_fetch(s);
}

WRAP(int, mysql_stmt_next_result, (MYSQL_STMT *s))
{
	cut(s->mysql);
	return __real_mysql_stmt_next_result(s);
}

WRAP(MYSQL *, mysql_init, (MYSQL *m))
{
	return hit(CLIENT) ? NULL : __real_mysql_init(m);
}

WRAP(MYSQL_STMT *, mysql_stmt_init, (MYSQL *m))
{
	return hit(CLIENT) ? NULL : __real_mysql_stmt_init(m);
}

WRAP(MYSQL_RES *, mysql_stmt_result_metadata, (MYSQL_STMT *s))
{
	return hit(CLIENT) ? NULL : __real_mysql_stmt_result_metadata(s);
}

WRAP(my_bool, mysql_stmt_bind_param, (MYSQL_STMT *s, MYSQL_BIND *b))
{
	return hit(CLIENT) ? 1 : __real_mysql_stmt_bind_param(s, b);
}

WRAP(my_bool, mysql_stmt_bind_result, (MYSQL_STMT *s, MYSQL_BIND *b))
{
	return hit(CLIENT) ? 1 : __real_mysql_stmt_bind_result(s, b);
}

WRAP(char *, memcached_get, (memcached_st *m, const char *key, size_t len,
    size_t *value_len, uint32_t *flags, memcached_return_t *rc))
{
	char *value;

	if (!hit(CACHE)) {
		fault.in_memcached = true;
		value = __real_memcached_get(m, key, len, value_len, flags,
		    rc);
		fault.in_memcached = false;
		return value;
	}
	*value_len = 0;
	*rc = MEMCACHED_TIMEOUT;
	return NULL;
}

#define WRAP_STORE(name) \
	WRAP(memcached_return_t, name, (memcached_st *m, const char *key, \
	    size_t key_len, const char *value, size_t len, time_t ttl, \
	    uint32_t flags)) \
	{ \
		memcached_return_t rc = MEMCACHED_TIMEOUT; \
		fault.in_memcached = true; \
		if (!hit(CACHE)) \
			rc = __real_##name(m, key, key_len, value, len, ttl, \
			    flags); \
		fault.in_memcached = false; \
		return rc; \
	}

WRAP_STORE(memcached_set)
WRAP_STORE(memcached_add)

static bool
no_memory(void)
{
	if (fault.in_memcached || !hit(MEMORY))
		return false;
	errno = ENOMEM;
	return true;
}

#ifdef __SANITIZE_ADDRESS__
WRAP(void *, malloc, (size_t n))
{
	return no_memory() ? NULL : __real_malloc(n);
}

WRAP(void *, calloc, (size_t n, size_t size))
{
	return no_memory() ? NULL : __real_calloc(n, size);
}
#else
/* These stand before the C library's for every library in the process. */
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);

void *
malloc(size_t n)
{
	return no_memory() ? NULL : __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	return no_memory() ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	return no_memory() ? NULL : __libc_realloc(p, n);
}
#endif
