/* SPDX-License-Identifier: MIT */
/*
 * What the commands share that look at the shop and change it by the rules of
 * shop/, as caller_operator (shop/caller.h).
 */
#ifndef SHOP_OPERATOR_H
#define SHOP_OPERATOR_H

#include <stdint.h>

#include "base/ctx.h"
#include "base/err.h"
#include "shop/idem.h"

/* A key for one write, which only its own attempts repeat.  E_INTERNAL. */
enum err operator_key(struct idem *) MUST_CHECK;

/*
 * One line on stderr that says why a rule said no.  what is the command, id
 * what it was about.  EXIT_FAILED.
 */
int operator_refused(const struct ctx *, const char *what, enum err,
    int64_t id);

#endif
