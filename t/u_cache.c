/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "io/cache.h"

#include <CUnit/CUnit.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/conf.h"
#include "unit.h"

static struct conf conf;
static char why[WHY_BYTES];

static struct cache *
cache_at(const char *where)
{
	conf.cache_timeout_ms = 100;
	snprintf(conf.memcached, sizeof conf.memcached, "%s", where);
	return cache_new(&conf, why);
}

static void
test_where(void)
{
	static const char *const good[] = { "/run/memcached.sock",
	    "127.0.0.1:11211", "localhost:1", "cache.example:65535" };
	static const char *const bad[] = { "memcached", "run/sock", ":11211",
	    "localhost:", "localhost:0", "localhost:65536", "localhost:+1",
	    "localhost:x", "localhost:11211 " };

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		struct cache *cache = cache_at(good[i]);

		CHECK_ROW(good[i], cache != NULL);
		cache_free(cache);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		CHECK_ROW(bad[i], cache_at(bad[i]) == NULL);
		CHECK_ROW(bad[i], strstr(why, "HOST:PORT") != NULL);
		CHECK_ROW(bad[i], strstr(why, bad[i]) != NULL);
	}
}

static void
test_none(void)
{
	struct cache *cache = cache_at("");
	struct arena *a = arena_new(4096);
	const char *value;
	size_t len;

	CU_ASSERT_PTR_NOT_NULL_FATAL(cache);
	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	CU_ASSERT_STRING_EQUAL(cache_state(cache), "off");
	CU_ASSERT(!cache_get(cache, a, "k", &value, &len));
	CU_ASSERT(!cache_set(cache, "k", "v", 1, 1));
	CU_ASSERT(!cache_add(cache, "k", "v", 1, 1));
	arena_free(a);
	cache_free(cache);
	cache_free(NULL);
}

/* After three failures nobody is asked for a while. */
static void
test_away(void)
{
	char path[UNIT_PATH_BYTES];
	struct cache *cache;

	unit_path(path, "no.sock");
	CU_ASSERT_PTR_NOT_NULL_FATAL(cache = cache_at(path));
	for (int i = 0; i < 4; i++)
		CU_ASSERT(!cache_set(cache, "k", "v", 1, 1));
	CU_ASSERT_STRING_EQUAL(cache_state(cache), "away");
	cache_free(cache);
}

/* A memcached with one key, for one connection; its port, its pid. */
static int
serve(pid_t *pid)
{
	static const char has[] = "VALUE k 0 5\r\nhello\r\nEND\r\n";
	static const char none[] = "END\r\n";
	struct sockaddr_in at = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr *addr = (struct sockaddr *)(void *)&at;
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char request[256];

	if (fd < 0 || bind(fd, addr, len) != 0 || listen(fd, 1) != 0 ||
	    getsockname(fd, addr, &len) != 0 || (*pid = fork()) < 0)
		return -1;
	if (*pid == 0) {
		int conn = accept(fd, NULL, NULL);
		ssize_t n;

		while ((n = read(conn, request, sizeof request - 1)) > 0) {
			request[n] = '\0';
			if ((strncmp(request, "get k", 5) == 0
			    ? write(conn, has, sizeof has - 1)
			    : write(conn, none, sizeof none - 1)) < 0)
				break;
		}
		_exit(0);
	}
	close(fd);
	return ntohs(at.sin_port);
}

static void
test_host(void)
{
	struct arena *a = arena_new(4096);
	const char *value = "";
	struct cache *cache;
	char where[32];
	size_t len = 0;
	pid_t pid = -1;
	int port = serve(&pid);

	CU_ASSERT_FATAL(port > 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	snprintf(where, sizeof where, "127.0.0.1:%d", port);
	CU_ASSERT_PTR_NOT_NULL_FATAL(cache = cache_at(where));
	CU_ASSERT(cache_get(cache, a, "k", &value, &len));
	CU_ASSERT_EQUAL(len, 5);
	CU_ASSERT_STRING_EQUAL(value, "hello");
	CU_ASSERT(!cache_get(cache, a, "other", &value, &len));
	CU_ASSERT_STRING_EQUAL(cache_state(cache), "ok");
	/* It would be a second command. */
	CU_ASSERT(!cache_get(cache, a, "k\r\nflush_all", &value, &len));
	cache_free(cache);
	arena_free(a);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

void
suite_cache(void)
{
	CU_pSuite s = CU_add_suite("cache", NULL, NULL);

	CU_ADD_TEST(s, test_where);
	CU_ADD_TEST(s, test_none);
	CU_ADD_TEST(s, test_away);
	CU_ADD_TEST(s, test_host);
}
