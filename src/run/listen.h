/* SPDX-License-Identifier: MIT */
/*
 * The listening socket that workers share.
 */
#ifndef SHOP_LISTEN_H
#define SHOP_LISTEN_H

#include "base/conf.h"
#include "base/err.h"

/*
 * The listening socket of the setting listen, non-blocking; a unix socket
 * has mode 0660.  One that another live process answers on is refused, a
 * dead one's is replaced, even while the dead one's workers still finish
 * their last requests.  On E_INVALID_PARAMETER why[CONF_WHY_BYTES] says
 * why.  Also what a worker started with --listen uses.
 */
enum err pool_listen(const struct conf *, int *fd, char *why) MUST_CHECK;

/* The path of a unix socket; NULL when the setting is HOST:PORT. */
const char *listen_path(const struct conf *);

#endif
