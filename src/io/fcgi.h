/* SPDX-License-Identifier: MIT */
/*
 * FastCGI, over libfcgi: one request at a time, from the connections of
 * io/conns.
 *
 * libfcgi neither waits with a deadline nor survives a signal in the middle
 * of a body: a worker's signals stay blocked, and are told by a descriptor.
 * A web server that stops in the middle of a request, or of reading the
 * answer, is given up after 5 s.
 */
#ifndef SHOP_FCGI_H
#define SHOP_FCGI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "io/conns.h"

struct fcgi;

/* As conns_new(). */
struct fcgi *fcgi_new(int listen_fd, size_t keep, int told_fd) MUST_CHECK;
void fcgi_free(struct fcgi *);

/* Where requests come from, to be waited for and ended there. */
struct conns *fcgi_conns(struct fcgi *);

/* Take a request; false when there is none after all. */
bool fcgi_accept(struct fcgi *);

/* A parameter of it, until fcgi_finish(); NULL when it was not sent. */
const char *fcgi_param(const struct fcgi *, const char *name);

/*
 * The nth of that name, from 0, for one that may be there several times; NULL
 * when there are no more.
 */
const char *fcgi_param_nth(const struct fcgi *, const char *name, size_t n);

/*
 * Reads exactly len bytes of body; false when fewer or more came.  Call it for
 * a body of 0 bytes, too: a request that was read to its end is closed sooner.
 */
bool fcgi_body(struct fcgi *, char *to, size_t len);

/*
 * Reads a body of unknown length, after fcgi_body() for 0 bytes was false: *len
 * bytes, max at most; false when there are more.
 */
bool fcgi_body_all(struct fcgi *, char *to, size_t max, size_t *len);

/*
 * Send and end the request; false when the other side is gone.  Where the web
 * server asked for it the connection is kept, as far as io/conns keeps any.
 */
bool fcgi_finish(struct fcgi *, const char *head, size_t head_len,
    const char *body, size_t body_len);

#endif
