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
 * A new one, non-blocking; a unix socket has mode 0660.  One that another
 * live process answers on is refused, a dead one's is replaced, even while
 * the dead one's workers still finish their last requests.  On
 * E_CONFIG why[WHY_BYTES] says why.
 */
enum err listen_at(const char *text, int64_t backlog, int *fd, char *why)
    MUST_CHECK;

/*
 * Which process made the unix socket that is answered on there: its id, or one
 * of these.  Of a port it can't be known.
 */
enum { LISTEN_NOBODY = -1, LISTEN_UNKNOWN = 0 };
pid_t listen_owner(const char *text);

/* The path of a unix socket; NULL for a port. */
const char *listen_path(const char *text);

#endif
