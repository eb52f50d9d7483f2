/* SPDX-License-Identifier: MIT */
/* Queries, cursors and pages, without a socket. */
#include "config.h"

#include "web/query.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "unit.h"
#include "web/page.h"
#include "web/route.h"
#include "web/serve.h"

struct wanted {
	struct page page;
	const char *q;
	bool all;
	int sort;
	int64_t least;
	enum json_presence least_is;
};

static const char *const sorts[] = { "id", "-id", NULL };

static const struct json_field wanted_fields[] = {
	PAGE_FIELDS(struct wanted, page),
	{ JSON_AT("q", STR, struct wanted, q), .min = 1, .max = 5,
	    .optional = true },
	{ JSON_AT("all", BOOL, struct wanted, all), .optional = true },
	{ JSON_AT("sort", CHOICE, struct wanted, sort), .optional = true,
	    .choices = sorts },
	{ JSON_AT("least", INT, struct wanted, least), .min = -9, .max = 9,
	    .optional = true, JSON_PRESENCE(struct wanted, least_is) },
	JSON_END
};

static const struct input wanted_query = {
	.fields = wanted_fields, .size = sizeof(struct wanted),
};

static const struct route list = {
	.method = "GET", .pattern = "/list", .body = &no_body,
	.query = &wanted_query,
};

static const struct route other_list = {
	.method = "GET", .pattern = "/other", .body = &no_body,
	.query = &wanted_query,
};

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

/* The query as the route has it; what it says, or NULL. */
static const struct wanted *
take(struct req *req, struct resp *resp, const struct route *r,
    const char *target)
{
	*req = (struct req){ .method = "GET", .target = target, .route = r,
	    .caller.id = 7 };
	CU_ASSERT_EQUAL(serve_begin(&ctx, req, resp), E_OK);
	return query_take(&ctx, req, resp) == E_OK ? req->query : NULL;
}

static void
test_takes_all_kinds(void)
{
	const struct wanted *w;
	struct resp resp;
	struct req req;

	/* gcc does not know that an assertion that fails goes no further. */
	CU_ASSERT_FATAL(take(&req, &resp, &list, "/list?q=a+%ED%95%9C%2B&"
	    "limit=100&all=true&unknown=%zz&sort=-id&least=-9&&=&x") != NULL);
	w = req.query;
	CU_ASSERT_STRING_EQUAL(w->q, "a \xed\x95\x9c+");
	CU_ASSERT_EQUAL(w->page.limit, 100);
	CU_ASSERT(w->all);
	CU_ASSERT_EQUAL(w->sort, 1);
	CU_ASSERT(w->least == -9 && w->least_is == JSON_GIVEN);
	CU_ASSERT_FATAL(take(&req, &resp, &list, "/list") != NULL);
	w = req.query;
	CU_ASSERT(w->q == NULL && w->page.limit == 0 && !w->all &&
	    w->sort == 0 && w->least_is == JSON_ABSENT);
	arena_reset(ctx.arena);
}

/* A query, and the parameters at fault with the codes. */
static const struct {
	const char *query, *faults;
} wrong[] = {
	{ "limit=0", "limit out_of_range" },
	{ "limit=101", "limit out_of_range" },
	{ "limit=01", "limit wrong_type" },
	{ "limit=1.5", "limit wrong_type" },
	{ "limit=%31", "" },
	{ "limit=", "limit wrong_type" },
	{ "limit", "limit wrong_type" },
	{ "limit=99999999999999999999", "limit out_of_range" },
	{ "limit=1&limit=1", "limit duplicate" },
	{ "q=", "q out_of_range" },
	{ "q=%00", "q wrong_type" },
	{ "q=%", "q wrong_type" },
	{ "q=%ff", "q wrong_type" },
	{ "q=123456", "q too_long" },
	{ "q=%EA%B0%80%EA%B0%80%EA%B0%80%EA%B0%80%EA%B0%80", "" },
	{ "all=TRUE", "all wrong_type" },
	{ "sort=price", "sort wrong_type" },
	{ "sort=", "sort wrong_type" },
	{ "least=-10&limit=x", "least out_of_range limit wrong_type" },
	{ "%6Cimit=0", "limit out_of_range" },
};

static void
test_tells_every_fault(void)
{
	char target[128], told[256];

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		const struct faults *f;
		struct resp resp;
		struct req req;
		size_t at = 0;
		bool ok;

		snprintf(target, sizeof target, "/list?%s", wrong[i].query);
		ok = take(&req, &resp, &list, target) != NULL;
		f = resp.problem.faults;
		told[0] = '\0';
		for (size_t k = 0; f != NULL && k < f->n; k++)
			at += (size_t)snprintf(told + at, sizeof told - at,
			    "%s%s %s", k > 0 ? " " : "",
			    f->fault[k].parameter,
			    fault_row(f->fault[k].code)->code);
		CHECK_ROW(wrong[i].query, strcmp(told, wrong[i].faults) == 0);
		CHECK_ROW(wrong[i].query, ok == (wrong[i].faults[0] == '\0'));
	}
	arena_reset(ctx.arena);
}

/* ---- Pages */

struct item {
	int64_t id;
	const char *text;
};

static const struct json_field item_fields[] = {
	{ JSON_AT("id", INT, struct item, id) },
	{ JSON_AT("text", STR, struct item, text) },
	JSON_END
};

static void
item_key(const void *item, int64_t key[PAGE_KEYS])
{
	key[0] = ((const struct item *)item)->id;
}

/* A page of items from 1 on; its body. */
static const char *
page_of(struct req *req, struct resp *resp, const struct route *r,
    const char *target, size_t n, const char *text)
{
	struct item *item = arena_alloc(ctx.arena, n * sizeof *item);
	const struct page_items items = { item, n, sizeof *item, item_fields,
	    item_key };
	const struct wanted *w = take(req, resp, r, target);
	struct page_from from;

	CU_ASSERT_PTR_NOT_NULL_FATAL(w);
	CU_ASSERT_PTR_NOT_NULL_FATAL(item);
	for (size_t i = 0; i < n; i++)
		item[i] = (struct item){ (int64_t)i + 1, text };
	if (page_begin(&ctx, req, resp, &w->page, &from) != E_OK ||
	    page_put(&ctx, req, resp, &w->page, &from, &items) != E_OK)
		return NULL;
	return resp->body;
}

/* "cursor" of the body's nextCursor, in out; false: it is null. */
static bool
cursor_of(const char *body, char out[CURSOR_CHARS_MAX + 1])
{
	static const char name[] = "\"nextCursor\":\"";
	const char *at = body != NULL ? strstr(body, name) : NULL;
	size_t len = at != NULL ? strcspn(at + sizeof name - 1, "\"") : 0;

	if (at == NULL || len > CURSOR_CHARS_MAX)
		return false;
	memcpy(out, at + sizeof name - 1, len);
	out[len] = '\0';
	return true;
}

static void
test_pages(void)
{
	char cursor[CURSOR_CHARS_MAX + 1], link[256];
	struct resp resp;
	struct req req;
	const char *body;

	body = page_of(&req, &resp, &list, "/list", 0, "x");
	CU_ASSERT_STRING_EQUAL(body, "{\"items\":[],\"nextCursor\":null}");
	body = page_of(&req, &resp, &list, "/list?limit=2", 2, "x");
	CU_ASSERT_STRING_EQUAL(body, "{\"items\":[{\"id\":1,\"text\":\"x\"},"
	    "{\"id\":2,\"text\":\"x\"}],\"nextCursor\":null}");
	body = page_of(&req, &resp, &list, "/list?limit=2&q=a%20b", 3, "x");
	CU_ASSERT_FATAL(cursor_of(body, cursor));
	CU_ASSERT_PTR_NULL(strstr(body, "\"id\":3"));
	snprintf(link, sizeof link, "Link: </list?cursor=%s&limit=2&q=a%%20b>;"
	    " rel=\"next\"\r\n", cursor);
	CU_ASSERT_PTR_NOT_NULL(strstr(resp.headers.data, link));
	arena_reset(ctx.arena);
}

static bool
is_taken(const struct route *r, int64_t user_id, const char *query,
    const char *cursor, int64_t *key)
{
	struct page_from from;
	char target[256];
	struct resp resp;
	struct req req;
	const struct wanted *w;
	enum err e;

	snprintf(target, sizeof target, "/list?%s&cursor=%s", query, cursor);
	w = take(&req, &resp, r, target);
	if (w == NULL)
		return false;
	req.caller.id = user_id;
	e = page_begin(&ctx, &req, &resp, &w->page, &from);
	CU_ASSERT(e == E_OK || e == E_INVALID_PARAMETER);
	*key = from.key[0];
	return e == E_OK && !from.is_first;
}

static void
test_cursors(void)
{
	char cursor[CURSOR_CHARS_MAX + 1], bad[CURSOR_CHARS_MAX + 1];
	struct resp resp;
	struct req req;
	int64_t key = 0;

	CU_ASSERT_FATAL(cursor_of(page_of(&req, &resp, &list,
	    "/list?limit=2&q=ab&sort=-id", 3, "x"), cursor));
	CU_ASSERT(is_taken(&list, 7, "q=ab&sort=-id", cursor, &key));
	CU_ASSERT_EQUAL(key, 2);
	CU_ASSERT(is_taken(&list, 7, "limit=9&sort=-id&q=%61b", cursor, &key));
	CU_ASSERT(!is_taken(&list, 8, "q=ab&sort=-id", cursor, &key));
	CU_ASSERT(!is_taken(&list, 7, "q=ac&sort=-id", cursor, &key));
	CU_ASSERT(!is_taken(&list, 7, "q=ab", cursor, &key));
	CU_ASSERT(!is_taken(&list, 7, "q=ab&sort=-id&least=0", cursor, &key));
	CU_ASSERT(!is_taken(&other_list, 7, "q=ab&sort=-id", cursor, &key));
	for (size_t i = 0; cursor[i] != '\0'; i++) {
		memcpy(bad, cursor, sizeof bad);
		bad[i] = bad[i] == 'A' ? 'B' : 'A';
		CHECK_ROW(bad, !is_taken(&list, 7, "q=ab&sort=-id", bad,
		    &key));
		bad[i] = '\0';
		CHECK_ROW(bad, !is_taken(&list, 7, "q=ab&sort=-id", bad,
		    &key));
	}
	arena_reset(ctx.arena);
}

/* A page ends where the answer would grow too large, and goes on there. */
static void
test_large_pages(void)
{
	static char text[10001];
	char cursor[CURSOR_CHARS_MAX + 1];
	struct resp resp;
	struct req req;
	int64_t key = 0;

	memset(text, 'x', sizeof text - 1);
	CU_ASSERT_FATAL(cursor_of(page_of(&req, &resp, &list,
	    "/list?limit=100", 100, text), cursor));
	CU_ASSERT(resp.body_len <= RESPONSE_BYTES_MAX);
	CU_ASSERT(resp.body_len > RESPONSE_BYTES_MAX - 2 * sizeof text);
	CU_ASSERT(is_taken(&list, 7, "", cursor, &key));
	CU_ASSERT_EQUAL(key, (int64_t)(resp.body_len / sizeof text));
	arena_reset(ctx.arena);
}

void
suite_query(void)
{
	CU_pSuite s = CU_add_suite("query", set_up, tear_down);

	CU_ADD_TEST(s, test_takes_all_kinds);
	CU_ADD_TEST(s, test_tells_every_fault);
	CU_ADD_TEST(s, test_pages);
	CU_ADD_TEST(s, test_cursors);
	CU_ADD_TEST(s, test_large_pages);
}
