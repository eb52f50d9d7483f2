/* SPDX-License-Identifier: MIT */
/*
 * FastCGI, over libfcgi: one request at a time from a listening socket, a
 * connection each.
 *
 * libfcgi neither waits with a deadline nor survives a signal in the middle
 * of a body: signals stay blocked but in fcgi_wait() and fcgi_rest(), the
 * listener is non-blocking, and a worker that loses the race for a connection
 * waits again.  A web server that stops in the middle of a request, or of
 * reading the answer, is given up after 5 s.
 */
#ifndef SHOP_FCGI_H
#define SHOP_FCGI_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct fcgi;

/* On a listening socket, which becomes non-blocking.  NULL: see the log. */
struct fcgi *fcgi_new(int listen_fd) MUST_CHECK;
void fcgi_free(struct fcgi *);

/*
 * Until there may be a request, a second at most; false when a signal outside
 * mask came, or what is watched was closed.
 */
bool fcgi_wait(struct fcgi *, const sigset_t *mask);

/* So long, without taking requests; false when a signal came. */
bool fcgi_rest(int ms, const sigset_t *mask);

/*
 * Let fcgi_wait() see the other side close this descriptor; -1 is none.
 * Closing it ends that.
 */
void fcgi_watch(struct fcgi *, int fd);

/* Was it closed since the last call? */
bool fcgi_lost(struct fcgi *);

/*
 * Take a request; false when there is none after all.  Where descriptors or
 * memory are lacking the next fcgi_wait() is a pause.
 */
bool fcgi_accept(struct fcgi *);

/* A parameter of it, until fcgi_finish(); NULL when it was not sent. */
const char *fcgi_param(const struct fcgi *, const char *name);

/*
 * The nth of that name, from 0, for one that may be there several times; NULL
 * when there are no more.
 */
const char *fcgi_param_nth(const struct fcgi *, const char *name, size_t n);

/*
 * Exactly len bytes of body, which may be none; false when fewer or more came.
 * To be called even for no body: what was read to its end is closed sooner.
 */
bool fcgi_body(struct fcgi *, char *to, size_t len);

/*
 * A body whose length nobody told, behind a fcgi_body() of none that was
 * false: *len bytes, max at most; false when there are more.
 */
bool fcgi_body_all(struct fcgi *, char *to, size_t max, size_t *len);

/* Send and end the request; false when the other side is gone. */
bool fcgi_finish(struct fcgi *, const char *head, size_t head_len,
    const char *body, size_t body_len);

#endif
