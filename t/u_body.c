/* SPDX-License-Identifier: MIT */
/*
 * Bodies of a charge and of an order that are JSON and not what we take: each
 * with all its faults, by their JSON Pointers, through the whole of web/.
 */
#include "config.h"

#include "web/http.h"
#include "web/serve.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/num.h"
#include "io/jwt.h"
#include "unit.h"

/* A line that is right, of that product, and an order of such lines. */
#define L(id) "{\"productId\":" #id ",\"quantity\":1}"
#define O(lines) "{\"items\":[" lines "]}"
#define P(id) "{\"productId\":" id ",\"quantity\":1}"
#define Q(n) "{\"productId\":1,\"quantity\":" n "}"

static const struct row {
	const char *body;
	const char *pointers;	/* each in < >, in their order */
} charges[] = {
	{ "{}", "</amount>" },
	{ "[]", "<>" },
	{ "[{\"amount\":1}]", "<>" },
	{ "null", "<>" },
	{ "true", "<>" },
	{ "1000", "<>" },
	{ "\"amount\"", "<>" },
	{ "{\"amount\":0}", "</amount>" },
	{ "{\"amount\":-0}", "</amount>" },
	{ "{\"amount\":-1}", "</amount>" },
	{ "{\"amount\":1000000001}", "</amount>" },
	{ "{\"amount\":9007199254740993}", "</amount>" },
	{ "{\"amount\":18446744073709551617}", "</amount>" },
	{ "{\"amount\":1.5}", "</amount>" },
	{ "{\"amount\":1e-3}", "</amount>" },
	{ "{\"amount\":1e400}", "</amount>" },
	{ "{\"amount\":0.1}", "</amount>" },
	{ "{\"amount\":\"1000\"}", "</amount>" },
	{ "{\"amount\":\"\"}", "</amount>" },
	{ "{\"amount\":null}", "</amount>" },
	{ "{\"amount\":true}", "</amount>" },
	{ "{\"amount\":[]}", "</amount>" },
	{ "{\"amount\":[1]}", "</amount>" },
	{ "{\"amount\":{}}", "</amount>" },
	{ "{\"amount\":{\"amount\":1}}", "</amount>" },
	{ "{\"Amount\":1}", "</amount></Amount>" },
	{ "{\"AMOUNT\":1,\"amount\":1}", "</AMOUNT>" },
	{ "{\"amount \":1}", "</amount></amount >" },
	{ "{\"amount\":1,\"userId\":2}", "</userId>" },
	{ "{\"userId\":2,\"amount\":1,\"balance\":9}", "</userId></balance>" },
	{ "{\"x\":0,\"amount\":0,\"y\":0}", "</amount></x></y>" },
	{ "{\"amount\":1,\"\":0}", "</>" },
	{ "{\"amount\":1,\"a/b\":0}", "</a~1b>" },
	{ "{\"amount\":1,\"a~b\":0}", "</a~0b>" },
	{ "{\"amount\":1,\"~1\":0,\"/\":0}", "</~01></~1>" },
	{ "{\"amount\":1,\"\xed\x95\x9c\":0}", "</\xed\x95\x9c>" },
	{ "{\"amount\":1,\"\\ud83d\\ude00\":0}", "</\xf0\x9f\x98\x80>" },
	{ "{\"amount\":1,\"__proto__\":{\"amount\":1}}", "</__proto__>" },
	{ "{\"amount\":1,\"x\":[[{\"amount\":0}]]}", "</x>" },
	{ "{\"amount\":1,\"items\":[]}", "</items>" },
	{ "{\"\\u0061mount\":0}", "</amount>" },
}, orders[] = {
	{ "{}", "</items>" },
	{ "[]", "<>" },
	{ "[" L(1) "]", "<>" },
	{ "\"items\"", "<>" },
	{ "{\"items\":null}", "</items>" },
	{ "{\"items\":0}", "</items>" },
	{ "{\"items\":\"[]\"}", "</items>" },
	{ "{\"items\":" L(1) "}", "</items>" },
	{ "{\"items\":{\"0\":" L(1) "}}", "</items>" },
	{ O(""), "</items>" },
	{ "{\"Items\":[" L(1) "]}", "</items></Items>" },
	{ "{\"items\":[" L(1) "],\"coupon\":1}", "</coupon>" },
	{ "{\"coupon\":1,\"items\":[],\"total\":0}",
	    "</items></coupon></total>" },
	{ O("1"), "</items/0>" },
	{ O("null"), "</items/0>" },
	{ O("[]"), "</items/0>" },
	{ O("\"1\""), "</items/0>" },
	{ O("[" L(1) "]"), "</items/0>" },
	{ O(L(1) ",true," L(2) ",false"), "</items/1></items/3>" },
	{ O("{}"), "</items/0/productId></items/0/quantity>" },
	{ O("{},{}"), "</items/0/productId></items/0/quantity>"
	    "</items/1/productId></items/1/quantity>" },
	{ O("{\"productId\":1}"), "</items/0/quantity>" },
	{ O("{\"quantity\":1}"), "</items/0/productId>" },
	{ O(P("0")), "</items/0/productId>" },
	{ O(P("-1")), "</items/0/productId>" },
	{ O(P("1.5")), "</items/0/productId>" },
	{ O(P("1e-1")), "</items/0/productId>" },
	{ O(P("\"1\"")), "</items/0/productId>" },
	{ O(P("null")), "</items/0/productId>" },
	{ O(P("[1]")), "</items/0/productId>" },
	{ O(P("9007199254740992")), "</items/0/productId>" },
	{ O(P("9223372036854775808")), "</items/0/productId>" },
	{ O(Q("0")), "</items/0/quantity>" },
	{ O(Q("-1")), "</items/0/quantity>" },
	{ O(Q("1001")), "</items/0/quantity>" },
	{ O(Q("2.5")), "</items/0/quantity>" },
	{ O(Q("1E-2")), "</items/0/quantity>" },
	{ O(Q("1001.0")), "</items/0/quantity>" },
	/* One product, however its id is written. */
	{ O(P("1") "," P("10e-1") "," P("1.0")), "</items/1/productId>"
	    "</items/2/productId>" },
	{ O(Q("\"2\"")), "</items/0/quantity>" },
	{ O(Q("true")), "</items/0/quantity>" },
	{ O(Q("{}")), "</items/0/quantity>" },
	{ O(Q("4294967297")), "</items/0/quantity>" },
	{ O("{\"productId\":0,\"quantity\":0}"),
	    "</items/0/productId></items/0/quantity>" },
	{ O("{\"productid\":1,\"Quantity\":1}"), "</items/0/productId>"
	    "</items/0/quantity></items/0/productid></items/0/Quantity>" },
	{ O("{\"productId\":1,\"quantity\":1,\"price\":0}"),
	    "</items/0/price>" },
	{ O("{\"price\":0,\"productId\":1,\"a/b\":0,\"quantity\":1}"),
	    "</items/0/price></items/0/a~1b>" },
	{ O("{\"productId\":1,\"quantity\":1,\"\":0}"), "</items/0/>" },
	{ O(L(1) "," P("0") "," L(2) "," P("null")),
	    "</items/1/productId></items/3/productId>" },
	{ O(L(1) "," L(1)), "</items/1/productId>" },
	{ O(L(1) "," L(2) "," L(1) "," L(2) "," L(1)), "</items/2/productId>"
	    "</items/3/productId></items/4/productId>" },
	{ O(L(7) "," Q("1") "," P("7")), "</items/2/productId>" },
	/* Faults of the table and faults beyond it are told together. */
	{ O(L(1) "," L(1) "," P("0")), "</items/2/productId>"
	    "</items/1/productId>" },
	{ O(Q("0") "," Q("1001") "," L(1)), "</items/0/quantity>"
	    "</items/1/quantity></items/1/productId></items/2/productId>" },
	{ "{\"items\":[" L(5) "," L(5) "],\"x\":0}",
	    "</x></items/1/productId>" },
	/* An invalid id is no duplicate of another line's. */
	{ O(P("0") "," P("0")), "</items/0/productId></items/1/productId>" },
	{ O("{},1,{}"), "</items/0/productId></items/0/quantity></items/1>"
	    "</items/2/productId></items/2/quantity>" },
};

#define N(rows) (sizeof rows / sizeof rows[0])

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

/* The pointers that an answer names, each in < >. */
static void
pointers_of(const char *body, char *out, size_t size)
{
	static const char name[] = "\"pointer\":\"";
	size_t len = 0;

	out[0] = '\0';
	while ((body = strstr(body, name)) != NULL) {
		body += sizeof name - 1;
		len += (size_t)snprintf(out + len, size - len, "<%.*s>",
		    (int)strcspn(body, "\""), body);
		CU_ASSERT_FATAL(len < size);
	}
}

static void
serve(const char *target, const char *body, struct resp *resp)
{
	struct req req = { .method = "POST", .target = target,
	    .header[HEADER_CONTENT_TYPE] = "application/json", .body = body,
	    .body_len = strlen(body) };
	const char *token = "";

	arena_reset(ctx.arena);
	CU_ASSERT_EQUAL(jwt_sign(jwt_keys_signer(ctx.keys), ctx.conf, ctx.arena, 1,
	    num_now_ms(), 60, &token), E_OK);
	req.header[HEADER_AUTHORIZATION] = arena_printf(ctx.arena, "Bearer %s", token);
	serve_answer(&ctx, &req, resp);
}

static void
check_rows(const char *target, const struct row *rows, size_t n)
{
	char told[2048];
	struct resp resp;

	for (size_t i = 0; i < n; i++) {
		serve(target, rows[i].body, &resp);
		pointers_of(resp.body, told, sizeof told);
		CHECK_ROW(rows[i].body, resp.status == 422);
		CHECK_ROW(rows[i].body, strstr(resp.body,
		    "\"code\":\"validation_failed\"") != NULL);
		CHECK_ROW(rows[i].body, strcmp(told, rows[i].pointers) == 0);
	}
}

static void
test_charges(void)
{
	check_rows("/v1/points/charge", charges, N(charges));
}

static void
test_orders(void)
{
	check_rows("/v1/orders", orders, N(orders));
}

static void
test_size(void)
{
	CU_ASSERT(N(charges) + N(orders) >= 90);
}

/* As many as there is room for, and that there were more. */
static void
test_many(void)
{
	static char body[BODY_BYTES_MAX], told[FAULTS_MAX * 32];
	size_t len = (size_t)snprintf(body, sizeof body, "{\"items\":[");
	struct resp resp;

	for (int i = 0; i < 2000; i++)
		len += (size_t)snprintf(body + len, sizeof body - len, "%s%s",
		    i > 0 ? "," : "", L(1));
	snprintf(body + len, sizeof body - len, "]}");
	serve("/v1/orders", body, &resp);
	pointers_of(resp.body, told, sizeof told);
	CU_ASSERT_EQUAL(resp.status, 422);
	CU_ASSERT(strncmp(told, "</items></items/1/productId>", 28) == 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(told, "</items/127/productId>"));
	CU_ASSERT_PTR_NULL(strstr(told, "</items/128/productId>"));
	CU_ASSERT_PTR_NOT_NULL(strstr(resp.body, "There are more faults"));
}

void
suite_body(void)
{
	CU_pSuite s = CU_add_suite("bodies", set_up, tear_down);

	CU_ADD_TEST(s, test_charges);
	CU_ADD_TEST(s, test_orders);
	CU_ADD_TEST(s, test_size);
	CU_ADD_TEST(s, test_many);
}
