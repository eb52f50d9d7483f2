/* SPDX-License-Identifier: MIT */
/* The tag is made of the body, so that nobody must remember any. */
#include "config.h"

#include "web/etag.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "io/crypto.h"

/* Of a digest in a tag: enough that no two of a URL's bodies share it. */
#define DIGEST_BYTES 8
#define TAG_BYTES (sizeof "W/\"\"" + 2 * DIGEST_BYTES)

/*
 * Is tag, the quotes with it, among those of an If-None-Match?  "*" is
 * whatever there is.  W/ makes no difference: the comparison is the weak one.
 */
static bool
is_tag_known(const char *known, const char *tag)
{
	size_t len = strlen(tag);
	const char *end;

	if (known == NULL || strcmp(known, "*") == 0)
		return known != NULL;
	for (;; known = end + 1) {
		known += strspn(known, " \t,");
		known += strncmp(known, "W/", 2) == 0 ? 2 : 0;
		if (*known != '"' || (end = strchr(known + 1, '"')) == NULL)
			return false;
		if ((size_t)(end + 1 - known) == len &&
		    memcmp(known, tag, len) == 0)
			return true;
	}
}

/* Of what of the body counts, in one piece: a digest is dearer than a copy. */
static enum err
digest_body(struct arena *a, const struct resp *r,
    unsigned char digest[SHA256_BYTES])
{
	size_t at = r->undated_at, behind = at + r->undated_len;
	size_t len = r->body_len - r->undated_len;
	char *counts;

	if (r->undated_len == 0)
		return crypto_sha256(r->body, r->body_len, digest);
	assert(behind <= r->body_len);
	if ((counts = arena_alloc(a, len)) == NULL)
		return E_INTERNAL;
	memcpy(counts, r->body, at);
	memcpy(counts + at, r->body + behind, r->body_len - behind);
	return crypto_sha256(counts, len, digest);
}

enum err
etag_put(struct arena *a, const struct req *req, struct resp *resp)
{
	unsigned char digest[SHA256_BYTES];
	char hex[2 * DIGEST_BYTES + 1], tag[TAG_BYTES];
	char text[48] = "no-cache";
	bool weak = resp->undated_len != 0;
	enum err e;

	if ((e = digest_body(a, resp, digest)) != E_OK)
		return e;
	num_hex(digest, DIGEST_BYTES, hex);
	snprintf(tag, sizeof tag, "%s\"%s\"", weak ? "W/" : "", hex);
	http_header(resp, "ETag", tag);
	if (resp->max_age_s > 0)
		snprintf(text, sizeof text, "public, max-age=%" PRId64,
		    resp->max_age_s);
	http_header(resp, "Cache-Control", text);
	if (is_tag_known(req->header[HEADER_IF_NONE_MATCH], weak ? tag + 2 : tag)) {
		resp->status = 304;
		resp->body = "";
		resp->body_len = 0;
	}
	return E_OK;
}
