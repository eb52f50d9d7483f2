/* SPDX-License-Identifier: MIT */
/*
 * A key counts for its user, method, path and id.  Only digests go further:
 * the ledger has room for no more, and nobody reads a key there.
 */
#include "config.h"

#include "web/idem.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/name.h"
#include "io/crypto.h"
#include "web/route.h"
#include "web/text.h"

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
refuse_key(struct arena *a, const char *sent, struct resp *resp)
{
	size_t len = strlen(sent);
	struct fault f = {
	    .parameter = http_header_name(HEADER_IDEMPOTENCY_KEY) };

	if (len == 0) {
		f.code = FAULT_OUT_OF_RANGE;
		f.number[0] = 1;
		f.number[1] = IDEM_KEY_BYTES_MAX;
		f.detail = text_of(TEXT_KEY_EMPTY);
	} else if (len > IDEM_KEY_BYTES_MAX) {
		f.code = FAULT_TOO_LONG;
		f.number[0] = IDEM_KEY_BYTES_MAX;
		f.detail = text_say(a, TEXT_KEY_TOO_LONG,
		    TEXT_ARGS(TEXT_N(IDEM_KEY_BYTES_MAX)));
	} else {
		f.code = FAULT_WRONG_TYPE;
		f.detail = text_of(TEXT_KEY_FORM);
	}
	return problem_parameter(a, resp, f);
}

const char *
idem_sent_key(const struct req *req)
{
	return req->route->key == KEY_MADE ? NULL
	    : req->header[HEADER_IDEMPOTENCY_KEY];
}

/*
 * Two fields arrive as one value, "a, b", which is no key.  outcome_unknown
 * tells the key as it was sent, because that form can be sent again.
 */
enum err
idem_take_key(struct ctx *ctx, struct req *req, struct resp *resp)
{
	const char *sent = idem_sent_key(req);
	enum err e;

	if (req->route->key == KEY_NO)
		return E_OK;
	if (sent == NULL) {
		/* nginx knows its own, should it have to answer for us. */
		req->key = name_is_valid(req->made_key, REQUEST_ID_BYTES_MAX)
		    ? req->made_key : crypto_random_name(ctx->arena);
		return req->key != NULL ? E_OK : E_INTERNAL;
	}
	e = idem_key(ctx->arena, sent, &req->key);
	return e == E_INVALID_PARAMETER ? refuse_key(ctx->arena, sent, resp)
	    : e;
}

static enum err
digest_key(const struct req *req, const char *key,
    unsigned char id[IDEM_BYTES])
{
	unsigned char digest[SHA256_BYTES];
	char scope[IDEM_KEY_BYTES_MAX + 256];
	int len = snprintf(scope, sizeof scope, "%" PRId64 " %s %s %" PRId64
	    " %s", req->caller.id, req->route->method, req->route->pattern,
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
	const char *sent = idem_sent_key(req);
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

enum err
idem_take(struct ctx *ctx, struct req *req)
{
	const struct input *in = req->route->body;
	const void *values = "";
	size_t len = 0;

	if (req->route->key == KEY_NO)
		return E_OK;
	if (in->fields != NULL && !json_values(ctx->arena, in->fields,
	    req->body_values, &values, &len))
		return E_INTERNAL;
	return idem_make(req, values, len, &req->idem);
}
