/* SPDX-License-Identifier: MIT */
/* From FastCGI's parameters to the bytes of the answer, without a socket. */
#include "config.h"

#include "run/request.h"

#include <CUnit/CUnit.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/num.h"
#include "io/jwt.h"
#include "unit.h"

/* Stands in for io/fcgi.c's, by the linker's --wrap. */
struct fcgi {
	const char *method, *target, *length, *queued_at;
	const char *type, *coding, *key[3];
	const char *body;
	char head[HEADER_BYTES_MAX], sent[1024];
	size_t sent_len;
	int finished;
	bool gone;		/* the other side, before it is answered */
};

static struct ctx ctx;
static char authorization[512];

const char *__wrap_fcgi_param(const struct fcgi *, const char *name);
const char *__wrap_fcgi_param_nth(const struct fcgi *, const char *name,
    size_t n);
bool __wrap_fcgi_body(struct fcgi *, char *to, size_t len);
bool __wrap_fcgi_body_all(struct fcgi *, char *to, size_t max, size_t *len);
bool __wrap_fcgi_finish(struct fcgi *, const char *head, size_t head_len,
    const char *body, size_t body_len);

const char *
__wrap_fcgi_param(const struct fcgi *f, const char *name)
{
	return strcmp(name, "REQUEST_METHOD") == 0 ? f->method
	    : strcmp(name, "REQUEST_URI") == 0 ? f->target
	    : strcmp(name, "CONTENT_LENGTH") == 0 ? f->length
	    : strcmp(name, "CONTENT_TYPE") == 0 ?
	    f->type != NULL ? f->type : "application/json"
	    : strcmp(name, "HTTP_AUTHORIZATION") == 0 ? authorization
	    : strcmp(name, "HTTP_CONTENT_ENCODING") == 0 ? f->coding
	    : strcmp(name, "SHOP_QUEUED_AT") == 0 ? f->queued_at : NULL;
}

const char *
__wrap_fcgi_param_nth(const struct fcgi *f, const char *name, size_t n)
{
	if (strcmp(name, "HTTP_IDEMPOTENCY_KEY") == 0)
		return n < 3 ? f->key[n] : NULL;
	return n == 0 ? __wrap_fcgi_param(f, name) : NULL;
}

bool
__wrap_fcgi_body(struct fcgi *f, char *to, size_t len)
{
	size_t have = strlen(f->body);

	memcpy(to, f->body, len < have ? len : have);
	return len == have;
}

bool
__wrap_fcgi_body_all(struct fcgi *f, char *to, size_t max, size_t *len)
{
	size_t have = strlen(f->body);

	*len = have < max ? have : max;
	memcpy(to, f->body, *len);
	return have <= max;
}

bool
__wrap_fcgi_finish(struct fcgi *f, const char *head, size_t head_len,
    const char *body, size_t body_len)
{
	snprintf(f->head, sizeof f->head, "%.*s", (int)head_len, head);
	snprintf(f->sent, sizeof f->sent, "%.*s", (int)body_len, body);
	f->sent_len = body_len;
	f->finished++;
	return !f->gone;
}

static int
set_up(void)
{
	const char *token;

	if (!unit_ctx(&ctx) || jwt_sign(jwt_keys_signer(ctx.keys), ctx.conf,
	    ctx.arena, 1, num_now_ms(), 600, &token) != E_OK)
		return 1;
	snprintf(authorization, sizeof authorization, "Bearer %s", token);
	log_threshold(LOG_SILENT);
	return 0;
}

static int
tear_down(void)
{
	log_threshold(LOG_INFO);
	unit_ctx_free(&ctx);
	return 0;
}

static void
test_answer(void)
{
	struct fcgi f = { .method = "GET", .target = "/healthz", .body = "" };

	request_serve(&ctx, &f);
	CU_ASSERT_EQUAL(f.finished, 1);
	CU_ASSERT_STRING_EQUAL(f.sent, "{\"status\":\"ok\"}");
	CU_ASSERT(strncmp(f.head, "Status: 200 OK\r\n"
	    "Content-Type: application/json\r\nContent-Length: 15\r\n",
	    68) == 0);
	CU_ASSERT(strcmp(f.head + strlen(f.head) - 4, "\r\n\r\n") == 0);
	f.method = "HEAD";
	request_serve(&ctx, &f);
	CU_ASSERT_EQUAL(f.sent_len, 0);
	CU_ASSERT(strstr(f.head, "\r\nContent-Length: 15\r\n") != NULL);
}

/* Nothing was sent that one could tell a request by. */
static void
test_missing(void)
{
	struct fcgi f = { .method = "", .target = "/healthz", .body = "" };

	request_serve(&ctx, &f);
	CU_ASSERT(strncmp(f.head, "Status: 404 ", 12) == 0);
	f = (struct fcgi){ .body = "" };
	request_serve(&ctx, &f);
	CU_ASSERT(strncmp(f.head, "Status: 404 ", 12) == 0);
}

static const struct {
	const char *length, *body, *status, *code;
} bodies[] = {
	/* A body that came whole is read: of this no charge can be made. */
	{ "2", "{}", "422", "validation_failed" },
	{ "1", "{}", "400", "malformed_json" },
	{ "3", "{}", "400", "malformed_json" },
	{ NULL, "", "400", "malformed_json" },
	/* In chunks, through others than nginx. */
	{ NULL, "{}", "422", "validation_failed" },
	{ "", "{\"amount\":0}", "422", "validation_failed" },
	{ NULL, "{\"amount\":", "400", "malformed_json" },
	{ "", "", "400", "malformed_json" },
	{ "0", "", "400", "malformed_json" },
	{ "-1", "{}", "400", "malformed_json" },
	{ "+2", "{}", "400", "malformed_json" },
	{ "2x", "{}", "400", "malformed_json" },
	{ " 2", "{}", "400", "malformed_json" },
	{ "9223372036854775808", "{}", "400", "malformed_json" },
	{ "65536", "{}", "400", "malformed_json" },
	{ "65537", "{}", "413", "payload_too_large" },
	{ "9223372036854775807", "{}", "413", "payload_too_large" },
};

static void
test_body(void)
{
	for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
		struct fcgi f = { .method = "POST",
		    .target = "/v1/points/charge", .body = bodies[i].body,
		    .length = bodies[i].length };
		const char *row = f.length != NULL ? f.length : "none";

		request_serve(&ctx, &f);
		CHECK_ROW(row, strncmp(f.head + 8, bodies[i].status, 3) == 0);
		CHECK_ROW(row, strstr(f.sent, bodies[i].code) != NULL);
	}
}

/* 65536 bytes of which are too many by one. */
static void
test_unsized_body(void)
{
	static char body[BODY_BYTES_MAX + 2];
	struct fcgi f = { .method = "POST", .target = "/v1/points/charge",
	    .body = body };

	memset(body, ' ', BODY_BYTES_MAX);
	memcpy(body, "{}", 2);
	request_serve(&ctx, &f);
	CU_ASSERT_EQUAL(strncmp(f.head, "Status: 422 ", 12), 0);
	body[BODY_BYTES_MAX] = ' ';
	request_serve(&ctx, &f);
	CU_ASSERT_EQUAL(strncmp(f.head, "Status: 413 ", 12), 0);
}

/*
 * A body of which no charge can be made: 422 where the keys are one, which is
 * looked at first.
 */
static const struct {
	const char *key[3];
	const char *status;
} keys[] = {
	{ { NULL }, "422" }, { { "k" }, "422" }, { { "\"k\"" }, "422" },
	{ { "" }, "400" }, { { "\"\"" }, "400" }, { { "k", "" }, "400" },
	{ { "", "k" }, "400" }, { { "", "" }, "400" }, { { "k", "k" }, "400" },
	{ { "k", "l", "m" }, "400" }, { { "\"k\"", "\"k\"" }, "400" },
	{ { "k, l" }, "400" }, { { "\"k", "l\"" }, "400" }, { { " " }, "400" },
};

static void
test_keys(void)
{
	char row[64];

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		struct fcgi f = { .method = "POST",
		    .target = "/v1/points/charge", .body = "{}", .length = "2",
		    .key = { keys[i].key[0], keys[i].key[1], keys[i].key[2] } };

		snprintf(row, sizeof row, "%zu: %s", i, f.key[0] != NULL
		    ? f.key[0] : "none");
		request_serve(&ctx, &f);
		CHECK_ROW(row, strncmp(f.head + 8, keys[i].status, 3) == 0);
		CHECK_ROW(row, strcmp(keys[i].status, "422") == 0 ||
		    strstr(f.sent, "invalid_parameter") != NULL);
	}
}

static const struct {
	const char *type, *coding, *status, *header;
} contents[] = {
	{ NULL, NULL, "422", NULL }, { NULL, "identity", "422", NULL },
	{ NULL, "", "422", NULL },
	{ NULL, "gzip", "415", "\r\nAccept-Encoding: identity\r\n" },
	{ "text/plain", "br", "415", "\r\nAccept-Encoding: identity\r\n" },
	{ "text/plain", NULL, "415", "\r\nAccept: application/json\r\n" },
	{ "", NULL, "415", "\r\nAccept: application/json\r\n" },
};

static void
test_contents(void)
{
	char row[16];

	for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++) {
		struct fcgi f = { .method = "POST",
		    .target = "/v1/points/charge", .body = "{}", .length = "2",
		    .type = contents[i].type, .coding = contents[i].coding };
		bool coded = contents[i].header != NULL &&
		    strstr(contents[i].header, "Encoding") != NULL;

		snprintf(row, sizeof row, "%zu", i);
		request_serve(&ctx, &f);
		CHECK_ROW(row, strncmp(f.head + 8, contents[i].status, 3)
		    == 0);
		CHECK_ROW(row, contents[i].header == NULL ||
		    strstr(f.head, contents[i].header) != NULL);
		CHECK_ROW(row, coded ==
		    (strstr(f.head, "Accept-Encoding") != NULL));
	}
}

/* Has this SHOP_QUEUED_AT made the request older than it is? */
static bool
counts(const char *queued_at)
{
	struct fcgi f = { .method = "GET", .target = "/healthz", .body = "",
	    .queued_at = queued_at };
	int64_t before = num_monotonic_us();

	request_serve(&ctx, &f);
	return ctx.start_us < before;
}

/* The seconds, some before or behind now, and what follows them. */
static const struct {
	int64_t ago_s;
	const char *rest;
	bool counted;
} waits[] = {
	{ 2, ".000", true }, { 2, ".999", true }, { 500, ".999", true },
	{ -2, ".000", false }, { 602, ".000", false },
	{ 2, "", false }, { 2, ".", false }, { 2, ".12", false },
	{ 2, ".1234", false }, { 2, ".-99", false }, { 2, ".+99", false },
	{ 2, ".  9", false }, { 2, ".9  ", false }, { 2, ",000", false },
	{ 2, ".0x1", false }, { 2, "x.000", false },
};

static void
test_queued(void)
{
	char text[64];

	for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
		snprintf(text, sizeof text, "%" PRId64 "%s",
		    num_now_ms() / 1000 - waits[i].ago_s, waits[i].rest);
		CHECK_ROW(text, counts(text) == waits[i].counted);
	}
	CU_ASSERT(!counts(NULL));
	CU_ASSERT(!counts(".000"));
	CU_ASSERT(!counts("-1.000"));
	/* No number of seconds overflows. */
	CU_ASSERT(!counts("9223372036854775807.999"));
	CU_ASSERT(!counts("9007199254740.991"));
}

static const struct {
	const char *what;
	enum conf_log_requests setting;
	bool gone, slow;
	const char *level;	/* of its line; NULL: it has none */
} lines[] = {
	{ "all", LOG_REQUESTS_ALL, false, false, "info" },
	{ "all: unsent", LOG_REQUESTS_ALL, true, false, "warn" },
	{ "all: slow", LOG_REQUESTS_ALL, false, true, "warn" },
	{ "slow", LOG_REQUESTS_SLOW, false, false, NULL },
	{ "slow: unsent", LOG_REQUESTS_SLOW, true, false, "warn" },
	{ "slow: slow", LOG_REQUESTS_SLOW, false, true, "warn" },
	{ "errors", LOG_REQUESTS_ERRORS, false, false, NULL },
	{ "errors: unsent", LOG_REQUESTS_ERRORS, true, false, "warn" },
	{ "errors: slow", LOG_REQUESTS_ERRORS, false, true, NULL },
	{ "none", LOG_REQUESTS_NONE, false, false, NULL },
	{ "none: unsent", LOG_REQUESTS_NONE, true, false, NULL },
	{ "none: slow", LOG_REQUESTS_NONE, false, true, NULL },
};

/* What serving it writes to stderr. */
static void
logged(struct fcgi *f, char *out, size_t size)
{
	int end[2], saved = dup(STDERR_FILENO);
	ssize_t n;

	CU_ASSERT_FATAL(saved >= 0 && pipe(end) == 0 &&
	    dup2(end[1], STDERR_FILENO) >= 0);
	log_threshold(LOG_INFO);
	request_serve(&ctx, f);
	log_threshold(LOG_SILENT);
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(end[1]);
	n = read(end[0], out, size - 1);
	out[n > 0 ? n : 0] = '\0';
	close(end[0]);
}

static void
test_lines(void)
{
	const struct conf *before = ctx.conf;
	static struct conf conf;
	char ago[32], out[LOG_LINE_BYTES_MAX + 1], level[16];

	conf = *before;
	ctx.conf = &conf;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct fcgi f = { .method = "GET", .target = "/healthz",
		    .body = "", .gone = lines[i].gone };

		snprintf(ago, sizeof ago, "%" PRId64 ".000",
		    num_now_ms() / 1000 - 2);
		if (lines[i].slow)
			f.queued_at = ago;
		conf.log_requests = (int)lines[i].setting;
		logged(&f, out, sizeof out);
		if (sscanf(out, "time=%*s level=%15s event=request", level) != 1)
			snprintf(level, sizeof level, "%.15s", out);
		CHECK_ROW(lines[i].what, strcmp(level, lines[i].level != NULL
		    ? lines[i].level : "") == 0);
		CHECK_ROW(lines[i].what, (strstr(out, " sent=no\n") != NULL) ==
		    (lines[i].gone && lines[i].level != NULL));
	}
	ctx.conf = before;
}

void
suite_request(void)
{
	CU_pSuite s = CU_add_suite("request", set_up, tear_down);

	CU_ADD_TEST(s, test_answer);
	CU_ADD_TEST(s, test_missing);
	CU_ADD_TEST(s, test_body);
	CU_ADD_TEST(s, test_unsized_body);
	CU_ADD_TEST(s, test_keys);
	CU_ADD_TEST(s, test_contents);
	CU_ADD_TEST(s, test_queued);
	CU_ADD_TEST(s, test_lines);
}
