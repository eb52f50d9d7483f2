/* SPDX-License-Identifier: MIT */
/*
 * Listening sockets that a service manager made and hands over, as
 * sd_listen_fds(3) has it: LISTEN_PID is this process, LISTEN_FDS how many,
 * from descriptor 3 on, LISTEN_FDNAMES their names, with colons between.
 */
#ifndef SHOP_HANDED_H
#define SHOP_HANDED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/why.h"
#include "run/queue.h"

#define HANDED_FIRST_FD 3

bool handed_is_listening(int fd);

/* How many are handed to this process. */
int64_t handed_count(void);

/*
 * That of each queue, non-blocking and close-on-exec; -1: there is none.  Their
 * names are main and read; a single one needs no name, and is main then.
 * Takes the variables out of the environment, so that no worker has them.
 * E_CONFIG: one of them is no such socket, or has another name.
 */
enum err handed_take(int fd[QUEUES], char *why) MUST_CHECK;

/*
 * Is the socket where the setting's text says, by path or port?  Else
 * E_CONFIG.
 */
enum err handed_fits(int fd, const char *text, char *why) MUST_CHECK;

#endif
