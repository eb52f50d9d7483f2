/* SPDX-License-Identifier: MIT */
/* A cursor is checked and made by one function, seal_cursor(), of the same bytes. */
#include "config.h"

#include "web/page.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "io/base64url.h"
#include "io/crypto.h"
#include "io/jwt_key.h"
#include "web/route.h"
#include "web/text.h"

#define CURSOR_VERSION	1
#define MAC_BYTES	8
/* Around the items, and what is left for a cursor. */
#define FRAME_BYTES	256
#define LINK_BYTES_MAX	1024

/* Version, keys, and what proves them. */
#define CURSOR_BYTES	(1 + PAGE_KEYS * sizeof(int64_t) + MAC_BYTES)

/*
 * What a cursor belongs to: begins with a 0, so that no token's text is the
 * same.  The page's own parameters are not among the query's values.
 */
static const char *
scope(struct ctx *ctx, const struct req *req, const struct page *page,
    size_t *len)
{
	const struct input *in = req->route->query;
	size_t at = (size_t)((const char *)page - (const char *)req->query);
	char *query = arena_alloc(ctx->arena, in->size), *text;
	const char *head = arena_printf(ctx->arena, "cursor %s %" PRId64 " ",
	    req->route->pattern, req->caller.id);
	const void *values;
	size_t values_len;

	if (query == NULL || head == NULL)
		return NULL;
	memcpy(query, req->query, in->size);
	memset(query + at, 0, sizeof *page);
	if (!json_values(ctx->arena, in->fields, query, &values, &values_len))
		return NULL;
	*len = 1 + strlen(head) + values_len;
	if ((text = arena_alloc(ctx->arena, *len + CURSOR_BYTES)) == NULL)
		return NULL;
	memcpy(text + 1, head, strlen(head));
	memcpy(text + 1 + strlen(head), values, values_len);
	return text;
}

/* The cursor's bytes for these keys of the list, by a key of tokens. */
static bool
seal_cursor(struct ctx *ctx, const char *scope_text, size_t len,
    const int64_t key[PAGE_KEYS], const struct jwt_key *by,
    unsigned char out[CURSOR_BYTES])
{
	size_t plain = CURSOR_BYTES - MAC_BYTES;
	unsigned char mac[SHA256_BYTES];
	char *text = arena_alloc(ctx->arena, len + plain);

	if (text == NULL || by->hmac == NULL)
		return false;
	out[0] = CURSOR_VERSION;
	memcpy(out + 1, key, PAGE_KEYS * sizeof *key);
	memcpy(text, scope_text, len);
	memcpy(text + len, out, plain);
	if (crypto_hmac(by->hmac, text, len + plain, mac) != E_OK)
		return false;
	memcpy(out + plain, mac, MAC_BYTES);
	return true;
}

/* Did one of the keys that tokens may have make these bytes? */
static bool
is_our_cursor(struct ctx *ctx, const char *scope_text, size_t len,
    const unsigned char *bytes, const int64_t key[PAGE_KEYS])
{
	unsigned char ours[CURSOR_BYTES];
	size_t n = ctx->keys->n;
	bool found = false;

	for (size_t i = 0; i <= n && !found; i++)
		found = seal_cursor(ctx, scope_text, len, key, i == n
		    ? &ctx->keys->nameless : &ctx->keys->named[i], ours) &&
		    crypto_equal(ours, bytes, CURSOR_BYTES);
	return found;
}

static enum err
refuse_cursor(struct ctx *ctx, struct resp *resp)
{
	return problem_parameter(ctx->arena, resp, (struct fault){
	    .code = FAULT_WRONG_TYPE, .parameter = "cursor",
	    .detail = text_of(TEXT_NOT_THIS_CURSOR) });
}

enum err
page_begin(struct ctx *ctx, const struct req *req, struct resp *resp,
    const struct page *page, struct page_from *from)
{
	unsigned char *bytes;
	const char *text;
	size_t len, n;
	enum err e;

	*from = (struct page_from){ .is_first = page->cursor == NULL,
	    .items = page->limit != 0 ? page->limit : PAGE_ITEMS };
	if (from->is_first)
		return E_OK;
	e = base64url_decode(ctx->arena, page->cursor, strlen(page->cursor),
	    &bytes, &n);
	if (e != E_OK)
		return e == E_INTERNAL ? e : refuse_cursor(ctx, resp);
	if (n != CURSOR_BYTES || bytes[0] != CURSOR_VERSION)
		return refuse_cursor(ctx, resp);
	memcpy(from->key, bytes + 1, sizeof from->key);
	if ((text = scope(ctx, req, page, &len)) == NULL)
		return E_INTERNAL;
	return is_our_cursor(ctx, text, len, bytes, from->key) ? E_OK
	    : refuse_cursor(ctx, resp);
}

/* The texts of the items that there is room for, and how many bytes. */
struct texts {
	const char *text[PAGE_ITEMS_MAX];
	size_t len[PAGE_ITEMS_MAX], n, bytes;
};

static enum err
write_items(struct ctx *ctx, const struct page_items *items, int64_t most,
    struct texts *t)
{
	const char *item = items->item;
	struct json_writer w;
	enum err e;

	t->n = t->bytes = 0;
	for (; t->n < items->n && (int64_t)t->n < most; item += items->size) {
		json_begin(&w, ctx->arena);
		json_fields(&w, NULL, items->fields, item);
		e = json_end(&w, &t->text[t->n], &t->len[t->n]);
		if (e != E_OK)
			return e;
		if (t->bytes + t->len[t->n] + FRAME_BYTES > RESPONSE_BYTES_MAX)
			break;
		t->bytes += t->len[t->n++] + 1;
	}
	return E_OK;
}

/* The cursor behind the last item that was written. */
static const char *
next_cursor(struct ctx *ctx, const struct req *req, const struct page *page,
    const struct page_items *items, size_t n)
{
	unsigned char bytes[CURSOR_BYTES];
	int64_t key[PAGE_KEYS] = { 0 };
	const char *text;
	size_t len;

	items->key((const char *)items->item + (n - 1) * items->size, key);
	text = scope(ctx, req, page, &len);
	return text == NULL || !seal_cursor(ctx, text, len, key,
	    jwt_keys_signer(ctx->keys), bytes) ? NULL
	    : base64url_encode(ctx->arena, bytes, sizeof bytes);
}

/* The request's target with another cursor; left out where it is long. */
static void
put_link(const struct req *req, struct resp *resp, const char *cursor)
{
	size_t path = strcspn(req->target, "?"), len;
	char text[LINK_BYTES_MAX];
	struct buf b;

	buf_init(&b, text, sizeof text);
	buf_char(&b, '<');
	buf_bytes(&b, req->target, path);
	buf_str(&b, "?cursor=");
	buf_str(&b, cursor);
	for (const char *at = req->target + path; *at != '\0'; at += len) {
		at++;
		len = strcspn(at, "&");
		if (len == 0 || strncmp(at, "cursor=", 7) == 0)
			continue;
		buf_char(&b, '&');
		buf_bytes(&b, at, len);
	}
	buf_str(&b, ">; rel=\"next\"");
	if (buf_ok(&b) && strpbrk(text + 1, "\r\n\"<") ==
	    text + b.len - strlen("\"next\""))
		http_header(resp, "Link", text);
}

static enum err
put_frame(struct ctx *ctx, struct resp *resp, const struct texts *t,
    const char *cursor)
{
	size_t size = t->bytes + FRAME_BYTES;
	char *text = arena_alloc(ctx->arena, size);
	const char *quote = cursor != NULL ? "\"" : "";
	struct buf b;

	if (text == NULL)
		return E_INTERNAL;
	buf_init(&b, text, size);
	buf_str(&b, "{\"items\":[");
	for (size_t i = 0; i < t->n; i++) {
		buf_str(&b, i > 0 ? "," : "");
		buf_bytes(&b, t->text[i], t->len[i]);
	}
	buf_str(&b, "],\"nextCursor\":");
	buf_str(&b, quote);
	buf_str(&b, cursor != NULL ? cursor : "null");
	buf_str(&b, quote);
	buf_char(&b, '}');
	assert(buf_ok(&b));
	resp->status = 200;
	resp->type = "application/json";
	resp->body = b.data;
	resp->body_len = b.len;
	return E_OK;
}

enum err
page_put(struct ctx *ctx, const struct req *req, struct resp *resp,
    const struct page *page, const struct page_from *from,
    const struct page_items *items)
{
	const char *cursor = NULL;
	struct texts t;
	enum err e = write_items(ctx, items, from->items, &t);

	if (e != E_OK)
		return e;
	if (t.n < items->n) {
		/* One item alone is larger than an answer may be. */
		if (t.n == 0 || (cursor = next_cursor(ctx, req, page, items,
		    t.n)) == NULL)
			return E_INTERNAL;
		put_link(req, resp, cursor);
	}
	return put_frame(ctx, resp, &t, cursor);
}
