/* SPDX-License-Identifier: MIT */
/* A MAC by a key that is used once, for tests that make tokens. */
#ifndef SHOP_T_HMAC_H
#define SHOP_T_HMAC_H

#include "io/crypto.h"

static inline enum err
hmac_once(const void *key, size_t key_len, const void *data, size_t len,
    unsigned char out[SHA256_BYTES])
{
	struct crypto_hmac *h = crypto_hmac_new(key, key_len);
	enum err e = h != NULL ? crypto_hmac(h, data, len, out) : E_INTERNAL;

	crypto_hmac_free(h);
	return e;
}

#endif
