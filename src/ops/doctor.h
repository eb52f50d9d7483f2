/* SPDX-License-Identifier: MIT */
/*
 * Is a live installation as it should be?  Looks at the settings and their
 * secrets, the database and its server, the workers' account, the cache and
 * nginx, changes nothing, and says what to do.
 */
#ifndef SHOP_DOCTOR_H
#define SHOP_DOCTOR_H

#include <stdio.h>

#include "shop/attempt.h"

/* The clocks of database and workers may differ by less. */
#define DOCTOR_SKEW_MAX_MS 2000

/* Connections the server must have to spare for people and tools. */
#define DOCTOR_CONNECTIONS_SPARE 10

/*
 * ctx has the admin's database.  Writes a line a check to out, "ok NAME" or
 * "bad NAME: what is wrong: what to do"; returns how many are bad, and in
 * *checks how many there are.
 */
size_t doctor_run(struct ctx *, FILE *out, size_t *checks);

#endif
