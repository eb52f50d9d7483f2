/* SPDX-License-Identifier: MIT */
/* Whole requests through the router, as far as they go without a database. */
#include "config.h"

#include "web/http.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/num.h"
#include "io/jwt.h"
#include "problem.h"
#include "unit.h"
#include "web/route.h"
#include "web/serve.h"

static struct ctx ctx;

static int
set_up(void)
{
	return !unit_ctx(&ctx);
}

static int
tear_down(void)
{
	unit_ctx_free(&ctx);
	return 0;
}

static const char *
bearer(void)
{
	const char *token;

	if (jwt_sign(jwt_keys_signer(ctx.keys), ctx.conf, ctx.arena, 1,
	    num_now_ms(), 60, &token) != E_OK)
		return NULL;
	return arena_printf(ctx.arena, "Bearer %s", token);
}

static bool
says(const struct resp *resp, const char *text)
{
	return strstr(resp->body, text) != NULL;
}

static bool
has(const struct resp *resp, const char *header)
{
	return strstr(resp->headers.data, header) != NULL;
}

static void
test_live(void)
{
	struct req req = { .method = "GET", .target = "/healthz",
	    .header[HEADER_X_REQUEST_ID] = "my.request-1", .body = "" };
	struct resp resp;

	serve_answer(&ctx, &req, &resp);
	CU_ASSERT_EQUAL(resp.status, 200);
	CU_ASSERT_STRING_EQUAL(resp.body, "{\"status\":\"ok\"}");
	CU_ASSERT_EQUAL(resp.body_len, strlen(resp.body));
	CU_ASSERT(has(&resp, "X-Request-Id: my.request-1\r\n"));
	CU_ASSERT_STRING_EQUAL(resp.type, "application/json");
	CU_ASSERT(has(&resp, "Cache-Control: no-store\r\n"));
	arena_reset(ctx.arena);
}

static void
test_request_id(void)
{
	/* The last has a character too many. */
	static const char *const bad[] = { "", "a b", "a\r\nX: y", "\xc3\xa9",
	    "x/y", ("0123456789abcdef0123456789abcdef0123456789abcdef"
	    "0123456789abcdefg") };

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct req req = { .method = "GET", .target = "/healthz",
		    .header[HEADER_X_REQUEST_ID] = bad[i], .body = "" };
		struct resp resp;

		serve_answer(&ctx, &req, &resp);
		CHECK_ROW(bad[i], strlen(req.request_id) == 32);
		CHECK_ROW(bad[i], strspn(req.request_id, "0123456789abcdef")
		    == 32);
		arena_reset(ctx.arena);
	}
}

#define ORDERS "/v1/orders"
#define CHARGE "/v1/points/charge"
#define JSON "application/json"
#define TOKEN "token"	/* one that is right */

static const struct {
	const char *method, *target, *authorization, *type, *key, *body;
	int status;
	const char *code, *header;
} rows[] = {
	{ "GET", "/nowhere", NULL, NULL, NULL, "", 404, "not_found", NULL },
	{ "PUT", ORDERS, NULL, NULL, NULL, "", 405, "method_not_allowed",
	    "Allow: GET, HEAD, POST\r\n" },
	{ "POST", "/healthz", NULL, NULL, NULL, "", 405, "method_not_allowed",
	    "Allow: GET, HEAD\r\n" },
	{ "POST", CHARGE, NULL, JSON, NULL, "{}", 401, "missing_token",
	    "WWW-Authenticate: Bearer realm=\"shop\"\r\n" },
	{ "POST", CHARGE, "Basic eDp5", JSON, NULL, "{}", 401,
	    "missing_token", "Bearer realm=\"shop\"\r\n" },
	{ "POST", CHARGE, "Bearer x.y.z", JSON, NULL, "{}", 401,
	    "invalid_token", "error=\"invalid_token\"" },
	{ "POST", CHARGE, "Bearer ", JSON, NULL, "{}", 401, "invalid_token",
	    "error=\"invalid_token\"" },
	{ "POST", CHARGE, TOKEN, JSON, "a b", "{}", 400, "invalid_parameter",
	    NULL },
	{ "POST", CHARGE, TOKEN, JSON, "caf\xc3\xa9", "{}", 400,
	    "invalid_parameter", NULL },
	{ "POST", CHARGE, TOKEN, JSON, "", "{}", 400, "invalid_parameter",
	    NULL },
	{ "POST", CHARGE, TOKEN, JSON, "\"\"", "{}", 400,
	    "invalid_parameter", NULL },
	{ "POST", CHARGE, TOKEN, JSON, "\"a", "{}", 400, "invalid_parameter",
	    NULL },
	{ "POST", CHARGE, TOKEN, JSON, "a, b", "{}", 400, "invalid_parameter",
	    NULL },
	{ "POST", CHARGE, TOKEN, JSON, "\"a\"", "{}", 422,
	    "validation_failed", NULL },
	{ "POST", CHARGE, TOKEN, NULL, NULL, "{}", 415,
	    "unsupported_media_type", "Accept: application/json\r\n" },
	{ "POST", CHARGE, TOKEN, "text/plain", NULL, "{}", 415,
	    "unsupported_media_type", NULL },
	{ "POST", CHARGE, TOKEN, "application/jsonp", NULL, "{}", 415,
	    "unsupported_media_type", NULL },
	{ "POST", CHARGE, TOKEN, JSON "; charset=latin1", NULL, "{}", 415,
	    "unsupported_media_type", NULL },
	{ "POST", CHARGE, TOKEN, "Application/JSON ; Charset=UTF-8", NULL,
	    "[]", 422, "validation_failed", NULL },
	{ "POST", CHARGE, TOKEN, JSON ";charset=\"utf-8\"", NULL, "[]", 422,
	    "validation_failed", NULL },
	{ "POST", CHARGE, TOKEN, JSON, NULL, "", 400, "malformed_json", NULL },
	{ "POST", CHARGE, TOKEN, JSON, NULL, "{", 400, "malformed_json",
	    NULL },
	{ "POST", CHARGE, TOKEN, JSON, NULL, "{\"amount\":0}", 422,
	    "validation_failed", NULL },
	{ "POST", CHARGE, TOKEN, JSON, NULL, "{\"amount\":1.5}", 422,
	    "validation_failed", NULL },
	{ "POST", ORDERS, TOKEN, JSON, NULL, "{\"items\":[]}", 422,
	    "validation_failed", NULL },
	{ "POST", ORDERS, TOKEN, JSON, NULL, "{\"items\":[{\"productId\":1,"
	    "\"quantity\":1},{\"productId\":1,\"quantity\":2}]}", 422,
	    "validation_failed", NULL },
};

static void
test_refusals(void)
{
	char code[64], row[128];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct req req = {
			.method = rows[i].method, .target = rows[i].target,
			.header[HEADER_AUTHORIZATION] = rows[i].authorization,
			.header[HEADER_CONTENT_TYPE] = rows[i].type,
			.header[HEADER_IDEMPOTENCY_KEY] = rows[i].key,
			.body = rows[i].body, .body_len = strlen(rows[i].body),
		};
		struct resp resp;

		if (rows[i].authorization != NULL &&
		    strcmp(rows[i].authorization, TOKEN) == 0)
			req.header[HEADER_AUTHORIZATION] = bearer();
		snprintf(row, sizeof row, "%zu %s", i, rows[i].code);
		snprintf(code, sizeof code, "\"code\":\"%s\"", rows[i].code);
		serve_answer(&ctx, &req, &resp);
		CHECK_ROW(row, resp.status == rows[i].status);
		CHECK_ROW(row, says(&resp, code));
		CHECK_ROW(row, problem_is_whole(resp.body, rows[i].status,
		    rows[i].code, req.request_id, strlen(req.request_id)));
		CHECK_ROW(row, strcmp(resp.type, "application/problem+json")
		    == 0);
		CHECK_ROW(row, has(&resp, "Cache-Control: no-store\r\n"));
		CHECK_ROW(row, has(&resp, "X-Request-Id: "));
		CHECK_ROW(row, rows[i].header == NULL ||
		    has(&resp, rows[i].header));
		arena_reset(ctx.arena);
	}
}

/* The key to repeat the request with is a valid key, whatever its form. */
static void
test_key_told(void)
{
	struct req req = { .method = "POST", .target = CHARGE, .body = "",
	    .header[HEADER_IDEMPOTENCY_KEY] = "\"a\"", .key = "a" };
	struct resp resp = { 0 };

	CU_ASSERT_EQUAL_FATAL(route_find(ctx.arena, &req, &resp), E_OK);
	CU_ASSERT_EQUAL_FATAL(serve_begin(&ctx, &req, &resp), E_OK);
	problem_answer(&ctx, &req, &resp, E_OUTCOME_UNKNOWN);
	CU_ASSERT(says(&resp, "\"idempotencyKey\":\"\\\"a\\\"\""));
	req.header[HEADER_IDEMPOTENCY_KEY] = NULL;
	req.key = "made";
	CU_ASSERT_EQUAL_FATAL(serve_begin(&ctx, &req, &resp), E_OK);
	problem_answer(&ctx, &req, &resp, E_OUTCOME_UNKNOWN);
	CU_ASSERT(says(&resp, "\"idempotencyKey\":\"made\""));
	arena_reset(ctx.arena);
}

/* A read may bring a key that nobody has looked at. */
static void
test_key_unread(void)
{
	struct req req = { .method = "GET", .target = "/v1/orders/1",
	    .body = "", .header[HEADER_IDEMPOTENCY_KEY] = "k", .caller.id = 7 };
	struct resp resp;

	CU_ASSERT_EQUAL_FATAL(serve_begin(&ctx, &req, &resp), E_OK);
	problem_answer(&ctx, &req, &resp, E_UNKNOWN_USER);
	CU_ASSERT(says(&resp, "\"detail\":\"User 7, "));
	arena_reset(ctx.arena);
}

/* A client's text is repeated as harmless ASCII, and cut. */
static void
test_shown(void)
{
	static const char long_path[] = "/v1/0123456789012345678901234567890"
	    "1234567890123456789012345678901";
	struct req req = { .method = "GET", .target = "/v1/a\"<\xff \x01?q",
	    .body = "", .header[HEADER_X_REQUEST_ID] = "id-1" };
	struct resp resp;

	serve_answer(&ctx, &req, &resp);
	CU_ASSERT(says(&resp, "\"There is nothing at /v1/a%22%3C%FF %01.\""));
	CU_ASSERT(says(&resp, ",\"requestId\":\"id-1\","
	    "\"instance\":\"/problems/not_found#id-1\"}"));
	req.target = long_path;
	serve_answer(&ctx, &req, &resp);
	CU_ASSERT(says(&resp, "456789....\"") && !says(&resp, "45678901."));
	arena_reset(ctx.arena);
}

static void
test_body_faults(void)
{
	struct req req = { .method = "POST", .target = CHARGE,
	    .header[HEADER_AUTHORIZATION] = bearer(),
	    .header[HEADER_CONTENT_TYPE] = JSON, .body = "" };
	struct req broken = req;
	struct resp resp;

	req.body_too_large = true;
	serve_answer(&ctx, &req, &resp);
	CU_ASSERT_EQUAL(resp.status, 413);
	CU_ASSERT(says(&resp, "payload_too_large"));
	broken.body_broken = true;
	serve_answer(&ctx, &broken, &resp);
	CU_ASSERT_EQUAL(resp.status, 400);
	arena_reset(ctx.arena);
}

static void
test_pointers(void)
{
	static const char body[] = "{\"items\":[{\"productId\":1,"
	    "\"quantity\":1001},{\"productId\":\"1\"},{\"productId\":0,"
	    "\"quantity\":1}],\"coupon\":1}";
	struct req req = { .method = "POST", .target = ORDERS,
	    .header[HEADER_AUTHORIZATION] = bearer(),
	    .header[HEADER_CONTENT_TYPE] = JSON, .body = body,
	    .body_len = sizeof body - 1 };
	struct resp resp;

	serve_answer(&ctx, &req, &resp);
	CU_ASSERT_EQUAL(resp.status, 422);
	CU_ASSERT(says(&resp, "\"/items/0/quantity\""));
	CU_ASSERT(says(&resp, "\"/items/1/productId\""));
	CU_ASSERT(says(&resp, "\"/items/1/quantity\""));
	CU_ASSERT(says(&resp, "\"/items/2/productId\""));
	CU_ASSERT(says(&resp, "\"/coupon\""));
	CU_ASSERT(!says(&resp, "\"/items/0/productId\""));
	arena_reset(ctx.arena);
}

/* Every status the table of outcomes has is one we can name. */
static void
test_reasons(void)
{
	for (int e = E_OK; e < E_COUNT; e++)
		CHECK_ROW(err_row((enum err)e)->code,
		    http_reason(err_row((enum err)e)->status)[0] != '\0');
}

/* Whatever piece of memory is missing, there is an answer. */
static void
serve_little(const char *authorization, const char *body)
{
	struct arena *whole = ctx.arena;
	bool refused = false;

	for (size_t bytes = 0; bytes < 40000; bytes += 256) {
		struct req req = { .method = "POST", .target = ORDERS,
		    .header[HEADER_AUTHORIZATION] = authorization,
		    .header[HEADER_CONTENT_TYPE] = JSON,
		    .body = body, .body_len = strlen(body) };
		struct resp resp;

		ctx.arena = arena_new(bytes);
		CU_ASSERT_PTR_NOT_NULL_FATAL(ctx.arena);
		serve_answer(&ctx, &req, &resp);
		CU_ASSERT(resp.status == 500 || resp.status == 422);
		CU_ASSERT(req.request_id == NULL
		    ? says(&resp, "\",\"detail\":\"") : problem_is_whole(
		    resp.body, resp.status, resp.status == 500 ? "internal"
		    : "validation_failed", req.request_id,
		    strlen(req.request_id)));
		CU_ASSERT(buf_ok(&resp.headers));
		CU_ASSERT((req.request_id != NULL) ==
		    has(&resp, "X-Request-Id: "));
		CU_ASSERT(resp.body_len == strlen(resp.body));
		refused = refused || resp.status == 422;
		arena_free(ctx.arena);
	}
	CU_ASSERT(refused);
	ctx.arena = whole;
}

static void
test_little_memory(void)
{
	const char *authorization = bearer();

	serve_little(authorization, "{\"items\":[{}]}");
	/* Here the handler has to tell of faults beyond the table's. */
	serve_little(authorization, "{\"items\":[{\"productId\":1,"
	    "\"quantity\":1},{\"productId\":1,\"quantity\":1}]}");
	arena_reset(ctx.arena);
}

void
suite_http(void)
{
	CU_pSuite s = CU_add_suite("http", set_up, tear_down);

	CU_ADD_TEST(s, test_live);
	CU_ADD_TEST(s, test_request_id);
	CU_ADD_TEST(s, test_refusals);
	CU_ADD_TEST(s, test_key_told);
	CU_ADD_TEST(s, test_key_unread);
	CU_ADD_TEST(s, test_shown);
	CU_ADD_TEST(s, test_body_faults);
	CU_ADD_TEST(s, test_pointers);
	CU_ADD_TEST(s, test_reasons);
	CU_ADD_TEST(s, test_little_memory);
}
