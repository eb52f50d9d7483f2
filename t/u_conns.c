/* SPDX-License-Identifier: MIT */
/* Connections: taken in turn, kept, and closed where others want the room. */
#include "config.h"

#include "unit.h"

#include <CUnit/CUnit.h>
#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/limits.h"
#include "io/conns.h"

#define MANY (CONNS_KEPT_MAX + 1)

static int listener, told[2];
static struct conns *conns;

/* An abstract socket of the kernel's own choice. */
static void
begin(size_t keep)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CU_ASSERT_FATAL(listener >= 0);
	CU_ASSERT_FATAL(bind(listener, (struct sockaddr *)(void *)&a,
	    sizeof a.sun_family) == 0);
	CU_ASSERT_FATAL(listen(listener, 64) == 0);
	CU_ASSERT_FATAL(pipe(told) == 0);
	conns = conns_new(listener, keep, told[0]);
	CU_ASSERT_PTR_NOT_NULL_FATAL(conns);
}

static void
end(void)
{
	conns_free(conns);
	close(listener);
	close(told[0]);
	close(told[1]);
}

/* A web server's end of a new connection. */
static int
dial(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un a;
	socklen_t len = sizeof a;

	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_FATAL(getsockname(listener, (struct sockaddr *)(void *)&a,
	    &len) == 0);
	CU_ASSERT_FATAL(connect(fd, (struct sockaddr *)(void *)&a, len) == 0);
	return fd;
}

static void
ask(int fd, char what)
{
	CU_ASSERT_EQUAL(send(fd, &what, 1, MSG_NOSIGNAL), 1);
}

/* What the next request is: its byte; 0 for a connection that was closed. */
static char
serve(bool keep)
{
	char c = 0;
	int fd = -1;

	/* A wait may end for nothing. */
	while (fd < 0 && conns_wait(conns))
		fd = conns_take(conns);
	if (fd < 0 || read(fd, &c, 1) < 0)
		c = 0;
	if (keep && c != 0) {
		conns_keep(conns);
	} else {
		close(fd);
		conns_gone(conns);
	}
	return c;
}

/* Did the worker close it?  Not before ms are over, where it did not. */
static bool
is_closed(int fd, int ms)
{
	struct pollfd p = { fd, POLLIN, 0 };
	char c;

	return poll(&p, 1, ms) == 1 &&
	    recv(fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) <= 0 && errno != EAGAIN;
}

static void
test_keeps(void)
{
	int a, b;

	begin(2);
	a = dial();
	ask(a, 'a');
	CU_ASSERT_EQUAL(serve(true), 'a');
	ask(a, 'b');
	CU_ASSERT_EQUAL(serve(true), 'b');
	/* Both have their turn. */
	b = dial();
	ask(a, 'c');
	ask(b, 'd');
	CU_ASSERT_EQUAL(serve(true) + serve(true), 'c' + 'd');
	ask(b, 'e');
	CU_ASSERT_EQUAL(serve(true), 'e');
	/* One that the other side closes leaves room, and nothing else. */
	close(a);
	CU_ASSERT_EQUAL(serve(true), 0);
	ask(b, 'f');
	CU_ASSERT_EQUAL(serve(false), 'f');
	CU_ASSERT(is_closed(b, 0));
	close(b);
	end();
}

static void
test_keeps_none(void)
{
	int a;

	begin(0);
	CU_ASSERT(!conns_keeps(conns));
	a = dial();
	ask(a, 'a');
	CU_ASSERT_EQUAL(serve(true), 'a');
	CU_ASSERT(is_closed(a, 0));
	close(a);
	end();
}

/* Nobody waits for a slot: one on which nothing waits makes room. */
static void
test_room(void)
{
	int fd[MANY];

	begin(CONNS_KEPT_MAX);
	for (int i = 0; i < MANY; i++) {
		fd[i] = dial();
		ask(fd[i], (char)('a' + i));
		CU_ASSERT_EQUAL(serve(true), 'a' + i);
	}
	CU_ASSERT(is_closed(fd[0], 0));
	for (int i = 1; i < MANY; i++)
		ask(fd[i], 'x');
	/* All others have a request, and keep their room. */
	close(fd[0]);
	fd[0] = dial();
	ask(fd[0], 'x');
	for (int i = 0; i < MANY; i++)
		CU_ASSERT_EQUAL(serve(true), 'x');
	for (int i = 0; i < MANY; i++)
		close(fd[i]);
	end();
}

/* Requests that came are still answered; nothing is kept or taken any more. */
static void
test_part(void)
{
	int a, b, late;

	begin(4);
	a = dial();
	b = dial();
	ask(a, 'a');
	ask(b, 'b');
	CU_ASSERT_EQUAL(serve(true) + serve(true), 'a' + 'b');
	ask(a, 'c');
	late = dial();
	ask(late, 'd');
	CU_ASSERT(conns_part(conns));
	CU_ASSERT(is_closed(b, 0));
	CU_ASSERT_FALSE(is_closed(a, 0));
	CU_ASSERT_EQUAL(serve(true), 'c');
	CU_ASSERT(is_closed(a, 0));
	CU_ASSERT_FALSE(conns_part(conns));
	CU_ASSERT_FALSE(is_closed(late, 0));
	close(a);
	close(b);
	close(late);
	end();
}

static void
test_shed(void)
{
	int a;

	begin(4);
	a = dial();
	ask(a, 'a');
	CU_ASSERT_EQUAL(serve(true), 'a');
	ask(a, 'b');
	conns_shed(conns);
	CU_ASSERT(is_closed(a, 0));
	close(a);
	a = dial();
	ask(a, 'c');
	CU_ASSERT_EQUAL(serve(true), 'c');
	close(a);
	end();
}

static void
test_told(void)
{
	int watched[2], a;

	begin(1);
	CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, watched) == 0);
	conns_watch(conns, watched[0]);
	close(watched[1]);
	CU_ASSERT_FALSE(conns_wait(conns));
	CU_ASSERT(conns_lost(conns));
	CU_ASSERT_FALSE(conns_lost(conns));
	close(watched[0]);
	CU_ASSERT_FALSE(conns_told(conns));
	CU_ASSERT(conns_rest(conns, 0));
	/* Also while there is a request. */
	a = dial();
	ask(a, 'a');
	CU_ASSERT_EQUAL(write(told[1], "", 1), 1);
	CU_ASSERT_FALSE(conns_wait(conns));
	CU_ASSERT(conns_told(conns));
	CU_ASSERT_FALSE(conns_rest(conns, 60000));
	close(a);
	end();
}

static bool
says(const void *idle)
{
	return atomic_load((const atomic_bool *)idle);
}

/*
 * A request that takes its time: the other connections are closed once another
 * worker is idle, and not before; its own is not.
 */
static void
test_held(void)
{
	atomic_bool idle = false;
	int a, b, c, fd;
	char byte;

	begin(4);
	conns_others(conns, says, &idle);
	a = dial();
	b = dial();
	c = dial();
	ask(a, 'a');
	CU_ASSERT_EQUAL(serve(true), 'a');
	ask(b, 'b');
	CU_ASSERT_EQUAL(serve(true), 'b');
	ask(c, 'c');
	CU_ASSERT_FATAL(conns_wait(conns));
	CU_ASSERT_FATAL((fd = conns_take(conns)) >= 0);
	CU_ASSERT_EQUAL(read(fd, &byte, 1), 1);
	ask(b, 'd');
	CU_ASSERT_FALSE(is_closed(a, 5 * CONNS_HELD_MS));
	CU_ASSERT_FALSE(is_closed(b, 0));
	idle = true;
	CU_ASSERT(is_closed(a, 10000));
	CU_ASSERT(is_closed(b, 10000));
	CU_ASSERT_FALSE(is_closed(c, 0));
	conns_keep(conns);
	/* That of b is gone with it. */
	ask(c, 'e');
	CU_ASSERT_EQUAL(serve(true), 'e');
	CU_ASSERT_EQUAL(recv(c, &byte, 1, MSG_DONTWAIT), -1);
	close(a);
	close(b);
	close(c);
	end();
}

/* After a rest of any length the thread is there again. */
static void
test_held_later(void)
{
	atomic_bool idle = true;
	int a, b;

	begin(2);
	conns_others(conns, says, &idle);
	a = dial();
	ask(a, 'a');
	CU_ASSERT_EQUAL(serve(true), 'a');
	CU_ASSERT_FALSE(is_closed(a, 1500));
	b = dial();
	ask(b, 'b');
	CU_ASSERT_FATAL(conns_wait(conns));
	CU_ASSERT_FATAL(conns_take(conns) >= 0);
	CU_ASSERT(is_closed(a, 10000));
	conns_keep(conns);
	close(a);
	close(b);
	end();
}

void
suite_conns(void)
{
	CU_pSuite s = CU_add_suite("conns", NULL, NULL);

	CU_ADD_TEST(s, test_keeps);
	CU_ADD_TEST(s, test_keeps_none);
	CU_ADD_TEST(s, test_room);
	CU_ADD_TEST(s, test_part);
	CU_ADD_TEST(s, test_shed);
	CU_ADD_TEST(s, test_told);
	CU_ADD_TEST(s, test_held);
	CU_ADD_TEST(s, test_held_later);
}
