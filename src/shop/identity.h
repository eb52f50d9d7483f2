/* SPDX-License-Identifier: MIT */
/*
 * The shop's id: what tells it from another shop that uses the same memcached
 * or nginx.  migrate makes it once, from nothing that two shops could have in
 * common, and anew in a database that was copied under another name.
 */
#ifndef SHOP_IDENTITY_H
#define SHOP_IDENTITY_H

#include "base/ctx.h"
#include "base/err.h"

/*
 * IDENTITY_CHARS letters and digits, which last as long as ctx; NULL where
 * the database can't be asked, or has none of its own yet.  Asked for once.
 */
const char *identity_get(struct ctx *);

#endif
