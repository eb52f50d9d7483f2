/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "hostile.h"

#include <string.h>

#include "base/limits.h"

/* ---- The request line */

/* What stands for {id}, and can't be one. */
static const char *const bad_ids[] = { "abc", "0", "-1", "01", "+1", "1.5",
    "1e3", "0x1", "9007199254740992", "9223372036854775808",
    "18446744073709551617", "%00", "1%00", "%31%", "%zz", "%c0%ae", "1;x=1",
    "1,2", "1%20", "%2e%2e", "1'", "1%27%20OR%201=1--", "top%2f", "~", "\xff",
    "\xed\x95\x9c", "{id}", "*", "1/", "1/x", "..", "." };

static void
put_id(struct hostile *h)
{
	if (has_fault(h, FAULT_TARGET)) {
		buf_str(&h->text, PICK(h, bad_ids));
		if (one_in(h, 10))
			put_many(&h->text, '9', pick(h, 16, 3000));
	} else {
		buf_i64(&h->text, hostile_id(h));
	}
}

/* The pattern with its id; escaped letters are the letters. */
static void
put_path(struct hostile *h, const char *pattern)
{
	static const char digits[] = "0123456789ABCDEF";
	bool escape = one_in(h, 8);

	for (; *pattern != '\0'; pattern++) {
		if (*pattern == '{') {
			put_id(h);
			pattern = strchr(pattern, '}');
		} else if (escape && *pattern != '/' && one_in(h, 3)) {
			buf_char(&h->text, '%');
			buf_char(&h->text, digits[*pattern / 16]);
			buf_char(&h->text, digits[*pattern % 16]);
		} else {
			buf_char(&h->text, *pattern);
		}
	}
}

static void
put_query(struct hostile *h)
{
	static const char *const queries[] = { "", "a=b", "limit=-1", "a&b&c",
	    "%00", "%", "%zz", "a=%ff", "/../", "?", "access_token=x", "a[]=1",
	    "\xff\xfe", "q='%20OR%201=1" };

	buf_char(&h->text, '?');
	buf_str(&h->text, PICK(h, queries));
	if (one_in(h, 6))
		put_many(&h->text, 'q', pick(h, 1000, 7000));
	if (one_in(h, 6))
		put_bytes(h, &h->text, pick(h, 1, 60), 0x21, 0x7e);
}

/* No row of the router is that path's. */
static void
put_wrong_path(struct hostile *h)
{
	static const char *const before[] = { "/", "/.", "/./", "/x/..", "/v2",
	    "/%2f", "//", "/%2e", "/\\", "/V1", "/api" };
	static const char *const behind[] = { "/", "//", "/x", "%2f", "%00",
	    ";x=1", ".json", "%20", "%", "%2", "%zz", "/..", "/.", "%2e%2e%2f",
	    "\xff", "%c0%af", "~", "!", "\\", ":80" };

	if (h->route != NULL && strchr(h->route->pattern, '{') != NULL) {
		put_path(h, h->route->pattern);
	} else if (one_in(h, 3)) {
		buf_str(&h->text, PICK(h, before));
		put_path(h, h->route->pattern);
	} else {
		put_path(h, h->route->pattern);
		buf_str(&h->text, PICK(h, behind));
	}
}

/* Pages of nginx's, and what nobody has. */
static void
put_other_path(struct hostile *h)
{
	static const char *const paths[] = { "/", "/openapi.yaml",
	    "/openapi.json",
	    "/problems/", "/problems/not_found", "/_problem",
	    "/_problem/lost", "/index.html", "/problems.html", "/.git/config",
	    "/../../etc/passwd", "/..%2f..%2fetc/passwd", "/v1", "/v1/",
	    "/v1/user/me", "/v1/carts", "/metrics", "/%", "/%00", "*", "/~root",
	    "/shop.conf", "/.", "/..", "/cgi-bin/x", "/\xff", "/problems/x/y" };

	buf_str(&h->text, PICK(h, paths));
	if (one_in(h, 20))
		put_many(&h->text, 'a', pick(h, 1000, 9000));
}

/* Does one of the router's rows take it there? */
static bool
is_taken(const char *pattern, const char *method)
{
	const struct route *table;
	size_t n;

	/* HEAD is wherever GET is. */
	if (strcmp(method, "HEAD") == 0)
		method = "GET";
	table = route_table(&n);
	for (size_t i = 0; i < n; i++)
		if (strcmp(table[i].pattern, pattern) == 0 &&
		    strcmp(table[i].method, method) == 0)
			return true;
	return false;
}

static const char *
method_of(struct hostile *h)
{
	static const char *const others[] = { "GET", "HEAD", "PUT", "PATCH",
	    "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "POSTS", "P",
	    "GETT", "MKCOL", "LOCK", "A-B", "POST_" };
	const char *method;

	if (h->route == NULL)
		return one_in(h, 2) ? "GET" : PICK(h, others);
	if (!has_fault(h, FAULT_METHOD))
		return strcmp(h->route->method, "GET") == 0 && one_in(h, 4)
		    ? "HEAD" : h->route->method;
	do
		method = PICK(h, others);
	while (is_taken(h->route->pattern, method) ||
	    strcmp(method, "OPTIONS") == 0);
	return method;
}

static void
put_request_line(struct hostile *h)
{
	const char *method = method_of(h);

	h->head = strcmp(method, "HEAD") == 0;
	buf_str(&h->text, one_in(h, 60) ? "\r\n" : "");
	buf_str(&h->text, method);
	buf_char(&h->text, ' ');
	if (one_in(h, 30))
		buf_str(&h->text, "http://shop");
	if (h->route == NULL)
		put_other_path(h);
	else if (has_fault(h, FAULT_TARGET))
		put_wrong_path(h);
	else
		put_path(h, h->route->pattern);
	if (hostile_query(h) != NULL)
		buf_str(&h->text, hostile_query(h));
	else if (one_in(h, 8))
		put_query(h);
	buf_str(&h->text, one_in(h, 15) ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
}

/* ---- Headers */

static void
put_header(struct hostile *h, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buf_str(&h->text, name);
	buf_str(&h->text, one_in(h, 10) ? ":" : ": ");
	buf_str(&h->text, value);
	buf_str(&h->text, one_in(h, 20) ? "\n" : "\r\n");
}

static void
put_key(struct hostile *h)
{
	static const char *const bad[] = { "a b", "a\tb", "\xed\x95\x9c", "a\x7f",
	    "a\x01z", "caf\xc3\xa9", "k\x80", "\x1b[31m", "\"abc", "\"a\"b\"",
	    "\"a b\"", "\"\"", "\"a\";x=1", "\"a\\b\"", "\"a\", \"b\"",
	    "\"\xed\x95\x9c\"", "\"a\\" };
	const char *key = hostile_key(h);
	char text[512];
	struct buf b;

	buf_init(&b, text, sizeof text);
	if (has_fault(h, FAULT_KEY)) {
		if (one_in(h, 4))
			put_many(&b, 'k', pick(h, IDEM_KEY_BYTES_MAX + 1, 500));
		else
			buf_str(&b, PICK(h, bad));
	} else if (key != NULL) {
		buf_str(&b, key);
	} else if (one_in(h, 2)) {
		return;
	} else {
		put_bytes(h, &b, pick(h, 8, one_in(h, 8) ?
		    IDEM_KEY_BYTES_MAX : 20), 'a', 'z');
	}
	put_header(h, "Idempotency-Key", text);
}

static void
put_type(struct hostile *h)
{
	static const char *const bad[] = { NULL, "text/plain", "application",
	    "application/x-www-form-urlencoded", "multipart/form-data",
	    "application/json; charset=latin1", "application/jsonp", "json",
	    "application/json; x=", "application/json;charset=utf-8;x",
	    "text/json", "*/*", "application/json,text/plain",
	    "application/json;=y", "application/json\x01", "\xff", "x/y; a=b",
	    "application/json; charset=utf-8; charset=latin1",
	    "application/json; x=\"y", "application/json, application/json",
	    "application/problem+json", "application/json; charset=utf-16" };
	static const char *const good[] = { "application/json",
	    "application/json; charset=utf-8", "Application/JSON",
	    "application/json;charset=\"UTF-8\"", "application/json;",
	    "application/json; x=y" };

	put_header(h, "Content-Type", has_fault(h, FAULT_TYPE) ? PICK(h, bad)
	    : PICK(h, good));
}

static void
put_request_id(struct hostile *h)
{
	static const char *const ids[] = { "a", "my.id-1", "a b", "<script>",
	    "a\"b", "\xff", "\x01", "x/y", "${x}" };
	char text[128];
	struct buf b;

	if (one_in(h, 2))
		return;
	buf_init(&b, text, sizeof text);
	if (one_in(h, 3))
		put_many(&b, 'i', pick(h, 60, 70));
	else
		buf_str(&b, PICK(h, ids));
	put_header(h, "X-Request-Id", text);
}

/* None of them means anything for what we ask. */
static void
put_odd_headers(struct hostile *h)
{
	static const char *const lines[] = { "Range: bytes=0-0,-1",
	    "Range: bytes=99999999999999999999-", "Expect: 100-continue",
	    "Expect: the worst", "If-Match: \"x\"", "If-None-Match: *",
	    "If-Modified-Since: Thu, 01 Jan 2099 00:00:00 GMT",
	    "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT",
	    "If-Modified-Since: never", "Cookie: a=b; c", "Accept: nothing/no",
	    "Accept-Encoding: gzip;q=x", "Upgrade: h2c", "Connection: Upgrade",
	    "Connection: keep-alive, close, x", "Te: trailers", "Via: x",
	    "X-Forwarded-For: 127.0.0.1", "Forwarded: for=\"\x01\"",
	    "Proxy: http://evil/", "X-HTTP-Method-Override: DELETE",
	    "X_Under: score", "X-Nul-Free: \x01\x02\x7f", "X-High: \xff\xfe",
	    "X-Empty:", "Referer: ://", "Content-MD5: x",
	    "User-Agent: () { :;}; x", "X-Shop-User: 1", "Shop-Made-Key: x",
	    "HTTP_AUTHORIZATION: x", "Script-Name: /x", "Keep-Alive: 0" };

	static const char *const none[] = { "No colon", "Space : before",
	    ": no name", "Bad\x01Name: x", "Folded: a\r\n b", "\xff: x" };

	if (one_in(h, 40))
		put_header(h, PICK(h, none), "x");
	for (int64_t n = one_in(h, 3) ? pick(h, 1, 4) : 0; n > 0; n--) {
		buf_str(&h->text, PICK(h, lines));
		buf_str(&h->text, "\r\n");
	}
	for (int64_t n = one_in(h, 60) ? pick(h, 20, 300) : 0; n > 0; n--) {
		buf_str(&h->text, "X-");
		put_bytes(h, &h->text, pick(h, 1, 150), 'a', 'z');
		buf_str(&h->text, ": ");
		put_bytes(h, &h->text, pick(h, 0, 100), 0x21, 0x7e);
		buf_str(&h->text, "\r\n");
	}
	if (one_in(h, 60)) {
		buf_str(&h->text, "X-Long: ");
		put_many(&h->text, 'x', pick(h, 7000, 40000));
		buf_str(&h->text, "\r\n");
	}
}

static void
put_hosts(struct hostile *h)
{
	static const char *const hosts[] = { "localhost:8080", "[::1]",
	    "127.0.0.1", "evil.example", "a..b", "a/b", "", "\x01", "x:y:z",
	    "shop\xff" };

	if (!one_in(h, 20))
		buf_str(&h->text, "Host: shop\r\n");
	else if (!one_in(h, 4))
		put_header(h, "Host", PICK(h, hosts));
	if (one_in(h, 80))
		buf_str(&h->text, "Host: other\r\n");
	if (one_in(h, 2))
		buf_str(&h->text, "Connection: close\r\n");
}

/* ---- Framing */

static void
put_length(struct hostile *h, int64_t n)
{
	buf_str(&h->text, "Content-Length: ");
	buf_i64(&h->text, n);
	buf_str(&h->text, "\r\n");
}

static void
put_hex(struct buf *b, size_t n)
{
	int shift = 28;

	while (shift > 0 && n >> shift == 0)
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		buf_char(b, "0123456789abcdef"[n >> shift & 15]);
}

static void
put_chunks(struct hostile *h)
{
	size_t at = 0, n, chunk = (size_t)pick(h, 1, 9000) + h->body.len / 500;

	buf_str(&h->text, "Transfer-Encoding: chunked\r\n\r\n");
	for (; at < h->body.len; at += n) {
		n = h->body.len - at < chunk ? h->body.len - at : chunk;
		put_hex(&h->text, n);
		buf_str(&h->text, one_in(h, 8) ? ";a=b\r\n" : "\r\n");
		buf_bytes(&h->text, h->body.data + at, n);
		buf_str(&h->text, "\r\n");
	}
	buf_str(&h->text, one_in(h, 8) ? "0\r\nX-Trailer: x\r\n\r\n"
	    : "0\r\n\r\n");
}

/* Which of the body's ends is its end?  None: it is no HTTP. */
static void
put_bad_framing(struct hostile *h)
{
	static const char *const heads[] = {
	    "Content-Length: 2\r\nContent-Length: 3\r\n",
	    "Content-Length: -1\r\n", "Content-Length: +2\r\n",
	    "Content-Length: 0x2\r\n", "Content-Length: 2,2\r\n",
	    "Content-Length: 99999999999999999999\r\n",
	    "Content-Length: two\r\n", "Content-Length: 1 1\r\n",
	    "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
	    "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n",
	    "X-Nul: " };
	static const char *const chunks[] = { "zz\r\n{]\r\n0\r\n\r\n",
	    "-2\r\n{]\r\n0\r\n\r\n", "fffffffffffffffff\r\n{]\r\n0\r\n\r\n",
	    "7fffffffffffffff\r\n{]", "\r\n\r\n", "2\r\n{]x\r\n0\r\n\r\n",
	    "2 2\r\n{]\r\n0\r\n\r\n" };
	const char *head = PICK(h, heads);

	h->unframed = true;
	if (one_in(h, 4)) {
		buf_str(&h->text, "Transfer-Encoding: chunked\r\n\r\n");
		buf_str(&h->text, PICK(h, chunks));
		/* One promises more than comes. */
		h->cut = true;
	} else if (one_in(h, 6)) {
		static const char *const codings[] = { "gzip", "identity",
		    "chunked, gzip", "gzip, chunked", "chunked\x0b", "x" };

		put_header(h, "Transfer-Encoding", PICK(h, codings));
		buf_str(&h->text, "\r\n{]");
		h->owed = 501;
	} else if (strncmp(head, "X-Nul", 5) == 0) {
		buf_bytes(&h->text, "X-Nul: \0\r\n\r\n", 12);
	} else {
		buf_str(&h->text, head);
		buf_str(&h->text, "\r\n{]");
	}
}

/* Smuggled behind the body; whoever reads it as a request has to refuse it. */
static const char smuggled[] = "POST /v1/points/charge HTTP/1.1\r\nHost: shop"
    "\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n"
    "{\"amount\":1}";

/* The headers that end the head, and the body. */
static void
put_body(struct hostile *h)
{
	if (one_in(h, 16)) {
		put_bad_framing(h);
		return;
	}
	if (one_in(h, 8)) {
		put_chunks(h);
		return;
	}
	/* A read has seldom a body. */
	if (h->route != NULL && h->route->body->fields == NULL &&
	    !one_in(h, 8)) {
		buf_str(&h->text, "\r\n");
		return;
	}
	/* Less comes than is told; a shorter length could mend a body. */
	h->cut = one_in(h, 40);
	put_length(h, (int64_t)h->body.len + (h->cut ? pick(h, 1, 100) : 0));
	buf_str(&h->text, "\r\n");
	buf_bytes(&h->text, h->body.data, h->body.len);
	if (!h->cut && one_in(h, 30))
		buf_str(&h->text, smuggled);
}

/* ---- What is no request of ours at all */

void
hostile_raw(struct hostile *h)
{
	static const struct {
		const char *text;
		bool bare;
		int owed;
	} raw[] = {
		{ "nonsense\r\n\r\n", false, 0 },
		{ "GET / HTTP/2.0\r\nHost: x\r\n\r\n", false, 505 },
		{ "GET / HTTP/9.9\r\nHost: x\r\n\r\n", false, 505 },
		{ "GET / HTTP/1.x\r\nHost: x\r\n\r\n", false, 0 },
		{ "GET / HTTP/1\r\nHost: x\r\n\r\n", false, 0 },
		{ "GET / HTTQ/1.1\r\nHost: x\r\n\r\n", false, 0 },
		{ "GET  HTTP/1.1\r\nHost: x\r\n\r\n", false, 0 },
		{ "GET / x HTTP/1.1\r\nHost: x\r\n\r\n", false, 0 },
		{ "get / HTTP/1.1\r\nHost: x\r\n\r\n", false, 0 },
		{ "G\x01T / HTTP/1.1\r\nHost: x\r\n\r\n", false, 0 },
		{ "GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n", false, 0 },
		{ "GET v1 HTTP/1.1\r\nHost: x\r\n\r\n", false, 0 },
		{ "GET http:/// HTTP/1.1\r\nHost: x\r\n\r\n", false, 0 },
		{ "CONNECT shop:80 HTTP/1.1\r\nHost: x\r\n\r\n", false, 0 },
		{ "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", false, 505 },
		{ "GET / HTTP/1.1\r\n\r\n", false, 0 },
		{ "GET / HTTP/1.1\r\nHost: x\r\rX: y\r\n\r\n", false, 0 },
		{ "GET /healthz HTTP/1.1\n\n", false, 0 },
		{ "GET /v1/products/1 HTTP/1.0\r\n\r\n", false, 0 },
		{ "GET /v1/products/1\r\n", true, 0 },
		{ "GET /\r\n", true, 0 },
		{ "\x16\x03\x01\x02", false, 0 },
		{ "SSH-2.0-x\r\n", false, 0 },
		{ "\r\n\r\n\r\n\r\n", false, 0 },
		{ "GET /v1/products/1 HTTP/1.1\r\nHost", false, 0 },
	};
	size_t n = sizeof raw / sizeof raw[0], i = (size_t)pick(h, 0,
	    (int64_t)n);

	/* Its end is the connection's. */
	h->cut = true;
	if (i == n) {
		put_bytes(h, &h->text, pick(h, 1, 5000), 0, 255);
		return;
	}
	buf_str(&h->text, raw[i].text);
	h->bare = raw[i].bare;
	h->owed = raw[i].owed;
}

void
hostile_request(struct hostile *h)
{
	bool user = h->route == NULL || h->route->auth != AUTH_NONE;

	put_request_line(h);
	put_hosts(h);
	put_odd_headers(h);
	if (h->route == NULL && one_in(h, 2))
		put_header(h, "If-Match", "\"x\"");
	if (user || one_in(h, 4))
		put_header(h, "Authorization", hostile_token(h));
	put_key(h);
	put_type(h);
	put_request_id(h);
	put_body(h);
}
