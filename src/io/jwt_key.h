/* SPDX-License-Identifier: MIT */
/*
 * The keys of tokens, and the files they live in: jwt_secret_file for tokens
 * that name none, and NAME.key in jwt_key_dir for the kid NAME.  What they may
 * hold is told in jwt_octets.h.  Changing them changes no running process:
 * workers load them when they start, from what shopd has read
 * (base/snapshot.h).
 * Whatever can fail returns E_CONFIG and one sentence in
 * why[WHY_BYTES], without anything of a key.
 */
#ifndef SHOP_JWT_KEY_H
#define SHOP_JWT_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/conf.h"
#include "base/err.h"
#include "base/limits.h"

#define JWT_KID_BYTES (JWT_KID_BYTES_MAX + 1)

struct jwt_key {
	char kid[JWT_KID_BYTES];	/* "": jwt_secret_file's */
	struct crypto_hmac *hmac;	/* NULL: there is none */
	size_t len;			/* bytes of the key, as it is used */
	int64_t made_s;			/* its file, since the epoch */
};

struct jwt_keys {
	struct jwt_key nameless;
	struct jwt_key named[JWT_KEYS_MAX];	/* n of them, by kid */
	size_t n;
};

/*
 * All of them.  Also E_CONFIG: no key at all, a file that can't be
 * read or holds no key of JWT_KEY_BYTES_MIN to JWT_KEY_BYTES_MAX.  Free with
 * jwt_keys_free (NULL is fine); the keys are wiped.
 */
enum err jwt_keys_load(const struct conf *, struct jwt_keys **, char *why)
    MUST_CHECK;
void jwt_keys_free(struct jwt_keys *);

/* The same of grants (grant_key_dir). */
enum err jwt_grant_keys_load(const struct conf *, struct jwt_keys **,
    char *why) MUST_CHECK;

/* The key of that kid, or NULL. */
const struct jwt_key *jwt_keys_find(const struct jwt_keys *, const char *kid);

/*
 * The key that signs when no kid is given: the nameless key, else the one whose
 * kid sorts last.
 */
const struct jwt_key *jwt_keys_signer(const struct jwt_keys *);

/*
 * "KID BYTES CREATED", a line a key, "signs" behind the one that does; the
 * nameless one's name is "(nameless)".
 */
void jwt_keys_print(const struct jwt_keys *, FILE *);

/* Is it a valid kid? 1..JWT_KID_BYTES_MAX letters, digits, '.', '_', '-'. */
bool jwt_kid_is_valid(const char *kid);

/*
 * Makes a new key for a valid kid; for "" the kid is the time,
 * 20260131T123456Z.  The file appears whole or not at all, readable by its
 * owner alone; when root makes it, it belongs to the owner of the directory.
 * Refuses a kid that exists, and more than JWT_KEYS_MAX keys.
 */
enum err jwt_key_add(const struct conf *, char kid[JWT_KID_BYTES],
    char *why) MUST_CHECK;

/* Removes it.  Refuses a kid that does not exist, and the last key of all. */
enum err jwt_key_retire(const struct conf *, const char *kid, char *why)
    MUST_CHECK;

#endif
