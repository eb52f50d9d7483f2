/* SPDX-License-Identifier: MIT */
/*
 * The listening socket that workers share.
 */
#ifndef SHOP_LISTEN_H
#define SHOP_LISTEN_H

#include <sys/types.h>

#include "base/conf.h"
#include "base/err.h"

/*
 * The listening socket of the setting listen, non-blocking; a unix socket
 * has mode 0660.  One that another live process answers on is refused, a
 * dead one's is replaced, even while the dead one's workers still finish
 * their last requests.  On E_INVALID_PARAMETER why[CONF_WHY_BYTES] says
 * why.  Also for a worker that nobody hands a socket.
 */
enum err pool_listen(const struct conf *, int *fd, char *why) MUST_CHECK;

/*
 * Which process made the unix socket that is answered on there: its id, or one
 * of these.  Of a port it can't be known.
 */
enum { LISTEN_NOBODY = -1, LISTEN_UNKNOWN = 0 };
pid_t listen_owner(const struct conf *);

/* The path of a unix socket; NULL when the setting is HOST:PORT. */
const char *listen_path(const struct conf *);

#endif
