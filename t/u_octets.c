/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "io/jwt_octets.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "unit.h"

/* Thirty-two characters, and what they are in base64url. */
#define K32 "0123456789abcdef0123456789abcdef"
#define B32 "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY"

#define SHORT "a key must have at least 32 bytes"
#define LONG "a key must have at most 1024 bytes"

/* From a copy of exactly that length and its 0. */
static const char *
read_key(const char *content, size_t len, const char *kid,
    struct jwt_octets *o)
{
	char copy[4100];

	CU_ASSERT_FATAL(len < sizeof copy);
	memcpy(copy, content, len);
	copy[len] = '\0';
	memset(o, 0, sizeof *o);
	return jwt_octets(copy, len, kid, o);
}

#define ROW(content, key) \
	{ content, sizeof content - 1, key, sizeof key - 1 }
static const struct {
	const char *content;
	size_t len;
	const char *key;
	size_t key_len;
} taken[] = {
	/* Text, and one newline. */
	ROW(K32, K32), ROW(K32 "\n", K32), ROW(K32 "\r\n", K32),
	ROW(K32 "\n\n", K32 "\n"), ROW(K32 "\r\n\r\n", K32 "\r\n"),
	ROW(K32 "\r", K32 "\r"), ROW(K32 "\n\r", K32 "\n\r"),
	ROW(K32 " \n", K32 " "), ROW(" \t" K32, " \t" K32),
	ROW(K32 "\nx\n", K32 "\nx"), ROW("\n" K32 "\n", "\n" K32),
	ROW(K32 "\xed\x95\x9c\n", K32 "\xed\x95\x9c"),
	ROW("\xef\xbb\xbf" K32 "\n", "\xef\xbb\xbf" K32),
	ROW(B32 "\n", B32), ROW("[" K32 "]\n", "[" K32 "]"),
	ROW("x{" K32 "}", "x{" K32 "}"),
	/* Bytes, and a last one of 10 is one of them. */
	ROW(K32 "\0", K32 "\0"), ROW(K32 "\0\n", K32 "\0\n"),
	ROW("\0" K32, "\0" K32), ROW("\xff" K32 "\n", "\xff" K32 "\n"),
	ROW("\x01" K32 "\n", "\x01" K32 "\n"), ROW("\x7f" K32 "\r\n",
	    "\x7f" K32 "\r\n"), ROW("{" K32 "\x80\n", "{" K32 "\x80\n"),
	ROW(K32 "\xc0\x8a\n", K32 "\xc0\x8a\n"),
	ROW(K32 "\xc2\x85\n", K32 "\xc2\x85\n"),
	ROW("\xff\xfe" K32, "\xff\xfe" K32),
	ROW("\xff\xfe" K32 "\n", "\xff\xfe" K32 "\n"),
	ROW("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\n",
	    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\n"),
	/* JWKs. */
	ROW("{\"kty\":\"oct\",\"k\":\"" B32 "\"}", K32),
	ROW(" \r\n{ \"k\" : \"" B32 "\",\n\"kty\" : \"oct\" }\n\n", K32),
	ROW("{\"kty\":\"oct\",\"k\":\"" B32 "\",\"alg\":\"HS256\",\"use\":"
	    "\"sig\",\"key_ops\":[\"sign\",\"verify\"],\"kid\":\"name\","
	    "\"x\":{\"y\":[1.5,null]}}", K32),
	ROW("{\"kty\":\"\\u006fct\",\"k\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	    "AAAAAAAK\"}", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
	    "\0\0\0\0\0\0\0\0\0\n"),
};
#undef ROW

static void
test_taken(void)
{
	struct jwt_octets o;
	char row[32];

	for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
		snprintf(row, sizeof row, "taken %zu", i);
		CHECK_ROW(row, read_key(taken[i].content, taken[i].len,
		    "name", &o) == NULL);
		CHECK_ROW(row, o.len == taken[i].key_len);
		CHECK_ROW(row, memcmp(o.byte, taken[i].key, o.len) == 0);
	}
}

#define JWK(members) "{\"k\":\"" B32 "\"" members "}"
#define ROW(content, told) { content, sizeof content - 1, told }
static const struct {
	const char *content;
	size_t len;
	const char *told;
} refused[] = {
	ROW("", SHORT), ROW("\n", SHORT), ROW("\r\n", SHORT),
	ROW("0123456789abcdef0123456789abcde\n", SHORT),
	ROW("0123456789abcdef0123456789abcde\r\n", SHORT),
	ROW("0123456789abcdef0123456789abcd\0", SHORT),
	ROW("{" K32, "not JSON"), ROW("{" K32 "}", "not JSON"),
	ROW("{\"kty\":\"oct\",\"k\":\"" B32 "\",}", "not JSON"),
	ROW("{\"kty\":\"oct\",\"k\":\"" B32 "\"}x", "not JSON"),
	ROW("{\"kty\":\"oct\",\"k\":\"x\",\"k\":\"" B32 "\"}", "not JSON"),
	ROW(JWK(""), "kty"), ROW(JWK(",\"kty\":\"RSA\""), "kty"),
	ROW(JWK(",\"kty\":\"OCT\""), "kty"), ROW(JWK(",\"kty\":1"), "kty"),
	ROW("{\"keys\":[{\"kty\":\"oct\",\"k\":\"" B32 "\"}]}", "kty"),
	ROW(JWK(",\"kty\":\"oct\",\"alg\":\"HS512\""), "alg"),
	ROW(JWK(",\"kty\":\"oct\",\"alg\":null"), "alg"),
	ROW(JWK(",\"kty\":\"oct\",\"use\":\"enc\""), "use"),
	ROW(JWK(",\"kty\":\"oct\",\"key_ops\":[\"sign\"]"), "key_ops"),
	ROW(JWK(",\"kty\":\"oct\",\"key_ops\":\"verify\""), "key_ops"),
	ROW(JWK(",\"kty\":\"oct\",\"kid\":\"other\""), "kid"),
	ROW(JWK(",\"kty\":\"oct\",\"kid\":1"), "kid"),
	ROW("{\"kty\":\"oct\"}", "without a k"),
	ROW("{\"kty\":\"oct\",\"k\":32}", "without a k"),
	ROW("{\"kty\":\"oct\",\"k\":\"" B32 "=\"}", "base64url"),
	ROW("{\"kty\":\"oct\",\"k\":\"" B32 "+/+/\"}", "base64url"),
	ROW("{\"kty\":\"oct\",\"k\":\"" B32 "\\n\"}", "base64url"),
	ROW("{\"kty\":\"oct\",\"k\":\"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlh"
	    "YmNkZWZ\"}", "base64url"),
	ROW("{\"kty\":\"oct\",\"k\":\"MDEyMzQ1Njc4OQ\"}", SHORT),
	ROW("{\"kty\":\"oct\",\"k\":\"\"}", SHORT),
	ROW("\xff\xfe" "0\0001\0002\0003\0\n\0", "UTF-16"),
	ROW("\xfe\xff" "\0000\0001\0002\0003\0\r\0\n", "UTF-16"),
	ROW("\xef\xbb\xbf{\"kty\":\"oct\"}", "byte order mark"),
	ROW("\xef\xbb\xbf \n{\"kty\":\"oct\",\"k\":\"" B32 "\"}",
	    "byte order mark"),
	ROW("\xef\xbb\xbf", SHORT),
};
#undef ROW

static void
test_refused(void)
{
	struct jwt_octets o;
	char row[64];

	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		const char *told = read_key(refused[i].content,
		    refused[i].len, "name", &o);

		snprintf(row, sizeof row, "refused %zu: %.40s", i,
		    told != NULL ? told : "taken");
		CHECK_ROW(row, told != NULL &&
		    strstr(told, refused[i].told) != NULL);
	}
	/* A nameless one has no name to differ from. */
	CU_ASSERT_PTR_NULL(read_key(JWK(",\"kty\":\"oct\",\"kid\":\"x\""),
	    sizeof JWK(",\"kty\":\"oct\",\"kid\":\"x\"") - 1, "", &o));
}

/* 1024 bytes are a key, in each of its forms. */
static void
test_longest(void)
{
	static char content[4096];
	struct jwt_octets o;
	size_t len;

	memset(content, 'k', sizeof content);
	content[1024] = '\n';
	CU_ASSERT_PTR_NULL(read_key(content, 1025, "", &o));
	CU_ASSERT_EQUAL(o.len, 1024);
	CU_ASSERT_STRING_EQUAL(read_key(content, 1026, "", &o), LONG);
	content[0] = '\x80';
	CU_ASSERT_PTR_NULL(read_key(content, 1024, "", &o));
	CU_ASSERT_STRING_EQUAL(read_key(content, 1025, "", &o), LONG);
	len = (size_t)snprintf(content, sizeof content,
	    "{\"kty\":\"oct\",\"k\":\"%01366d\"}", 0);
	memset(strchr(content, '0'), 'A', 1366);
	CU_ASSERT_PTR_NULL(read_key(content, len, "", &o));
	CU_ASSERT_EQUAL(o.len, 1024);
	len = (size_t)snprintf(content, sizeof content,
	    "{\"kty\":\"oct\",\"k\":\"%01367d\"}", 0);
	memset(strchr(content, '0'), 'A', 1367);
	CU_ASSERT_STRING_EQUAL(read_key(content, len, "", &o), LONG);
}

void
suite_octets(void)
{
	CU_pSuite s = CU_add_suite("octets", NULL, NULL);

	CU_ADD_TEST(s, test_taken);
	CU_ADD_TEST(s, test_refused);
	CU_ADD_TEST(s, test_longest);
}
