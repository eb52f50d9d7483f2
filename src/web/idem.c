/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "web/idem.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "io/crypto.h"
#include "web/route.h"

static bool
is_visible(char c)
{
	return c > ' ' && c < 0x7f;
}

/* Behind the opening quote, to the end; the length, 0 where it is no string. */
static size_t
unquote(const char *from, char *to)
{
	size_t len = 0;

	for (; *from != '"'; from++) {
		if (*from == '\\' && *++from != '"' && *from != '\\')
			return 0;
		if (*from == '\0')
			return 0;
		to[len++] = *from;
	}
	return from[1] == '\0' ? len : 0;
}

enum err
idem_key(struct arena *a, const char *value, const char **key)
{
	size_t len = strlen(value);
	char *text = arena_alloc(a, len + 1);

	if (text == NULL)
		return E_INTERNAL;
	if (value[0] == '"')
		len = unquote(value + 1, text);
	else
		memcpy(text, value, len);
	text[len] = '\0';
	if (len == 0 || len > IDEM_KEY_BYTES_MAX)
		return E_INVALID_PARAMETER;
	for (size_t i = 0; i < len; i++)
		if (!is_visible(text[i]))
			return E_INVALID_PARAMETER;
	*key = text;
	return E_OK;
}

static enum err
digest_key(const struct req *req, const char *key,
    unsigned char id[IDEM_BYTES])
{
	unsigned char digest[SHA256_BYTES];
	char scope[IDEM_KEY_BYTES_MAX + 256];
	int len = snprintf(scope, sizeof scope, "%" PRId64 " %s %s %" PRId64
	    " %s", req->user_id, req->route->method, req->route->pattern,
	    req->id, key);
	enum err e;

	assert(len > 0);
	assert((size_t)len < sizeof scope);
	if ((e = crypto_sha256(scope, (size_t)len, digest)) == E_OK)
		memcpy(id, digest, IDEM_BYTES);
	return e;
}

enum err
idem_make(const struct req *req, const void *values, size_t len,
    struct idem *idem)
{
	const char *sent = req->idempotency_key;
	unsigned char digest[SHA256_BYTES];
	enum err e;

	idem->from_client = sent != NULL;
	/* Longer ones were no keys. */
	idem->has_former = sent != NULL && sent[0] == '"' &&
	    strlen(sent) <= IDEM_KEY_BYTES_MAX;
	if ((e = digest_key(req, req->key, idem->id)) != E_OK ||
	    (idem->has_former &&
	    (e = digest_key(req, sent, idem->former)) != E_OK) ||
	    (e = crypto_sha256(values, len, digest)) != E_OK)
		return e;
	memcpy(idem->fingerprint, digest, sizeof idem->fingerprint);
	return E_OK;
}
