/* SPDX-License-Identifier: MIT */
/*
 * Texts, and whether they are the JSON we take: RFC 8259, with UTF-8 alone,
 * no NUL, no lone surrogate, no member twice and sixteen levels at most.
 */
#include "config.h"

#include "io/json.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

/* So many distinct ones there are, at least: it may grow. */
#define CORPUS_MIN 600

#define O16 "[[[[[[[[[[[[[[[["
#define C16 "]]]]]]]]]]]]]]]]"
#define M8 "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":"
#define E8 "}}}}}}}}"

/* Accepted and refused; the text may hold a 0. */
#define YES(text) { text, sizeof text - 1, E_OK }
#define NO(text) { text, sizeof text - 1, E_MALFORMED_JSON }

static const struct {
	const char *text;
	size_t len;
	enum err verdict;
} corpus[] = {
	/* Values and blanks. */
	YES("{}"), YES("[]"), YES("\"\""), YES("0"), YES("true"),
	YES("false"), YES("null"), YES(" \t\r\n{} \t\r\n"), YES("{ }"),
	YES("[ ]"), YES("[\n1\n,\n2\n]"), YES("{\"a\" : 1 , \"b\" : 2}"),
	YES("[null,true,false]"), YES("{\"\":0}"),
	NO(""), NO(" "), NO("\n"), NO("True"), NO("nul"), NO("nulll"),
	NO("truefalse"), NO("undefined"), NO("NaN"), NO("Infinity"),
	NO("-Infinity"), NO("nil"), NO("'a'"), NO("a"), NO("{a:1}"),
	NO("{'a':1}"), NO("\v1"), NO("\f1"), NO("1\v"), NO("\xc2\xa0""1"),
	NO("/* */ 1"), NO("1 // c"), NO("# c\n1"),
	/* Shape. */
	NO("{"), NO("}"), NO("["), NO("]"), NO("{]"), NO("[}"), NO("[1"),
	NO("{\"a\""), NO("{\"a\":"), NO("{\"a\":1"), NO("{\"a\" 1}"),
	NO("{\"a\",1}"), NO("{\"a\":}"), NO("{:1}"), NO("{1:1}"),
	NO("{null:1}"), NO("{\"a\":1 \"b\":2}"), NO("[1 2]"), NO("[1,]"),
	NO("[,1]"), NO("[,]"), NO("[1,,2]"), NO("{\"a\":1,}"),
	NO("{,\"a\":1}"), NO("{\"a\":1,,\"b\":2}"), NO("{\"a\":1:2}"),
	NO("[\"a\":1]"), NO("{\"a\"}"), NO("{[]:1}"), NO("1,"), NO(","),
	NO(":"),
	/* Nothing behind the value. */
	NO("{}x"), NO("{}{}"), NO("{} {}"), NO("[]]"), NO("{}}"), NO("1 2"),
	NO("{\"amount\":100}x"), NO("{},"), NO("\"a\"\"b\""), NO("null,"),
	/* Numbers. */
	YES("-0"), YES("1"), YES("-1"), YES("10"), YES("1234567890"),
	YES("0.0"), YES("-0.0"), YES("0.5"), YES("1.5"), YES("1e1"),
	YES("1E1"), YES("1e+1"), YES("1e-1"), YES("0e0"), YES("0E+00"),
	YES("1.0e01"), YES("9e99"), YES("1e400"), YES("-1e400"),
	YES("1e-400"), YES("9007199254740993"),
	YES("-99999999999999999999999999999999999999999999"),
	YES("11111111111111111111111111111111111111111111111111"
	    "11111111111111111111111111111111111111111111111111"),
	YES("0.11111111111111111111111111111111111111111111111111"
	    "11111111111111111111111111111111111111111111111111"),
	YES("1e0000000000000000000000000000000000000000000000000"
	    "00000000000000000000000000000000000000000000000001"),
	NO("-"), NO("+1"), NO("01"), NO("00"), NO("-01"), NO("0100"),
	NO("1."), NO(".5"), NO("-.5"), NO("1.e1"), NO("1e"), NO("1e+"),
	NO("1E-"), NO("1e1.5"), NO("1.2.3"), NO("--1"), NO("- 1"), NO("1-"),
	NO("1+1"), NO("0x10"), NO("1_000"), NO("1a"), NO("1e1e1"), NO("1,5"),
	NO("\xef\xbc\x91"), NO("[1.]"), NO("[-]"), NO("{\"a\":01}"),
	NO("1\x00"), NO("1 .5"), NO("1 e5"),
	/* Strings. */
	YES("\"a\""), YES("\"\\\"\""), YES("\"\\\\\""), YES("\"\\/\""),
	YES("\"\\b\\f\\n\\r\\t\""), YES("\"/\""), YES("\"'\""),
	YES("\"\x7f\""), YES("\"\\u0001\""), YES("\"\\u001f\""),
	YES("\"\\u0041\""), YES("\"\\uABCD\""), YES("\"\\uabcd\""),
	YES("\"\\uFFFF\""), YES("\"\\u00010\""),
	NO("\""), NO("\"a"), NO("a\""), NO("\"\\\""), NO("\"\\"), NO("\"\\a\""),
	NO("\"\\0\""), NO("\"\\x41\""), NO("\"\\'\""), NO("\"\\ \""),
	NO("\"\\U0041\""), NO("\"\\v\""), NO("\"\\\n\""), NO("\"\\\x00\""),
	NO("\"\\u\""), NO("\"\\u1\""), NO("\"\\u12\""), NO("\"\\u123\""),
	NO("\"\\u123"), NO("\"\\u12"), NO("\"\\u"), NO("\"\\u123g\""),
	NO("\"\\u-123\""), NO("\"\\u+123\""), NO("\"\\u 123\""),
	NO("\"\\u0000\""), NO("\"\\u0000"), NO("[\"\\u0000]"),
	NO("\"a\\u0000b\""), NO("{\"amount\\u0000x\":1}"),
	NO("\"a\nb\""), NO("\"a\rb\""), NO("\"a\tb\""), NO("\"\x01\""),
	NO("\"\x1f\""), NO("\"\b\""), NO("{\"a\n\":1}"),
	/* Surrogates. */
	YES("\"\\ud83d\\ude00\""), YES("\"\\uD800\\uDC00\""),
	YES("\"\\uDBFF\\uDFFF\""), YES("\"\\ud7ff\""), YES("\"\\ue000\""),
	NO("\"\\ud800\""), NO("\"\\udbff\""), NO("\"\\udc00\""),
	NO("\"\\udfff\""), NO("\"\\ud83d \\ude00\""), NO("\"\\ud83dx\""),
	NO("\"\\ud83d\\n\""), NO("\"\\ud83d\\u0041\""),
	NO("\"\\ud83d\\ud83d\""), NO("\"\\ude00\\ud83d\""),
	NO("\"\\ud83d\\ue000\""), NO("\"\\ud83d\\u"), NO("\"\\ud83d\\"),
	NO("\"\\ud83d\\udbff\""), NO("\"\\ud83d\\u0000\""),
	NO("\"\\ude00\\ude00\""), NO("{\"\\udc00\":1}"),
	/* UTF-8. */
	YES("\"\xc2\x80\""), YES("\"\xc3\xa9\""), YES("\"\xdf\xbf\""),
	YES("\"\xe0\xa0\x80\""), YES("\"\xed\x9f\xbf\""),
	YES("\"\xee\x80\x80\""), YES("\"\xef\xbf\xbf\""),
	YES("\"\xf0\x90\x80\x80\""), YES("\"\xf4\x8f\xbf\xbf\""),
	YES("\"\xef\xbb\xbf\""), YES("{\"\xc3\xa9\":1}"),
	NO("\"\x80\""), NO("\"\xbf\""), NO("\"\xc0\x80\""),
	NO("\"\xc1\xbf\""), NO("\"\xe0\x80\x80\""), NO("\"\xe0\x9f\xbf\""),
	NO("\"\xf0\x80\x80\x80\""), NO("\"\xf0\x8f\xbf\xbf\""),
	NO("\"\xed\xa0\x80\""), NO("\"\xed\xbf\xbf\""),
	NO("\"\xed\xa0\xbd\xed\xb8\x80\""), NO("\"\xf4\x90\x80\x80\""),
	NO("\"\xf5\x80\x80\x80\""), NO("\"\xf8\x88\x80\x80\x80\""),
	NO("\"\xff\""), NO("\"\xfe\""), NO("\"\xc2\""), NO("\"\xc2"),
	NO("\"\xe2\x82\""), NO("\"\xe2\x82"), NO("\"\xe2\""),
	NO("\"\xf0\x9f\x98\""), NO("\"\xf0\x9f\x98"), NO("\"\xf0\x9f\""),
	NO("\"\xc3\xa9\xa9\""), NO("\"\xc3(\""), NO("\"\xe2(\xa1\""),
	NO("\"\xf0\x9f(\x80\""), NO("\"\xe9\""), NO("\xc3\xa9"),
	NO("{\"\xc0\xaf\":1}"), NO("\"\xc0\xaf\""),
	/* Byte order marks, other encodings, zeroes. */
	NO("\xef\xbb\xbf{}"), NO("\xef\xbb\xbf"), NO("\xfe\xff{}"),
	NO("\xff\xfe{\0}\0"), NO("{\0}\0"), NO("\0{\0}"),
	NO("\0"), NO("\0{}"), NO("{}\0"), NO("{}\0x"), NO("{\0}"),
	NO("\"a\0b\""), NO("\"a\0"), NO("[1,\0""2]"), NO("{\"a\":1}\0{}"),
	/* Duplicates, compared unescaped. */
	YES("{\"a\":1,\"b\":2}"), YES("{\"a\":1,\"A\":2}"),
	YES("{\"a\":{\"a\":1}}"), YES("[{\"a\":1},{\"a\":1}]"),
	YES("{\"a\":1,\"ab\":2}"), YES("{\"\":1,\"a\":2}"),
	YES("{\"\\u00e9\":1,\"e\xcc\x81\":2}"),
	YES("{\"a\":{\"b\":1},\"b\":{\"a\":1}}"),
	YES("{\"\\\"\":1,\"\\\\\":2}"),
	NO("{\"a\":1,\"a\":1}"), NO("{\"a\":1,\"a\":2}"),
	NO("{\"a\":1,\"b\":2,\"a\":3}"),
	NO("{\"b\":1,\"c\":2,\"c\":3,\"a\":4}"),
	NO("{\"\":1,\"\":2}"), NO("{\"a\":1,\"\\u0061\":2}"),
	NO("{\"\\u0061\":1,\"a\":2}"), NO("{\"/\":1,\"\\/\":2}"),
	NO("{\"\\n\":1,\"\\u000a\":2}"), NO("{\"\\u000A\":1,\"\\u000a\":2}"),
	NO("{\"\xc3\xa9\":1,\"\\u00e9\":2}"),
	NO("{\"\xf0\x9f\x98\x80\":1,\"\\ud83d\\ude00\":2}"),
	NO("{\"\\\"\":1,\"\\u0022\":2}"),
	NO("{\"x\":{\"a\":1,\"b\":{},\"a\":2}}"), NO("[{\"a\":1,\"a\":2}]"),
	NO("{\"amount\":1,\"amoun\\u0074\":1000}"),
	/* Depth. */
	YES(O16 C16), YES(O16 "1" C16), NO(O16 "[" C16 "]"), NO(O16 "{}" C16),
	YES(M8 M8 "1" E8 E8), NO(M8 M8 "[]" E8 E8), NO(M8 M8 "{}" E8 E8),
	YES("[[],[[]],[[[]]],{\"a\":{}}]"), NO(O16), NO(O16 O16 O16),
	/* Lists, as whole texts. */
	YES("[[] ]"), YES("[[]   ,[ ] ]"), YES("[\"\"]"), YES("[\"a\"]"),
	YES("[false]"), YES("[null,1,\"1\",{}]"), YES("[null]"),
	YES("[1\n]"), YES(" [1]"), YES("[2] "), YES("[1,null,null,2]"),
	YES("[[[[[1]]]]]"), YES("[[],{},[],{}]"), YES("\n[\n]\n"),
	NO("[1 true]"), NO("[a\xe5]"), NO("[\"\": 1]"), NO("[\"\"],"),
	NO("[\"x\"]]"), NO("[\"\",]"), NO("[\"x\""), NO("[x"), NO("[3[4]]"),
	NO("[\xff]"), NO("[1:2]"), NO("[   , \"\"]"), NO("[\"a\"\f]"),
	NO("[*]"), NO("[\"\""), NO("[1,\n1\n,1"), NO("[{}"), NO("[fals]"),
	NO("[nul]"), NO("[tru]"), NO("[True]"), NO("[NULL]"), NO("[1,,]"),
	NO("[,,]"), NO("[1;2]"), NO("[(1)]"), NO("[1"" 2,3]"), NO("[]["),
	NO("]["), NO("[]{}"), NO("[true false]"), NO("[\"a\" \"b\"]"),
	NO("[[1]"), NO("[1]]"), NO("[[],]"), NO("[\v]"), NO("[\\n]"),
	NO("[\xe2\x81\xa0]"), NO("[<null>]"), NO("[1]x"), NO("[-]x"),
	/* Objects, as whole texts. */
	YES("{\"asd\":\"sdf\"}"), YES("{\"a\":[]}"), YES("{\"a\":{}}"),
	YES("{\"a\":\"b\",\"b\":\"a\"}"), YES("{\"min\":-1.0e+28}"),
	YES("{\"x\":[{\"id\":\"xx\"}],\"id\":\"xx\"}"), YES("{\n\"a\":1\n}"),
	YES("{\"\\u0061\":1}"), YES("{\" \":1,\"  \":2}"),
	YES("{\"a\\tb\":1}"), YES("{\"__proto__\":{}}"),
	YES("{\"constructor\":{\"prototype\":{}}}"),
	NO("{\"x\", null}"), NO("{\"x\"::\"b\"}"), NO("{\"a\":\"a\" 123}"),
	NO("{key: 'value'}"), NO("{\"a\" b}"), NO("{:\"b\"}"), NO("{\"a\":"
	    "\"b\"}/**/"), NO("{\"a\":\"b\"}//"), NO("{\"a\":\"b\"}/"),
	NO("{\"a\":\"b\"}#"), NO("{\"a\":\"b\",,\"c\":\"d\"}"),
	NO("{a: \"b\"}"), NO("{\"a\":\"a"), NO("{ \"foo\" : \"bar\", \"a\" }"),
	NO("{\"a\":1]"), NO("{[: \"x\"}"), NO("{{"), NO("{["), NO("{\""),
	NO("{','"), NO("{\"a\":/**/1}"), NO("{\"a\":1 /* */}"), NO("{\"a\""
	    ":\"b\"}#{}"), NO("{\"a\": true} \"x\""), NO("{\"\":}"),
	NO("{\"a\":1;\"b\":2}"), NO("{\"a\"=1}"), NO("{\"a\"=>1}"),
	NO("{1.0:1}"), NO("{true:1}"), NO("{{}:1}"), NO("{\"a\":1,true}"),
	NO("{\"a\":b}"), NO("{\"a\":'b'}"), NO("{\"a\":`b`}"),
	NO("{\"a\":undefined}"), NO("{\"a\":function(){}}"),
	NO("{\"a\":1,/**/\"b\":2}"), NO("{...{}}"), NO("{\"a\"\"b\":1}"),
	NO("{\"a\":1}}"), NO("{\"a\":1}]"), NO("{\"a\":{\"b\":1}"),
	/* Numbers in their places. */
	YES("[123e65]"), YES("[0e+1]"), YES("[0e1]"), YES("[ 4]"),
	YES("[20e1]"), YES("[-0]"), YES("[-123]"), YES("[1E22]"),
	YES("[1E-2]"), YES("[1E+2]"), YES("[123.456e78]"), YES("[1e-2]"),
	YES("[123.456789]"), YES("[-1e-1]"), YES("[0.1e1]"), YES("[-0e-0]"),
	YES("[-0.0000000000000000000000000000000000000000000000000000000001]"),
	YES("[1.7976931348623157e308,5e-324]"), YES("[1e999999999999999]"),
	YES("[0.4e006690000000006000000000000000]"),
	YES("[9223372036854775807,9223372036854775808]"),
	YES("[18446744073709551615,18446744073709551616]"),
	NO("[++1234]"), NO("[+1]"), NO("[+Inf]"), NO("[-01]"), NO("[-1.0.]"),
	NO("[-2.]"), NO("[-NaN]"), NO("[.-1]"), NO("[.2e-3]"), NO("[0.1.2]"),
	NO("[0.3e+]"), NO("[0.3e]"), NO("[0.e1]"), NO("[0E+]"), NO("[0E]"),
	NO("[0e]"), NO("[0e+-1]"), NO("[1.0e+]"), NO("[1.0e-]"),
	NO("[1.0e]"), NO("[1 000.0]"), NO("[1eE2]"), NO("[2.e+3]"),
	NO("[2.e-3]"), NO("[9.e+]"), NO("[1+2]"), NO("[0x1]"), NO("[0x42]"),
	NO("[Infinity]"), NO("[-Infinity]"), NO("[NaN]"), NO("[-1x]"),
	NO("[1ea]"), NO("[1e\xe5]"), NO("[1e1\xe5]"), NO("[123\xe5]"),
	NO("[-foo]"), NO("[- 1]"), NO("[-012]"), NO("[-.123]"), NO("[012]"),
	NO("[1.8011670033376514H-308]"), NO("[1.2a-3]"), NO("[0b1]"),
	NO("[0o17]"), NO("[1n]"), NO("[1f]"), NO("[1L]"), NO("[1e+1.0]"),
	NO("[\xd9\xa1]"), NO("[1\xc2\xa0]"), NO("[1'000]"), NO("[\xe2\x88\x92"
	    "1]"), NO("[1/2]"), NO("[50%]"), NO("[$1]"), NO("[1e1e]"),
	/* Strings in their places. */
	YES("[\"\\u0060\\u012a\\u12AB\"]"), YES("[\"\\\\u0000\"]"),
	YES("[\"\\\\a\"]"), YES("[\"\\\\n\"]"), YES("[\"\\uD834\\uDd1e\"]"),
	YES("[\"\\uDBFF\\uDFFE\"]"), YES("[\"\\uFDD0\"]"),
	YES("[\"\\u2028\\u2029\"]"), YES("[\"\xe2\x80\xa8\xe2\x80\xa9\"]"),
	YES("[\"a/*b*/c/*d//e\"]"), YES("[\"\xe2\x82\xac\xf0\x9d\x84\x9e\"]"),
	YES("[\"\\u200B\"]"), YES("[\"\xf4\x8f\xbf\xbf\"]"),
	YES("[\"\xef\xbf\xbe\"]"), YES("[\"\\u0080\\u009f\"]"),
	YES("[\"\xc2\x80\"]"), YES("[\"\\u005C\"]"), YES("[\"\\u0022\"]"),
	YES("[\"\\u000A\"]"), YES("[\"%00\"]"), YES("[\"\\\\\\\"\"]"),
	YES("[\"\xcc\x81\"]"), YES("[\"\xe2\x80\xae\"]"), YES("[\" \"]"),
	YES("[\"0\",\"null\",\"{}\"]"), YES("\"\\\\u0000\""),
	NO("[\"\\uD800\\\"]"), NO("[\"\\uD800\\u\"]"), NO("[\"\\uD800\\u1\"]"),
	NO("[\"\\uD800\\u1x\"]"), NO("[\xc3\xa9]"), NO("[\"\\\\\\\"]"),
	NO("[\"\\\t\"]"), NO("[\"\\\xf0\x9f\x8c\x80\"]"), NO("[\"\\\"]"),
	NO("[\"\\u00A\"]"), NO("[\"\\uD834\\uDd\"]"),
	NO("[\"\\uD800\\uD800\\x\"]"), NO("[\"\\u\xe5\"]"), NO("[\"\\a\"]"),
	NO("[\"\\uqqqq\"]"), NO("[\"\\UA66D\"]"), NO("[\"\\"),
	NO("\\u0020\"asd\""), NO("[\"a\x00\"]"), NO("[\"\\x00\"]"),
	NO("[\"\t\"]"), NO("[\"asd]"), NO("[\"a'"), NO("['a']"),
	NO("[`a`]"), NO("[\\\"a\\\"]"), NO("[\xe2\x80\x9c""a\xe2\x80\x9d]"),
	NO("[\"a\"\"b\"]"), NO("[\"\\e\"]"), NO("[\"\\1\"]"),
	NO("[\"\\012\"]"), NO("[\"\\N\"]"), NO("[\"\\u{41}\"]"),
	NO("[\"\\u00\xc3\xa9\"]"), NO("[\"\\uD83D\\\\uDE00\"]"),
	NO("[\"\\uDE00\\u0041\"]"), NO("[\"\\uD83D\xed\xb8\x80\"]"),
	NO("[\"\\uDFFF\\uDBFF\"]"), NO("[\"\\ud800\\\"\"]"),
	NO("[\"\x1e\"]"), NO("[\"\x7f\x80\"]"), NO("{\"a\x01\":1}"),
	/* UTF-8 once more: where a sequence ends too soon or too late. */
	YES("[\"\xed\x95\x9c\xea\xb5\xad\"]"), YES("[\"\xf1\x80\x80\x80\"]"),
	YES("[\"\xe1\x80\x80\"]"), YES("[\"\xf3\xbf\xbf\xbf\"]"),
	NO("[\"\xc3\"]"), NO("[\"\xe0\xa0\"]"), NO("[\"\xf0\x90\x80\"]"),
	NO("[\"\xed\xa0\x80\"]"), NO("[\"\xfc\x80\x80\x80\x80\x80\"]"),
	NO("[\"\xf7\xbf\xbf\xbf\"]"), NO("[\"\xe0\x9f\x80\"]"),
	NO("[\"\xc3\x28\"]"), NO("[\"\xa0\xa1\"]"), NO("[\"\xe2\x28\xa1\"]"),
	NO("[\"\xe2\x82\x28\"]"), NO("[\"\xf0\x28\x8c\xbc\"]"),
	NO("[\"\xf0\x90\x28\xbc\"]"), NO("[\"\xc3\xc3\xa9\"]"),
	NO("[\"\xed\x95\x9c\x9c\"]"), NO("\xed\x95\x9c"),
	/* Whole texts that are none. */
	NO("<.>"), NO("<null>"), NO("abc"), NO("a\xc3\xa5"), NO("*"), NO("#"),
	NO("1]"), NO("2@"), NO("\"x\"x"), NO("-1-"), NO("nul\0l"), NO("null "
	    "null"), NO("true,"), NO("()"), NO("%7B%7D"), NO("&quot;a&quot;"),
	NO("a=1&b=2"), NO("<?xml version=\"1.0\"?>"), NO("--- {}"),
	NO(")]}',\n{}"), NO("{}\n{}"), NO("\x1e{}"), NO("[]\x04"),
	NO("\xe2\x80\x8b{}"), NO("{}\xe2\x80\x8b"), NO("\xe3\x80\x80{}"),
	NO("{}\xef\xbb\xbf"), NO("[\xef\xbb\xbf]"), NO("\x0e[]"),
	NO("\0\0\0{"), NO("\xff\xfe\0\0{\0\0\0}\0\0\0"), NO("\0\0\xfe\xff"),
	NO("+ADw-"), NO("\x1f\x8b\x08"), NO("PK\x03\x04"), NO("\x82\x01\x02"),
};

#define CORPUS (sizeof corpus / sizeof corpus[0])

/* From memory of exactly its size, so that a sanitizer sees a read past it. */
static enum err
parse(const char *text, size_t len)
{
	const struct json *json;
	char *exact = malloc(len + (len == 0));
	enum err e;

	CU_ASSERT_PTR_NOT_NULL_FATAL(exact);
	memcpy(exact, text, len);
	arena_reset(unit_arena);
	e = json_parse(unit_arena, exact, len, &json);
	free(exact);
	return e;
}

static void
test_corpus(void)
{
	char row[64];

	for (size_t i = 0; i < CORPUS; i++) {
		snprintf(row, sizeof row, "row %zu: %.40s", i,
		    corpus[i].text);
		CHECK_ROW(row, parse(corpus[i].text, corpus[i].len) ==
		    corpus[i].verdict);
	}
}

static bool
stands_before(size_t row)
{
	for (size_t i = 0; i < row; i++)
		if (corpus[i].len == corpus[row].len && memcmp(corpus[i].text,
		    corpus[row].text, corpus[row].len) == 0)
			return true;
	return false;
}

/* So many different ones, of both kinds. */
static void
test_size(void)
{
	size_t n = 0, accepted = 0;
	char row[64];

	for (size_t i = 0; i < CORPUS; i++) {
		snprintf(row, sizeof row, "row %zu: %.40s", i,
		    corpus[i].text);
		CHECK_ROW(row, !stands_before(i));
		n += !stands_before(i);
		accepted += corpus[i].verdict == E_OK;
	}
	CU_ASSERT(n >= CORPUS_MIN);
	CU_ASSERT(accepted >= 100);
	CU_ASSERT(n - accepted >= 300);
}

void
suite_corpus(void)
{
	CU_pSuite s = CU_add_suite("JSON corpus", unit_arena_up, unit_arena_down);

	CU_ADD_TEST(s, test_corpus);
	CU_ADD_TEST(s, test_size);
}
