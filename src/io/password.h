/* SPDX-License-Identifier: MIT */
/*
 * Passwords as libxcrypt keeps them: yescrypt ($y$), each with a salt of its
 * own, in the form of crypt(5).  One takes tens of milliseconds and megabytes,
 * on purpose, and gives the memory back.
 */
#ifndef SHOP_PASSWORD_H
#define SHOP_PASSWORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* What a hash has at most; the schema has the same length. */
#define PASSWORD_HASH_BYTES_MAX 200

/*
 * The hash of a password (any bytes but 0), by yescrypt's cost 1..11; the
 * arena's.  E_INTERNAL (logged).
 */
enum err password_hash(struct arena *, const char *password, int64_t cost,
    const char **hash) MUST_CHECK;

/*
 * Is it that hash's password?  "" is nobody's hash: it takes as long as one of
 * that cost, and is false.  E_INTERNAL (logged).
 */
enum err password_check(struct arena *, const char *password,
    const char *hash, int64_t cost, bool *right) MUST_CHECK;

/* What hashes of that cost begin with: method and parameters.  E_INTERNAL. */
#define PASSWORD_PREFIX_BYTES 16
enum err password_prefix(int64_t cost, char out[PASSWORD_PREFIX_BYTES])
    MUST_CHECK;

#endif
