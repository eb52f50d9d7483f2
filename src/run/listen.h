/* SPDX-License-Identifier: MIT */
/*
 * The listening socket that workers share, by the text of a setting:
 * unix:PATH, HOST:PORT or [IPV6]:PORT.
 */
#ifndef SHOP_LISTEN_H
#define SHOP_LISTEN_H

#include <stdint.h>
#include <sys/types.h>

#include "base/conf.h"
#include "base/err.h"

/*
 * Makes a new one, non-blocking; a unix socket has mode 0660.  Refuses a path
 * on which another live process answers.  Replaces the socket of a dead
 * process, even while workers of that process finish their last requests.
 * E_CONFIG: the text is none of those; E_UNAVAILABLE: it can't be had now.
 */
enum err listen_at(const char *text, int64_t backlog, int *fd, char *why)
    MUST_CHECK;

/*
 * The id of the process that listens on the unix socket, or one of these.  For
 * a port it is always LISTEN_UNKNOWN.
 */
enum { LISTEN_NOBODY = -1, LISTEN_UNKNOWN = 0 };
pid_t listen_owner(const char *text);

/* The path of a unix socket; NULL for a port. */
const char *listen_path(const char *text);

#endif
