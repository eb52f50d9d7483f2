/* SPDX-License-Identifier: MIT */
/*
 * Digests and chance, over OpenSSL's libcrypto.  The only failure is E_INTERNAL
 * (logged).
 */
#ifndef SHOP_CRYPTO_H
#define SHOP_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

#define SHA256_BYTES 32

enum err crypto_sha256(const void *, size_t len,
    unsigned char out[SHA256_BYTES]) MUST_CHECK;

/*
 * HMAC-SHA-256 by one key, made ready once: looking the algorithm up costs four
 * times what a token's digest does.  NULL on failure (logged); free with
 * crypto_hmac_free (NULL is fine), which wipes the key.
 */
struct crypto_hmac;

struct crypto_hmac *crypto_hmac_new(const void *key, size_t len) MUST_CHECK;
void crypto_hmac_free(struct crypto_hmac *);
enum err crypto_hmac(struct crypto_hmac *, const void *, size_t len,
    unsigned char out[SHA256_BYTES]) MUST_CHECK;

/* Does a text (PEM) hold a certificate, whoever's?  len under INT_MAX. */
bool crypto_has_certificate(const char *pem, size_t len);

/* Unpredictable bytes. */
enum err crypto_random(void *, size_t len) MUST_CHECK;

/* 32 unpredictable hexadecimal digits; NULL without memory or chance. */
const char *crypto_random_name(struct arena *) MUST_CHECK;

/* Where OpenSSL looks for the system's authorities: a file, a directory. */
const char *crypto_ca_file(void);
const char *crypto_ca_dir(void);

/* Equal?  Takes the same time whatever the answer. */
bool crypto_equal(const void *, const void *, size_t len);

#endif
