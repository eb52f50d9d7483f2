/* SPDX-License-Identifier: MIT */
/*
 * libxcrypt takes 511 bytes of a password and no more, so of a longer one
 * it gets a digest: the last of 256 emoji counts as the first does.
 */
#include "config.h"

#include "io/password.h"

#include <crypt.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/num.h"
#include "io/crypto.h"

#define METHOD "$y$"

/* The phrase as it is hashed; text has room for a digest's digits. */
static enum err
shorten(const char *password, char text[2 * SHA256_BYTES + 1],
    const char **phrase)
{
	unsigned char digest[SHA256_BYTES];
	size_t len = strlen(password);
	enum err e;

	*phrase = password;
	if (len < CRYPT_MAX_PASSPHRASE_SIZE)
		return E_OK;
	if ((e = crypto_sha256(password, len, digest)) != E_OK)
		return e;
	num_hex(digest, sizeof digest, text);
	text[2 * sizeof digest] = '\0';
	*phrase = text;
	return E_OK;
}

static enum err
hash_failed(const char *what)
{
	log_msg(LOG_ERROR, "password", "%s: %s", what, strerror(errno));
	return E_INTERNAL;
}

/* crypt(3): the setting's method, cost and salt; or a hash that has them. */
static enum err
run_crypt(struct arena *a, const char *password, const char *setting,
    const char **hash)
{
	char text[2 * SHA256_BYTES + 1];
	struct crypt_data *data = calloc(1, sizeof *data);
	const char *phrase, *made;
	enum err e = shorten(password, text, &phrase);

	*hash = NULL;
	if (e == E_OK && data != NULL) {
		made = crypt_rn(phrase, setting, data, (int)sizeof *data);
		if (made == NULL)
			e = hash_failed("crypt_rn");
		else if ((*hash = arena_printf(a, "%s", made)) == NULL)
			e = E_INTERNAL;
	} else if (e == E_OK) {
		e = hash_failed("no memory");
	}
	explicit_bzero(text, sizeof text);
	if (data != NULL)
		explicit_bzero(data, sizeof *data);
	free(data);
	return e;
}

enum err
password_hash(struct arena *a, const char *password, int64_t cost,
    const char **hash)
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];

	if (crypt_gensalt_rn(METHOD, (unsigned long)cost, NULL, 0, setting,
	    (int)sizeof setting) == NULL)
		return hash_failed("crypt_gensalt_rn");
	return run_crypt(a, password, setting, hash);
}

enum err
password_check(struct arena *a, const char *password, const char *hash,
    int64_t cost, bool *right)
{
	const char *made;
	enum err e;

	*right = false;
	if (hash[0] == '\0')
		return password_hash(a, password, cost, &made);
	if ((e = run_crypt(a, password, hash, &made)) == E_OK)
		*right = strlen(made) == strlen(hash) &&
		    crypto_equal(made, hash, strlen(hash));
	return e;
}

enum err
password_prefix(int64_t cost, char out[PASSWORD_PREFIX_BYTES])
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	const char *salt;

	if (crypt_gensalt_rn(METHOD, (unsigned long)cost, NULL, 0, setting,
	    (int)sizeof setting) == NULL ||
	    (salt = strrchr(setting, '$')) == NULL ||
	    salt - setting + 2 > PASSWORD_PREFIX_BYTES)
		return hash_failed("crypt_gensalt_rn");
	memcpy(out, setting, (size_t)(salt - setting) + 1);
	out[salt - setting + 1] = '\0';
	return E_OK;
}
