/* SPDX-License-Identifier: MIT */
/* OpenSSL's errors are logged here and become E_INTERNAL. */
#include "config.h"

#include "io/crypto.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/num.h"

/* OpenSSL keeps its errors in a queue: the newest is told, the rest dropped. */
static enum err
digest_failed(const char *what)
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
		return digest_failed("SHA-256");
	return E_OK;
}

/* A struct crypto_hmac is OpenSSL's, under our name. */
static EVP_MAC_CTX *
mac_of(struct crypto_hmac *h)
{
	return (EVP_MAC_CTX *)(void *)h;
}

struct crypto_hmac *
crypto_hmac_new(const void *key, size_t len)
{
	char digest[] = "SHA256";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
		    digest, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *ctx = hmac != NULL ? EVP_MAC_CTX_new(hmac) : NULL;

	/* The context has a hold of it of its own. */
	EVP_MAC_free(hmac);
	if (ctx != NULL && EVP_MAC_init(ctx, key, len, params) == 1)
		return (struct crypto_hmac *)(void *)ctx;
	EVP_MAC_CTX_free(ctx);
	(void)digest_failed("HMAC-SHA-256");
	return NULL;
}

void
crypto_hmac_free(struct crypto_hmac *h)
{
	EVP_MAC_CTX_free(mac_of(h));
}

enum err
crypto_hmac(struct crypto_hmac *h, const void *data, size_t len,
    unsigned char out[SHA256_BYTES])
{
	size_t n = 0;

	/* A NULL key keeps the one before. */
	if (EVP_MAC_init(mac_of(h), NULL, 0, NULL) != 1 ||
	    EVP_MAC_update(mac_of(h), data, len) != 1 ||
	    EVP_MAC_final(mac_of(h), out, &n, SHA256_BYTES) != 1 ||
	    n != SHA256_BYTES)
		return digest_failed("HMAC-SHA-256");
	return E_OK;
}

bool
crypto_has_certificate(const char *pem, size_t len)
{
	BIO *bio = BIO_new_mem_buf(pem, (int)len);
	X509 *found = bio != NULL ? PEM_read_bio_X509(bio, NULL, NULL, NULL)
	    : NULL;

	X509_free(found);
	BIO_free(bio);
	ERR_clear_error();
	return found != NULL;
}

enum err
crypto_random(void *out, size_t len)
{
	if (len > INT_MAX || RAND_bytes(out, (int)len) != 1)
		return digest_failed("random bytes");
	return E_OK;
}

bool
crypto_equal(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}

_Static_assert(SHA256_BYTES <= EVP_MAX_MD_SIZE, "a digest of OpenSSL's");

static const char *
from_env(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return value != NULL ? value : otherwise;
}

const char *
crypto_random_name(struct arena *a)
{
	unsigned char bytes[16];
	char *text = arena_alloc(a, 2 * sizeof bytes + 1);

	if (text == NULL || crypto_random(bytes, sizeof bytes) != E_OK)
		return NULL;
	num_hex(bytes, sizeof bytes, text);
	return text;
}

const char *
crypto_ca_file(void)
{
	return from_env(X509_get_default_cert_file_env(),
	    X509_get_default_cert_file());
}

const char *
crypto_ca_dir(void)
{
	return from_env(X509_get_default_cert_dir_env(),
	    X509_get_default_cert_dir());
}
