/* SPDX-License-Identifier: MIT */
/*
 * Digests and chance, over OpenSSL's libcrypto.  E_INTERNAL (logged) is all
 * that can go wrong.
 */
#ifndef SHOP_CRYPTO_H
#define SHOP_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define SHA256_BYTES 32

enum err crypto_sha256(const void *, size_t len,
    unsigned char out[SHA256_BYTES]) MUST_CHECK;
enum err crypto_hmac_sha256(const void *key, size_t key_len, const void *,
    size_t len, unsigned char out[SHA256_BYTES]) MUST_CHECK;

/* Bytes nobody can foretell. */
enum err crypto_random(void *, size_t len) MUST_CHECK;

/* Equal?  Takes the same time whatever the answer. */
bool crypto_equal(const void *, const void *, size_t len);

#endif
