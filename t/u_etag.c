/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "web/etag.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "unit.h"

static char room[HEADER_BYTES_MAX];
static struct arena *arena;

static int
set_up(void)
{
	return (arena = arena_new(4096)) == NULL;
}

static int
tear_down(void)
{
	arena_free(arena);
	return 0;
}

/* The ETag of the body, of which len bytes from at on are left out. */
static const char *
tag_of(const char *body, size_t at, size_t len)
{
	static char tag[64];
	struct req req = { .method = "GET" };
	struct resp resp = { .status = 200, .body = body,
	    .body_len = strlen(body), .undated_at = at, .undated_len = len };
	const char *from;

	buf_init(&resp.headers, room, sizeof room);
	CU_ASSERT_EQUAL_FATAL(etag_put(arena, &req, &resp), E_OK);
	CU_ASSERT_EQUAL(resp.status, 200);
	arena_reset(arena);
	from = strstr(room, "ETag: ");
	CU_ASSERT_PTR_NOT_NULL_FATAL(from);
	snprintf(tag, sizeof tag, "%.*s", (int)strcspn(from + 6, "\r"),
	    from + 6);
	return tag;
}

static void
test_tags(void)
{
	char first[64];

	snprintf(first, sizeof first, "%s", tag_of("abcdef", 0, 0));
	CU_ASSERT_EQUAL(strlen(first), 18);
	CU_ASSERT_STRING_EQUAL(tag_of("abcdef", 0, 0), first);
	CU_ASSERT_STRING_NOT_EQUAL(tag_of("abcdeg", 0, 0), first);
	snprintf(first, sizeof first, "%s", tag_of("abcdef", 2, 2));
	CU_ASSERT_EQUAL(strlen(first), 20);
	CU_ASSERT_EQUAL(strncmp(first, "W/\"", 3), 0);
	CU_ASSERT_STRING_EQUAL(tag_of("abXYef", 2, 2), first);
	CU_ASSERT_STRING_NOT_EQUAL(tag_of("abcdeg", 2, 2), first);
	CU_ASSERT_STRING_NOT_EQUAL(tag_of("Xbcdef", 2, 2), first);
	tag_of("abcdef", 4, 2);
	tag_of("abcdef", 0, 6);
}

/* %s is the tag without W/. */
static const struct {
	const char *known;
	bool has_it;
} lists[] = {
	{ "%s", true }, { "W/%s", true }, { "\"x\", %s", true },
	{ "W/\"x\",W/%s", true }, { "\"x,y\" , %s,\"z\"", true },
	{ "*", true }, { "", false }, { "\"x\"", false }, { "**", false },
	{ "%sx", true }, { "w/%s", false }, { "\"x%s", false },
	{ "x", false }, { "\"x", false }, { "*, %s", false },
};

static void
test_known(void)
{
	char known[128], bare[64];

	for (size_t weak = 0; weak < 2; weak++) {
		snprintf(bare, sizeof bare, "%s",
		    tag_of("abcdef", 2, 2 * weak) + 2 * weak);
		for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
			const char *at = strstr(lists[i].known, "%s");
			size_t to = at != NULL ? (size_t)(at - lists[i].known)
			    : strlen(lists[i].known);
			struct req req = { .header[HEADER_IF_NONE_MATCH] = known };
			struct resp resp = { .status = 200, .body = "abcdef",
			    .body_len = 6, .undated_at = 2,
			    .undated_len = 2 * weak };

			snprintf(known, sizeof known, "%.*s%s%s", (int)to,
			    lists[i].known, at != NULL ? bare : "",
			    at != NULL ? at + 2 : "");
			buf_init(&resp.headers, room, sizeof room);
			CU_ASSERT_EQUAL(etag_put(arena, &req, &resp), E_OK);
			CHECK_ROW(known, resp.status ==
			    (lists[i].has_it ? 304 : 200));
			CHECK_ROW(known, resp.body_len ==
			    (lists[i].has_it ? 0 : 6));
		}
	}
}

void
suite_etag(void)
{
	CU_pSuite s = CU_add_suite("etag", set_up, tear_down);

	CU_ADD_TEST(s, test_tags);
	CU_ADD_TEST(s, test_known);
}
