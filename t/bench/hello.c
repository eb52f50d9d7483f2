/* SPDX-License-Identifier: MIT */
/*
 * hello.fcgi, the least that a worker can be: takes a request the way
 * io/fcgi.c does and says hello, in about the bytes of a product.  shopd
 * keeps it as it keeps shop.fcgi, so that the same nginx and the same pool
 * show what FastCGI alone can do.
 */
#include "config.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "base/prog.h"

static const char head[] =
    "Status: 200 OK\r\n"
    "Content-Type: application/json\r\n"
    "Cache-Control: no-store\r\n"
    "Content-Length: 200\r\n"
    "\r\n";
static const char body[] =
    "{\"hello\": \"world\", \"padding\": \""
    "........................................"
    "........................................"
    "........................................"
    "...............................................\"}";
_Static_assert(sizeof body - 1 == 200, "as Content-Length says");

/* One byte to the pool's pipe, which waits for it before it goes on. */
static void
tell_ready(void)
{
	const char *text = getenv("SHOP_READY_FD");
	int64_t fd;

	if (text == NULL || !num_parse(text, strlen(text), 3, 65535, &fd))
		return;
	if (write((int)fd, "", 1) != 1)
		perror("hello.fcgi: ready");
	close((int)fd);
}

int
main(void)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	int flags = fcntl(STDIN_FILENO, F_GETFL);
	FCGX_Request r;

	if (flags < 0 || fcntl(STDIN_FILENO, F_SETFL, flags | O_NONBLOCK) < 0 ||
	    FCGX_Init() != 0 ||
	    FCGX_InitRequest(&r, STDIN_FILENO, FCGI_FAIL_ACCEPT_ON_INTR) != 0) {
		fprintf(stderr, "hello.fcgi: %s\n", strerror(errno));
		return EXIT_FAILED;
	}
	tell_ready();
	/* A signal ends it: those that libfcgi takes do nothing else. */
	while (ppoll(&p, 1, NULL, NULL) >= 0) {
		if (FCGX_Accept_r(&r) != 0)
			continue;
		FCGX_PutStr(head, (int)sizeof head - 1, r.out);
		FCGX_PutStr(body, (int)sizeof body - 1, r.out);
		FCGX_Finish_r(&r);
	}
	return EXIT_DONE;
}
