/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "io/crypto.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "base/log.h"

/* OpenSSL keeps its errors in a queue: the newest is told, the rest dropped. */
static enum err
failed(const char *what)
{
	char text[256];

	ERR_error_string_n(ERR_peek_last_error(), text, sizeof text);
	ERR_clear_error();
	log_msg(LOG_ERROR, "crypto", "%s: %s", what, text);
	return E_INTERNAL;
}

enum err
crypto_sha256(const void *data, size_t len, unsigned char out[SHA256_BYTES])
{
	unsigned int n = 0;

	if (EVP_Digest(data, len, out, &n, EVP_sha256(), NULL) != 1 ||
	    n != SHA256_BYTES)
		return failed("SHA-256");
	return E_OK;
}

enum err
crypto_hmac_sha256(const void *key, size_t key_len, const void *data,
    size_t len, unsigned char out[SHA256_BYTES])
{
	unsigned int n = 0;

	if (key_len > INT_MAX || HMAC(EVP_sha256(), key, (int)key_len, data,
	    len, out, &n) == NULL || n != SHA256_BYTES)
		return failed("HMAC-SHA-256");
	return E_OK;
}

enum err
crypto_random(void *out, size_t len)
{
	if (len > INT_MAX || RAND_bytes(out, (int)len) != 1)
		return failed("random bytes");
	return E_OK;
}

bool
crypto_equal(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}

_Static_assert(SHA256_BYTES <= EVP_MAX_MD_SIZE, "a digest of OpenSSL's");
