/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "io/json.h"

#include <CUnit/CUnit.h>
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "unit.h"
#include "web/text.h"

#define O16 "[[[[[[[[[[[[[[[["
#define C16 "]]]]]]]]]]]]]]]]"

/* From memory of exactly its size, so that a sanitizer sees a read past it. */
static enum err
parse(const char *text, size_t len, const struct json **out)
{
	char *exact = malloc(len + (len == 0));
	enum err e;

	CU_ASSERT_PTR_NOT_NULL_FATAL(exact);
	memcpy(exact, text, len);
	arena_reset(unit_arena);
	e = json_parse(unit_arena, exact, len, out);
	free(exact);
	return e;
}

static const struct json *
parsed(const char *text)
{
	const struct json *json = NULL;

	CU_ASSERT_EQUAL(parse(text, strlen(text), &json), E_OK);
	CU_ASSERT_PTR_NOT_NULL_FATAL(json);
	return json;
}

/* A text that is right is wrong when cut anywhere. */
static void
test_truncated(void)
{
	static const char text[] = "{\"a\":[1,-2.5e+3,\"\\ud83d\\ude00\xf0"
	    "\x9f\x98\x80\\n\",{\"b\":true}],\"c\":null,\"d\":false}";
	const struct json *json;
	char row[32];

	CU_ASSERT_EQUAL(parse(text, sizeof text - 1, &json), E_OK);
	for (size_t n = 0; n < sizeof text - 1; n++) {
		snprintf(row, sizeof row, "%zu bytes", n);
		CHECK_ROW(row, parse(text, n, &json) == E_MALFORMED_JSON);
	}
}

/* Each byte alone in a string: 0x20..0x7f but quote and backslash. */
static void
test_each_byte(void)
{
	const struct json *json;
	char text[] = "\"?\"", row[16];

	for (int c = 0; c < 256; c++) {
		bool ok = c >= 0x20 && c < 0x80 && c != '"' && c != '\\';

		text[1] = (char)c;
		snprintf(row, sizeof row, "0x%02x", c);
		CHECK_ROW(row, parse(text, 3, &json) ==
		    (ok ? E_OK : E_MALFORMED_JSON));
	}
}

/* BODY_BYTES_MAX bytes of one or a few bytes, over and over. */
static void
test_bombs(void)
{
	static const char *const units[] = { "[", "{", "\"", "{\"a\":", "[1,",
	    "[[],", "\\", "-", "0", " ", "\xc3", "{\"a\":[", "9" };
	static char text[BODY_BYTES_MAX];
	const struct json *json;

	for (size_t u = 0; u < sizeof units / sizeof units[0]; u++) {
		size_t len = strlen(units[u]);

		for (size_t i = 0; i < sizeof text; i++)
			text[i] = units[u][i % len];
		CHECK_ROW(units[u], parse(text, sizeof text, &json) ==
		    (strcmp(units[u], "9") == 0 ? E_OK : E_MALFORMED_JSON));
	}
}

/* Thousands of members, names alike but for their end; one twice. */
static size_t
many_members(char *text, size_t size, bool twice)
{
	size_t len = 0;

	text[len++] = '{';
	for (int i = 0; len + 32 < size; i++)
		len += (size_t)snprintf(text + len, 32, "\"%05d\":%d,", i, i);
	len += (size_t)snprintf(text + len, 32, "\"%s\":0}",
	    twice ? "0000\\u0030" : "last");
	return len;
}

static void
test_many_members(void)
{
	static char text[BODY_BYTES_MAX];
	const struct json *json;
	clock_t start = clock();
	size_t len = many_members(text, sizeof text, false);

	CU_ASSERT_EQUAL(parse(text, len, &json), E_OK);
	len = many_members(text, sizeof text, true);
	CU_ASSERT_EQUAL(parse(text, len, &json), E_MALFORMED_JSON);
	/* Some milliseconds; comparing each with each took seconds. */
	CU_ASSERT(clock() - start < 2 * CLOCKS_PER_SEC);
}

/* The largest trees that a body can ask for fit into the arena. */
static void
test_largest_trees(void)
{
	static char text[BODY_BYTES_MAX];
	const struct json *json;

	for (size_t i = 0; i < sizeof text; i++)
		text[i] = i % 2 == 0 ? ',' : '0';
	text[0] = '[';
	text[sizeof text - 1] = ']';
	text[sizeof text - 2] = ' ';
	CU_ASSERT_EQUAL(parse(text, sizeof text, &json), E_OK);
	CU_ASSERT_EQUAL(parse(text, many_members(text, sizeof text, false),
	    &json), E_OK);
}

static void
test_integers(void)
{
	static const struct {
		const char *text;
		bool ok;
		int64_t value;
	} rows[] = {
		{ "0", true, 0 }, { "-0", true, 0 }, { "1", true, 1 },
		{ "-1", true, -1 }, { "2147483647", true, 2147483647 },
		{ "2147483648", true, INT64_C(2147483648) },
		{ "9007199254740991", true, SAFE_INT_MAX },
		{ "-9007199254740991", true, -SAFE_INT_MAX },
		{ "9007199254740990", true, SAFE_INT_MAX - 1 },
		{ "9007199254740992", false, 0 },
		{ "-9007199254740992", false, 0 },
		{ "9007199254740993", false, 0 },
		{ "9223372036854775807", false, 0 },
		{ "9223372036854775808", false, 0 },
		{ "18446744073709551617", false, 0 },
		{ "1.0", true, 1 }, { "0.0", true, 0 }, { "-0.0", true, 0 },
		{ "1e0", true, 1 }, { "1e2", true, 100 },
		{ "1E+3", true, 1000 }, { "10e2", true, 1000 },
		{ "100000e-2", true, 1000 }, { "0.1e1", true, 1 },
		{ "1000.0", true, 1000 }, { "-1.50e1", true, -15 },
		{ "0e999999", true, 0 }, { "-0e-999999999999", true, 0 },
		{ "9007199254740991.0", true, SAFE_INT_MAX },
		{ "9.007199254740991e15", true, SAFE_INT_MAX },
		{ "-900719925474099100e-2", true, -SAFE_INT_MAX },
		{ "1e15", true, INT64_C(1000000000000000) },
		{ "123456789e7", true, INT64_C(1234567890000000) },
		{ "1.00000000000000000000000000000000000000000000000000"
		    "0000000000000000000000000000000000", true, 1 },
		{ "1.00000000000000000000000000000000000000000000000000"
		    "0000000000000000000000000000000001", false, 0 },
		{ "1.5", false, 0 }, { "0.5", false, 0 }, { "9e99", false, 0 },
		{ "9e98", false, 0 }, { "1e-1", false, 0 },
		{ "9007199254740992.0", false, 0 },
		{ "9007199254740993.0", false, 0 },
		{ "9007199254740990.5", false, 0 },
		{ "4503599627370496.5", false, 0 },
		{ "1e16", false, 0 }, { "1e400", false, 0 },
		{ "1e-400", false, 0 }, { "1e999999999999", false, 0 },
		{ "1E-2", false, 0 },
		{ "\"1\"", false, 0 }, { "true", false, 0 },
		{ "null", false, 0 }, { "[1]", false, 0 }, { "{}", false, 0 },
	};
	char text[160];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t n = -77;
		const struct json *json;
		bool ok;

		snprintf(text, sizeof text, "{\"z\":2.5,\"n\":%s,\"a\":7}",
		    rows[i].text);
		json = parsed(text);
		ok = json_get_int(json, "n", &n);
		CHECK_ROW(text, ok == rows[i].ok);
		CHECK_ROW(text, n == (ok ? rows[i].value : -77));
		CHECK_ROW(text, json_get_int(json, "a", &n) && n == 7);
	}
}

/* Cut towards minus infinity; what is no number, or too large, is none. */
static void
test_floor(void)
{
	static const struct {
		const char *text;
		bool ok;
		int64_t value;
	} rows[] = {
		{ "0", true, 0 }, { "7", true, 7 }, { "-7", true, -7 },
		{ "1.8e9", true, 1800000000 }, { "7.0", true, 7 },
		{ "1795659600.5", true, 1795659600 },
		{ "1795659600.999999999999999999999", true, 1795659600 },
		{ "0.9", true, 0 }, { "-0.1", true, -1 }, { "-7.9", true, -8 },
		{ "1e-400", true, 0 }, { "-1e-400", true, -1 },
		{ "2251799813685248.9", true, INT64_C(2251799813685248) },
		{ "-2251799813685248.9", true, INT64_C(-2251799813685249) },
		{ "2251799813685249.9", false, 0 },
		{ "9007199254740990.5", false, 0 },
		{ "9007199254740991", true, SAFE_INT_MAX },
		{ "-9007199254740991", true, -SAFE_INT_MAX },
		{ "9007199254740992", false, 0 }, { "1e400", false, 0 },
		{ "-1e400", false, 0 }, { "\"7\"", false, 0 },
		{ "null", false, 0 }, { "true", false, 0 },
		{ "[7]", false, 0 }, { "{}", false, 0 },
	};
	char text[64];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t n = -77;
		bool ok;

		snprintf(text, sizeof text, "{\"n\":%s}", rows[i].text);
		ok = json_get_floor(parsed(text), "n", &n);
		CHECK_ROW(text, ok == rows[i].ok);
		CHECK_ROW(text, n == (ok ? rows[i].value : -77));
		CHECK_ROW(text, !json_get_floor(parsed(text), "x", &n));
	}
}

static void
test_get(void)
{
	const struct json *json = parsed("{\"s\":\"caf\\u00e9 \\ud83d\\ude00"
	    "\\n\",\"n\":null,\"l\":[\"a\",\"b\"],\"m\":[\"a\",1],\"e\":[],"
	    "\"i\":3,\"AMOUNT\":1}");
	const char *s = "";
	int64_t n;

	CU_ASSERT(json_is_object(json));
	CU_ASSERT(json_get_str(json, "s", &s));
	CU_ASSERT_STRING_EQUAL(s, "caf\xc3\xa9 \xf0\x9f\x98\x80\n");
	CU_ASSERT(!json_get_str(json, "i", &s));
	CU_ASSERT(!json_get_str(json, "absent", &s));
	CU_ASSERT(!json_get_int(json, "absent", &n));
	CU_ASSERT(!json_get_int(json, "s", &n));
	CU_ASSERT(json_has(json, "n"));
	CU_ASSERT(!json_has(json, "N"));
	CU_ASSERT(!json_has(json, "amount"));
	CU_ASSERT(!json_has(json, ""));
	CU_ASSERT(json_list_has_str(json, "l", "b"));
	CU_ASSERT(!json_list_has_str(json, "l", "c"));
	CU_ASSERT(!json_list_has_str(json, "l", "B"));
	CU_ASSERT(!json_list_has_str(json, "m", "a"));
	CU_ASSERT(!json_list_has_str(json, "e", ""));
	CU_ASSERT(!json_list_has_str(json, "s", "a"));
	CU_ASSERT(!json_list_has_str(json, "absent", "a"));
}

static void
test_get_of_no_object(void)
{
	static const char *const texts[] = { "[{\"a\":1}]", "1", "\"a\"",
	    "null", "[]" };
	const char *s;
	int64_t n;

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		const struct json *json = parsed(texts[i]);

		CHECK_ROW(texts[i], !json_is_object(json));
		CHECK_ROW(texts[i], !json_has(json, "a"));
		CHECK_ROW(texts[i], !json_get_int(json, "a", &n));
		CHECK_ROW(texts[i], !json_get_str(json, "a", &s));
	}
}

struct line {
	int64_t product_id, quantity;
};

struct order {
	size_t n;
	struct line *line;
	const char *note;
	int64_t amount;
};

static const struct json_field line_fields[] = {
	{ .name = "productId", .type = JSON_INT, .min = 1,
	    .max = SAFE_INT_MAX, .offset = offsetof(struct line, product_id) },
	{ .name = "quantity", .type = JSON_INT, .min = 1, .max = 1000,
	    .offset = offsetof(struct line, quantity) },
	{ .name = NULL },
};

static const struct json_field order_fields[] = {
	{ JSON_LIST_AT("items", struct order, line, n, line_fields,
	    struct line), .min = 1, .max = 100 },
	{ .name = "note", .type = JSON_STR, .optional = true, .min = 1,
	    .max = 5, .offset = offsetof(struct order, note) },
	{ .name = "amount", .type = JSON_INT, .optional = true, .min = -5,
	    .max = SAFE_INT_MAX, .offset = offsetof(struct order, amount) },
	{ .name = NULL },
};

#define L1 "\"items\":[{\"productId\":1,\"quantity\":2}]"

static void
test_decode(void)
{
	const struct json *json = parsed("{\"amount\":-0,\"items\":[{"
	    "\"quantity\":1000,\"productId\":9007199254740991},{\"productId\""
	    ":1,\"quantity\":1}],\"note\":\"\xc3\xa9\\ud83d\\ude00""345\"}");
	static struct faults faults;
	struct order o = { .amount = 77 };
	const struct line *l;

	CU_ASSERT_EQUAL(json_decode(unit_arena, json, order_fields, &o, &faults),
	    E_OK);
	CU_ASSERT_EQUAL(faults.n, 0);
	CU_ASSERT(!faults.more);
	CU_ASSERT_EQUAL(o.amount, 0);
	CU_ASSERT_STRING_EQUAL(o.note, "\xc3\xa9\xf0\x9f\x98\x80""345");
	CU_ASSERT_EQUAL_FATAL(o.n, 2);
	l = o.line;
	CU_ASSERT_EQUAL(l[0].product_id, SAFE_INT_MAX);
	CU_ASSERT_EQUAL(l[0].quantity, 1000);
	CU_ASSERT_EQUAL(l[1].product_id, 1);
	CU_ASSERT_EQUAL(l[1].quantity, 1);
}

static void
test_optional_is_left(void)
{
	static struct faults faults;
	struct order o = { .note = "kept", .amount = 77 };

	CU_ASSERT_EQUAL(json_decode(unit_arena, parsed("{" L1 "}"), order_fields,
	    &o, &faults), E_OK);
	CU_ASSERT_STRING_EQUAL(o.note, "kept");
	CU_ASSERT_EQUAL(o.amount, 77);
}

/* Every fault as "pointer code numbers;", in order. */
static size_t
put_fault(const struct fault *f, char *out, size_t size)
{
	const struct fault_row *row = fault_row(f->code);
	size_t len = (size_t)snprintf(out, size, "%s %s", f->pointer,
	    row->code);

	for (int i = 0; i < 2 && row->number[i] != NULL; i++)
		len += (size_t)snprintf(out + len, size - len, " %" PRId64,
		    f->number[i]);
	return len + (size_t)snprintf(out + len, size - len, ";");
}

static const char *
faults_of(const char *text, char *out, size_t size)
{
	static struct faults faults;
	struct order o = { .amount = 77 };
	size_t len = 0;
	enum err e;

	memset(&faults, 0, sizeof faults);
	e = json_decode(unit_arena, parsed(text), order_fields, &o, &faults);
	CHECK_ROW(text, e == (faults.n > 0 ? E_VALIDATION_FAILED : E_OK));
	out[0] = '\0';
	for (size_t i = 0; i < faults.n; i++)
		len += put_fault(&faults.fault[i], out + len, size - len);
	return out;
}

static const struct {
	const char *text, *faults;
} faults_told[] = {
	{ "{" L1 "}", "" },
	{ "[]", " wrong_type;" },
	{ "null", " wrong_type;" },
	{ "7", " wrong_type;" },
	{ "{}", "/items missing;" },
	{ "{\"items\":{}}", "/items wrong_type;" },
	{ "{\"items\":null}", "/items wrong_type;" },
	{ "{\"items\":[]}", "/items out_of_range 1 100;" },
	{ "{\"items\":[1,{\"productId\":1,\"quantity\":1},[]]}",
	    "/items/0 wrong_type;"
	    "/items/2 wrong_type;" },
	{ "{\"items\":[{}]}", "/items/0/productId missing;"
	    "/items/0/quantity missing;" },
	{ "{\"items\":[{\"quantity\":1001,\"x\":1,\"productId\":0}],"
	    "\"y\":1,\"note\":1}", "/items/0/productId out_of_range 1 "
	    "9007199254740991;/items/0/quantity out_of_range 1 1000;"
	    "/items/0/x unknown;/note wrong_type;/y unknown;" },
	{ "{" L1 ",\"amount\":1.0}", "" },
	{ "{" L1 ",\"amount\":1.5}", "/amount wrong_type;" },
	{ "{" L1 ",\"amount\":9007199254740991.5}", "/amount wrong_type;" },
	{ "{" L1 ",\"amount\":-60e-1}", "/amount out_of_range -5 "
	    "9007199254740991;" },
	{ "{" L1 ",\"amount\":9007199254740993.0}", "/amount out_of_range -5 "
	    "9007199254740991;" },
	{ "{" L1 ",\"amount\":0.5}", "/amount wrong_type;" },
	{ "{" L1 ",\"amount\":1e2}", "" },
	{ "{" L1 ",\"amount\":1e-2}", "/amount wrong_type;" },
	{ "{" L1 ",\"amount\":1e-400}", "/amount wrong_type;" },
	{ "{" L1 ",\"amount\":1e400}", "/amount out_of_range -5 "
	    "9007199254740991;" },
	{ "{" L1 ",\"amount\":\"1\"}", "/amount wrong_type;" },
	{ "{" L1 ",\"amount\":true}", "/amount wrong_type;" },
	{ "{" L1 ",\"amount\":null}", "/amount wrong_type;" },
	{ "{" L1 ",\"amount\":[1]}", "/amount wrong_type;" },
	{ "{" L1 ",\"amount\":-6}", "/amount out_of_range -5 "
	    "9007199254740991;" },
	{ "{" L1 ",\"amount\":-5}", "" },
	{ "{" L1 ",\"amount\":9007199254740991}", "" },
	{ "{" L1 ",\"amount\":9007199254740992}", "/amount out_of_range -5 "
	    "9007199254740991;" },
	{ "{" L1 ",\"amount\":9007199254740993}", "/amount out_of_range -5 "
	    "9007199254740991;" },
	{ "{" L1 ",\"amount\":9223372036854775808}", "/amount out_of_range -5 "
	    "9007199254740991;" },
	{ "{" L1 ",\"amount\":-1111111111222222222233333333334444444444"
	    "55555555556666666666}", "/amount out_of_range -5 "
	    "9007199254740991;" },
	{ "{" L1 ",\"Amount\":1}", "/Amount unknown;" },
	{ "{\"Items\":[{\"productId\":1,\"quantity\":2}]}",
	    "/items missing;/Items unknown;" },
	{ "{" L1 ",\"note\":\"\"}", "/note out_of_range 1 5;" },
	{ "{" L1 ",\"note\":\"123456\"}",
	    "/note too_long 5;" },
	{ "{" L1 ",\"note\":\"\\u00e9\xc3\xa9\\ud83d\\ude00\xf0\x9f"
	    "\x98\x80\xe2\x82\xac\"}", "" },
	{ "{" L1 ",\"note\":\"\\u00e9\xc3\xa9\\ud83d\\ude00\xf0\x9f"
	    "\x98\x80\xe2\x82\xac.\"}",
	    "/note too_long 5;" },
	{ "{" L1 ",\"note\":1}", "/note wrong_type;" },
	{ "{" L1 ",\"note\":null}", "/note wrong_type;" },
	{ "{" L1 ",\"a/b~c\":1,\"~1\":2,\"\":3}",
	    "/a~1b~0c unknown;"
	    "/~01 unknown;/ unknown;" },
};

static const struct {
	const char *text, *detail;
} sentences[] = {
	{ "[]", "The body must be an object." },
	{ "{}", "items is missing." },
	{ "{\"items\":0}", "items must be a list." },
	{ "{\"items\":[]}", "items must not be empty." },
	{ "{\"items\":[0]}", "The item must be an object." },
	{ "{\"items\":[{\"productId\":1,\"quantity\":0}]}",
	    "quantity must be from 1 to 1000." },
	{ "{" L1 ",\"note\":7}", "note must be a string." },
	{ "{" L1 ",\"amount\":\"7\"}", "amount must be an integer." },
	{ "{" L1 ",\"note\":\"123456\"}",
	    "note must have at most 5 characters." },
	{ "{" L1 ",\"Note\":\"\"}",
	    "There is no such member; there are: items, note, amount." },
};

static void
test_sentences(void)
{
	for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++) {
		const char *text = sentences[i].text;
		struct faults faults = { 0 };
		struct order o;

		CHECK_ROW(text, json_decode(unit_arena, parsed(text),
		    order_fields, &o, &faults) == E_VALIDATION_FAILED);
		CHECK_ROW(text, faults.n == 1);
		CHECK_ROW(text, strcmp(text_fault(unit_arena, &faults.fault[0]),
		    sentences[i].detail) == 0);
	}
}

/* What is wrong, and at which byte. */
static const struct {
	const char *text;
	size_t len;
	const char *why;
} whys[] = {
#define ROW(text, why) { text, sizeof text - 1, why }
	ROW("", "The text ends too soon, at byte 0."),
	ROW(" ", "The text ends too soon, at byte 1."),
	ROW("{\"a\":", "The text ends too soon, at byte 5."),
	ROW("[1,\"a", "The text ends too soon, at byte 5."),
	ROW("\xef\xbb\xbf{}", "There is a byte order mark at byte 0."),
	ROW("[1,x]", "A value is expected at byte 3."),
	ROW("[1,]", "A value is expected at byte 3."),
	ROW("[tru]", "A value is expected at byte 1."),
	ROW("NaN", "A value is expected at byte 0."),
	ROW("{a:1}", "A member's name in quotes is expected at byte 1."),
	ROW("{\"a\":1,}", "A member's name in quotes is expected at byte 7."),
	ROW("{\"a\" 1}", "A ':' is expected behind a member's name at byte 5."),
	ROW("{\"a\":1;}", "A ',' or '}' is expected behind a member at byte 6."),
	ROW("[1 2]", "A ',' or ']' is expected behind an item at byte 3."),
	ROW("[01]", "A ',' or ']' is expected behind an item at byte 2."),
	ROW("[-a]", "A digit is expected in a number at byte 2."),
	ROW("[1.]", "A digit is expected in a number at byte 3."),
	ROW("[1e+]", "A digit is expected in a number at byte 4."),
	ROW("[\"a\nb\"]", "There is a control character in a string at byte 3."),
	ROW("[\"a\0b\"]", "There is a control character in a string at byte 3."),
	ROW("[\"\xc3\"]", "There is something that is not UTF-8 at byte 2."),
	ROW("[\"\\x\"]", "There is an unknown escape at byte 2."),
	ROW("[\"\\u12\"]", "There is an unknown escape at byte 2."),
	ROW("[\"\\u0000\"]",
	    "There is a \\u0000, which is not accepted, at byte 2."),
	ROW("[\"\\ud83d\"]", "There is a lone surrogate at byte 2."),
	ROW("[\"\\udc00\"]", "There is a lone surrogate at byte 2."),
	ROW("{\"amount\": 1000, \"amount\": 1}",
	    "There is a duplicate member \"amount\" at byte 17."),
	/* The first that is there again. */
	ROW("{\"b\":1,\"a\":1,\"\\u0062\":2,\"a\":2,\"b\":3}",
	    "There is a duplicate member \"\\u0062\" at byte 13."),
	ROW("{\"a\\\"\":1,\"a\\\"\":1}",
	    "There is a duplicate member \"a\\\"\" at byte 9."),
	ROW("[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]",
	    "The nesting is deeper than 16 levels at byte 16."),
	ROW("{} x", "There is something behind the value's end at byte 3."),
	ROW("{}\0", "There is something behind the value's end at byte 2."),
#undef ROW
};

static void
test_why(void)
{
	struct json_scan_fault fault;
	const struct json *json;

	for (size_t i = 0; i < sizeof whys / sizeof whys[0]; i++) {
		CHECK_ROW(whys[i].text, json_parse_why(unit_arena, whys[i].text,
		    whys[i].len, &json, &fault) == E_MALFORMED_JSON);
		CHECK_ROW(whys[i].text, strcmp(text_json(unit_arena, whys[i].text,
		    &fault), whys[i].why) == 0);
	}
}

/* A long name says no more. */
static void
test_why_long_name(void)
{
	struct json_scan_fault fault;
	const struct json *json;
	char text[256];
	const char *why;
	int len;

	for (int n = 62; n <= 63; n++) {
		len = snprintf(text, sizeof text, "{\"%0*d\":0,\"%0*d\":0}",
		    n, 0, n, 0);
		CU_ASSERT_EQUAL_FATAL(json_parse_why(unit_arena, text, (size_t)len,
		    &json, &fault), E_MALFORMED_JSON);
		why = text_json(unit_arena, text, &fault);
		CU_ASSERT_EQUAL(strchr(why, '"') != NULL, n == 62);
		CU_ASSERT_PTR_NOT_NULL(strstr(why, " at byte "));
	}
}

static void
test_faults(void)
{
	const size_t n = sizeof faults_told / sizeof faults_told[0];
	char out[1024];

	for (size_t i = 0; i < n; i++) {
		const char *text = faults_told[i].text;

		CHECK_ROW(text, strcmp(faults_of(text, out, sizeof out),
		    faults_told[i].faults) == 0);
	}
}

/* n lines, of which the last is bad. */
static const struct json *
lines(int n)
{
	static char text[BODY_BYTES_MAX];
	size_t len = (size_t)snprintf(text, sizeof text, "{\"items\":[");

	for (int i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, sizeof text - len,
		    "{\"productId\":%d,\"quantity\":%d}%s", i + 1,
		    i == n - 1 ? 0 : 1, i == n - 1 ? "]}" : ",");
	return parsed(text);
}

static void
test_too_many_items(void)
{
	static struct faults faults;
	struct order o = { .amount = 0 };

	CU_ASSERT_EQUAL(json_decode(unit_arena, lines(100), order_fields, &o,
	    &faults), E_VALIDATION_FAILED);
	CU_ASSERT_EQUAL_FATAL(faults.n, 1);
	CU_ASSERT_STRING_EQUAL(faults.fault[0].pointer, "/items/99/quantity");
	memset(&faults, 0, sizeof faults);
	CU_ASSERT_EQUAL(json_decode(unit_arena, lines(101), order_fields, &o,
	    &faults), E_VALIDATION_FAILED);
	CU_ASSERT_EQUAL_FATAL(faults.n, 2);
	CU_ASSERT_STRING_EQUAL(faults.fault[0].pointer, "/items");
	CU_ASSERT_STRING_EQUAL(faults.fault[1].pointer,
	    "/items/100/quantity");
}

static void
test_more_faults_than_told(void)
{
	static struct faults faults;
	static char text[BODY_BYTES_MAX];
	struct order o = { .amount = 0 };
	size_t len = (size_t)snprintf(text, sizeof text, "{\"items\":[");
	const struct json *json = NULL;

	while (len + 4 < sizeof text) {
		memcpy(text + len, "{},", 3);
		len += 3;
	}
	memcpy(text + len - 1, "]}", 2);
	CU_ASSERT_EQUAL(parse(text, len + 1, &json), E_OK);
	CU_ASSERT_PTR_NOT_NULL_FATAL(json);
	CU_ASSERT_EQUAL(json_decode(unit_arena, json, order_fields, &o, &faults),
	    E_VALIDATION_FAILED);
	CU_ASSERT_EQUAL(faults.n, FAULTS_MAX);
	CU_ASSERT(faults.more);
	CU_ASSERT_STRING_EQUAL(faults.fault[FAULTS_MAX - 1].pointer,
	    "/items/63/productId");
}

static void
test_fault_table(void)
{
	struct faults faults = { 0 };
	struct fault fault = { .pointer = "/a" };

	for (int i = 0; i < FAULTS_MAX; i++) {
		fault.number[0] = i;
		CU_ASSERT(faults_add(unit_arena, &faults, fault));
	}
	CU_ASSERT_EQUAL(faults.n, FAULTS_MAX);
	CU_ASSERT(!faults.more);
	CU_ASSERT(faults_add(unit_arena, &faults, (struct fault){ .pointer = "/c" }));
	CU_ASSERT_EQUAL(faults.n, FAULTS_MAX);
	CU_ASSERT(faults.more);
	for (int i = 0; i < FAULTS_MAX; i++)
		CU_ASSERT(strcmp(faults.fault[i].pointer, "/a") == 0 &&
		    faults.fault[i].number[0] == i);
	arena_reset(unit_arena);
}

static enum err
write_order(struct arena *a, const char **text, size_t *len)
{
	struct json_writer w;

	json_begin(&w, a);
	json_open_object(&w, NULL);
	json_int(&w, "id", INT64_C(9007199254740993));
	json_int(&w, "min", INT64_MIN);
	json_int(&w, "max", INT64_MAX);
	json_str(&w, "a\"b", "\"\\\n\x01\xc3\xa9/");
	json_null(&w, "orderId");
	json_open_list(&w, "items");
	json_int(&w, NULL, 1);
	json_open_object(&w, NULL);
	json_int(&w, "zero", 0);
	json_close(&w);
	json_open_list(&w, NULL);
	json_close(&w);
	json_str(&w, NULL, "");
	json_close(&w);
	json_int(&w, "after", -1);
	json_close(&w);
	return json_end(&w, text, len);
}

static const char order_text[] = "{\"id\":9007199254740993,"
    "\"min\":-9223372036854775808,\"max\":9223372036854775807,"
    "\"a\\\"b\":\"\\\"\\\\\\n\\u0001\xc3\xa9/\",\"orderId\":null,"
    "\"items\":[1,{\"zero\":0},[],\"\"],\"after\":-1}";

static void
test_write(void)
{
	const struct json *json;
	const char *text = NULL;
	size_t len = 0;

	arena_reset(unit_arena);
	CU_ASSERT_EQUAL(write_order(unit_arena, &text, &len), E_OK);
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	CU_ASSERT_STRING_EQUAL(text, order_text);
	CU_ASSERT_EQUAL(len, sizeof order_text - 1);
	/* The scanner takes all that the writer writes. */
	CU_ASSERT_EQUAL(json_parse(unit_arena, text, len, &json), E_OK);
}

static void
test_write_copies(void)
{
	char key[] = "k", value[] = "v";
	struct json_writer w;
	const char *text = "";
	size_t len;

	arena_reset(unit_arena);
	json_begin(&w, unit_arena);
	json_open_object(&w, NULL);
	json_str(&w, key, value);
	key[0] = value[0] = 'x';
	json_close(&w);
	CU_ASSERT_EQUAL(json_end(&w, &text, &len), E_OK);
	CU_ASSERT_STRING_EQUAL(text, "{\"k\":\"v\"}");
}

static void
test_write_one_value(void)
{
	struct json_writer w;
	const char *text = "";
	size_t len;

	arena_reset(unit_arena);
	json_begin(&w, unit_arena);
	json_int(&w, NULL, 7);
	CU_ASSERT_EQUAL(json_end(&w, &text, &len), E_OK);
	CU_ASSERT_STRING_EQUAL(text, "7");
}

static void
test_write_to_the_depth(void)
{
	struct json_writer w;
	const char *text = "";
	size_t len;

	arena_reset(unit_arena);
	json_begin(&w, unit_arena);
	for (int i = 0; i < JSON_DEPTH_MAX; i++)
		json_open_list(&w, NULL);
	for (int i = 0; i < JSON_DEPTH_MAX; i++)
		json_close(&w);
	CU_ASSERT_EQUAL(json_end(&w, &text, &len), E_OK);
	CU_ASSERT_STRING_EQUAL(text, O16 C16);
}

/* A text that could not be had is told at the end, not on the way. */
static void
test_write_remembers_failure(void)
{
	struct json_writer w;
	const char *text;
	size_t len;

	arena_reset(unit_arena);
	json_begin(&w, unit_arena);
	json_open_object(&w, NULL);
	json_str(&w, "a", NULL);
	json_open_list(&w, "b");
	json_int(&w, NULL, 1);
	json_close(&w);
	json_close(&w);
	CU_ASSERT_EQUAL(json_end(&w, &text, &len), E_INTERNAL);
}

static int allocations_left;

static void *
failing_malloc(size_t size)
{
	return allocations_left-- > 0 ? malloc(size) : NULL;
}

/* All that the module does; E_OK only when every step had its memory. */
static enum err
work(struct arena *a)
{
	static const char body[] = "{" L1 ",\"amount\":12,\"note\":\"abc\"}";
	static const char bad[] = "{\"items\":[{\"quantity\":0}],\"~\":1}";
	static struct faults faults;
	struct order o = { .amount = 0 };
	const struct json *json;
	const char *text;
	size_t len;
	enum err e;

	memset(&faults, 0, sizeof faults);
	if ((e = json_parse(a, body, sizeof body - 1, &json)) != E_OK ||
	    (e = json_decode(a, json, order_fields, &o, &faults)) != E_OK ||
	    (e = json_parse(a, bad, sizeof bad - 1, &json)) != E_OK)
		return e;
	e = json_decode(a, json, order_fields, &o, &faults);
	if (e != E_VALIDATION_FAILED)
		return e;
	CU_ASSERT_EQUAL(faults.n, 3);
	return write_order(a, &text, &len);
}

static void
test_no_memory_in_cjson(void)
{
	cJSON_Hooks hooks = { failing_malloc, free };
	enum err e = E_INTERNAL;
	char row[32];
	int n;

	cJSON_InitHooks(&hooks);
	for (n = 0; n < 1000 && e != E_OK; n++) {
		allocations_left = n;
		snprintf(row, sizeof row, "%d allocations", n);
		e = work(unit_arena);
		CHECK_ROW(row, e == E_OK || e == E_INTERNAL);
		arena_reset(unit_arena);
	}
	cJSON_InitHooks(NULL);
	CU_ASSERT_EQUAL(e, E_OK);
	CU_ASSERT(n > 40);
}

static void
test_no_memory_in_the_arena(void)
{
	enum err e = E_INTERNAL;
	char row[32];
	size_t max;

	for (max = 16; max < 65536 && e != E_OK; max += 16) {
		struct arena *a = arena_new(max);

		CU_ASSERT_PTR_NOT_NULL_FATAL(a);
		snprintf(row, sizeof row, "%zu bytes", max);
		e = work(a);
		CHECK_ROW(row, e == E_OK || e == E_INTERNAL);
		arena_free(a);
	}
	CU_ASSERT_EQUAL(e, E_OK);
	CU_ASSERT(max > 512);
}

void
suite_json(void)
{
	CU_pSuite s = CU_add_suite("json", unit_arena_up, unit_arena_down);

	CU_ADD_TEST(s, test_truncated);
	CU_ADD_TEST(s, test_each_byte);
	CU_ADD_TEST(s, test_bombs);
	CU_ADD_TEST(s, test_many_members);
	CU_ADD_TEST(s, test_largest_trees);
	CU_ADD_TEST(s, test_integers);
	CU_ADD_TEST(s, test_floor);
	CU_ADD_TEST(s, test_get);
	CU_ADD_TEST(s, test_get_of_no_object);
	CU_ADD_TEST(s, test_decode);
	CU_ADD_TEST(s, test_optional_is_left);
	CU_ADD_TEST(s, test_faults);
	CU_ADD_TEST(s, test_sentences);
	CU_ADD_TEST(s, test_why);
	CU_ADD_TEST(s, test_why_long_name);
	CU_ADD_TEST(s, test_too_many_items);
	CU_ADD_TEST(s, test_more_faults_than_told);
	CU_ADD_TEST(s, test_fault_table);
	CU_ADD_TEST(s, test_write);
	CU_ADD_TEST(s, test_write_copies);
	CU_ADD_TEST(s, test_write_one_value);
	CU_ADD_TEST(s, test_write_to_the_depth);
	CU_ADD_TEST(s, test_write_remembers_failure);
	CU_ADD_TEST(s, test_no_memory_in_cjson);
	CU_ADD_TEST(s, test_no_memory_in_the_arena);
}
