/* SPDX-License-Identifier: MIT */
/* One table reads a body, writes an answer and tells its values. */
#include "config.h"

#include <CUnit/CUnit.h>
#include <string.h>

#include "io/json.h"
#include "unit.h"
#include "web/text.h"

struct size {
	int64_t width, height;
};

struct sizes {
	size_t n;
	struct size *item;
};

struct tag {
	const char *word;
};

struct thing {
	int64_t n;
	const char *name;
	bool on_sale;
	int colour;
	struct size size;
	size_t tags;
	struct tag *tag;
	const char *note;
	enum json_presence note_is;
	int64_t extra;
	enum json_presence extra_is;
};

static const char *const colours[] = { "red", "green", NULL };

static const struct json_field size_fields[] = {
	{ JSON_AT("width", INT, struct size, width), .min = 1, .max = 9 },
	{ JSON_AT("height", INT, struct size, height), .min = 1, .max = 9 },
	JSON_END
};

static const struct json_field tag_fields[] = {
	{ JSON_AT("word", STR, struct tag, word), .min = 1, .max = 3 },
	JSON_END
};

static const struct json_field thing_fields[] = {
	{ JSON_AT("n", INT, struct thing, n), .min = -5, .max = 5 },
	{ JSON_AT("name", STR, struct thing, name), .min = 1, .max = 3 },
	{ JSON_AT("onSale", BOOL, struct thing, on_sale) },
	{ JSON_AT("colour", CHOICE, struct thing, colour),
	    .choices = colours },
	{ JSON_AT("size", OBJECT, struct thing, size), .fields = size_fields },
	{ JSON_LIST_AT("tags", struct thing, tag, tags, tag_fields,
	    struct tag), .max = 3 },
	{ JSON_AT("note", STR, struct thing, note), .max = 3,
	    .optional = true, .nullable = true,
	    JSON_PRESENCE(struct thing, note_is) },
	{ JSON_AT("extra", INT, struct thing, extra), .max = 9,
	    .optional = true, JSON_PRESENCE(struct thing, extra_is) },
	JSON_END
};

#define HEAD "{\"n\":-5,\"name\":\"\xed\x95\x9c\xea\xb8\x80!\","
#define REST "\"onSale\":true,\"colour\":\"green\"," \
	"\"size\":{\"width\":1,\"height\":9}," \
	"\"tags\":[{\"word\":\"a\"},{\"word\":\"bc\"}]"
#define WHOLE HEAD REST

static struct arena *arena;

static int
set_up(void)
{
	return (arena = arena_new(1024 * 1024)) == NULL;
}

static int
tear_down(void)
{
	arena_free(arena);
	return 0;
}

static enum err
read_thing(const char *text, struct thing *t, struct faults *faults)
{
	const struct json *json = NULL;

	memset(faults, 0, sizeof *faults);
	memset(t, 0, sizeof *t);
	if (json_parse(arena, text, strlen(text), &json) != E_OK)
		return E_MALFORMED_JSON;
	return json_decode(arena, json, thing_fields, t, faults);
}

static void
test_reads_all_kinds(void)
{
	struct faults faults;
	struct thing t;

	CU_ASSERT_EQUAL_FATAL(read_thing(WHOLE "}", &t, &faults), E_OK);
	CU_ASSERT_EQUAL(t.n, -5);
	CU_ASSERT_STRING_EQUAL(t.name, "\xed\x95\x9c\xea\xb8\x80!");
	CU_ASSERT(t.on_sale);
	CU_ASSERT_EQUAL(t.colour, 1);
	CU_ASSERT(t.size.width == 1 && t.size.height == 9);
	CU_ASSERT_EQUAL_FATAL(t.tags, 2);
	CU_ASSERT_STRING_EQUAL(t.tag[1].word, "bc");
	CU_ASSERT_EQUAL(t.note_is, JSON_ABSENT);
	CU_ASSERT_EQUAL(t.extra_is, JSON_ABSENT);
}

static void
test_tells_null_from_absent(void)
{
	struct faults faults;
	struct thing t;

	CU_ASSERT_EQUAL_FATAL(read_thing(WHOLE ",\"note\":null}", &t, &faults),
	    E_OK);
	CU_ASSERT_EQUAL(t.note_is, JSON_IS_NULL);
	CU_ASSERT_EQUAL_FATAL(read_thing(WHOLE ",\"note\":\"\",\"extra\":0}",
	    &t, &faults), E_OK);
	CU_ASSERT_EQUAL(t.note_is, JSON_GIVEN);
	CU_ASSERT_EQUAL(t.extra_is, JSON_GIVEN);
	CU_ASSERT_EQUAL(read_thing(WHOLE ",\"extra\":null}", &t, &faults),
	    E_VALIDATION_FAILED);
}

/* A body, and where it is wrong in which words. */
static const struct {
	const char *text, *pointer, *detail;
} wrong[] = {
	{ HEAD "\"onSale\":1,\"colour\":\"red\",\"size\":{\"width\":1,"
	    "\"height\":1},\"tags\":[]}", "/onSale",
	    "onSale must be true or false." },
	{ HEAD "\"onSale\":true,\"colour\":\"blue\",\"size\":{\"width\":1,"
	    "\"height\":1},\"tags\":[]}", "/colour",
	    "colour must be one of: red, green." },
	{ HEAD "\"onSale\":true,\"colour\":3,\"size\":{\"width\":1,"
	    "\"height\":1},\"tags\":[]}", "/colour",
	    "colour must be one of: red, green." },
	{ HEAD "\"onSale\":true,\"colour\":\"red\",\"size\":{\"width\":0,"
	    "\"height\":1},\"tags\":[]}", "/size/width",
	    "width must be from 1 to 9." },
	{ HEAD "\"onSale\":true,\"colour\":\"red\",\"size\":[],"
	    "\"tags\":[]}", "/size", "size must be an object." },
	{ HEAD "\"onSale\":true,\"colour\":\"red\",\"size\":{\"width\":1,"
	    "\"height\":1},\"tags\":[{\"word\":\"abcd\"}]}", "/tags/0/word",
	    "word must have at most 3 characters." },
	{ HEAD "\"onSale\":true,\"colour\":\"red\",\"size\":{\"width\":1,"
	    "\"height\":1,\"depth\":1},\"tags\":[]}", "/size/depth",
	    "There is no such member; there are: width, height." },
};

static void
test_tells_what_is_wrong(void)
{
	struct faults faults;
	struct thing t;

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		CHECK_ROW(wrong[i].text, read_thing(wrong[i].text, &t,
		    &faults) == E_VALIDATION_FAILED);
		CHECK_ROW(wrong[i].text, faults.n == 1 &&
		    strcmp(faults.fault[0].pointer, wrong[i].pointer) == 0);
		CHECK_ROW(wrong[i].text, strcmp(text_fault(arena,
		    &faults.fault[0]), wrong[i].detail) == 0);
	}
}

/* The same table writes a value as it was read. */
static void
test_writes_what_it_reads(void)
{
	static const char *const texts[] = {
		WHOLE "}", WHOLE ",\"note\":null}",
		WHOLE ",\"note\":\"x\",\"extra\":7}", WHOLE ",\"extra\":0}",
	};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct json_writer w;
		struct faults faults;
		const char *text = "";
		struct thing t;
		size_t len;

		CHECK_ROW(texts[i], read_thing(texts[i], &t, &faults) == E_OK);
		json_begin(&w, arena);
		json_fields(&w, NULL, thing_fields, &t);
		CHECK_ROW(texts[i], json_end(&w, &text, &len) == E_OK);
		CHECK_ROW(texts[i], strcmp(text, texts[i]) == 0);
	}
}

/* An id of none, and a text that is NULL. */
static void
test_writes_null(void)
{
	static const struct json_field fields[] = {
		{ JSON_AT("id", INT, struct thing, n), .nullable = true },
		{ JSON_AT("name", STR, struct thing, name), .nullable = true },
		{ JSON_AT("note", STR, struct thing, note), .optional = true },
		JSON_END
	};
	struct thing t = { 0 };
	struct json_writer w;
	const char *text = "";
	size_t len;

	json_begin(&w, arena);
	json_fields(&w, NULL, fields, &t);
	CU_ASSERT_EQUAL(json_end(&w, &text, &len), E_OK);
	CU_ASSERT_STRING_EQUAL(text, "{\"id\":null,\"name\":null}");
}

/* Bodies that mean different things, each twice in other spellings. */
static const char *const meanings[][2] = {
	{ WHOLE "}", HEAD "\"tags\":[{\"word\":\"a\"},{\"word\":\"bc\"}],"
	    "\"size\":{\"height\":9.0,\"width\":1e0},\"colour\":\"gr\\u0065en\","
	    "\"onSale\": true }" },
	{ WHOLE ",\"note\":null}", "{\"note\":null,\"n\":-5,\"name\":"
	    "\"\\ud55c\\uae00!\"," REST "}" },
	{ WHOLE ",\"note\":\"\"}", WHOLE " , \"note\" : \"\" }" },
	{ WHOLE ",\"extra\":0}", WHOLE ",\"extra\":-0}" },
	{ WHOLE ",\"note\":\"\",\"extra\":0}", WHOLE ",\"extra\":0,"
	    "\"note\":\"\"}" },
	{ HEAD "\"onSale\":true,\"colour\":\"green\",\"size\":{\"width\":1,"
	    "\"height\":9},\"tags\":[{\"word\":\"a\"}]}",
	    HEAD "\"colour\":\"green\",\"onSale\":true,\"size\":{\"width\":1,"
	    "\"height\":9},\"tags\":[{\"word\":\"\\u0061\"}]}" },
	{ HEAD "\"onSale\":true,\"colour\":\"green\",\"size\":{\"width\":1,"
	    "\"height\":9},\"tags\":[{\"word\":\"ab\"},{\"word\":\"c\"}]}",
	    HEAD "\"colour\":\"green\",\"onSale\":true,\"size\":{\"width\":1,"
	    "\"height\":9},\"tags\":[{\"word\":\"ab\"},{\"word\":\"c\"}]}" },
	{ HEAD "\"onSale\":false,\"colour\":\"green\",\"size\":{\"width\":1,"
	    "\"height\":9},\"tags\":[]}",
	    HEAD "\"colour\":\"green\",\"onSale\":false,\"size\":{\"width\":1,"
	    "\"height\":9},\"tags\":[]}" },
	{ HEAD "\"onSale\":false,\"colour\":\"green\",\"size\":{\"width\":1,"
	    "\"height\":9},\"tags\":[],\"extra\":3}",
	    HEAD "\"extra\":3,\"colour\":\"green\",\"onSale\":false,\"size\":"
	    "{\"width\":1,\"height\":9},\"tags\":[]}" },
};

#define MEANINGS (sizeof meanings / sizeof meanings[0])

static void
values_of(const char *text, const void **bytes, size_t *len)
{
	struct faults faults;
	struct thing t;

	*bytes = "";
	*len = 0;
	CHECK_ROW(text, read_thing(text, &t, &faults) == E_OK);
	CHECK_ROW(text, json_values(arena, thing_fields, &t, bytes, len));
}

static void
test_values_are_the_meaning(void)
{
	const void *one, *other;
	size_t one_len, other_len;

	for (size_t i = 0; i < MEANINGS; i++)
		for (size_t k = 0; k < MEANINGS; k++) {
			values_of(meanings[i][0], &one, &one_len);
			values_of(meanings[k][1], &other, &other_len);
			CHECK_ROW(meanings[k][1], (one_len == other_len &&
			    memcmp(one, other, one_len) == 0) == (i == k));
		}
}

/* The ledger has fingerprints of these very bytes. */
static void
test_values_of_the_first_version(void)
{
	static const struct json_field fields[] = {
		{ JSON_AT("width", INT, struct size, width) },
		JSON_END
	};
	const struct size s = { 5000, 0 };
	struct size pair[] = { { 3, 2 }, { 1, 1000 } };
	const struct sizes list = { 2, pair };
	static const struct json_field lists[] = {
		{ JSON_LIST_AT("items", struct sizes, item, n, size_fields,
		    struct size) },
		JSON_END
	};
	const void *bytes;
	size_t len;

	CU_ASSERT(json_values(arena, fields, &s, &bytes, &len));
	CU_ASSERT(len == 8 && memcmp(bytes, &s.width, 8) == 0);
	CU_ASSERT(json_values(arena, lists, &list, &bytes, &len));
	CU_ASSERT(len == sizeof pair && memcmp(bytes, pair, len) == 0);
}

void
suite_fields(void)
{
	CU_pSuite s = CU_add_suite("fields", set_up, tear_down);

	CU_ADD_TEST(s, test_reads_all_kinds);
	CU_ADD_TEST(s, test_tells_null_from_absent);
	CU_ADD_TEST(s, test_tells_what_is_wrong);
	CU_ADD_TEST(s, test_writes_what_it_reads);
	CU_ADD_TEST(s, test_writes_null);
	CU_ADD_TEST(s, test_values_are_the_meaning);
	CU_ADD_TEST(s, test_values_of_the_first_version);
}
