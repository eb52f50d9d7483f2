/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "web/content.h"

#include <CUnit/CUnit.h>

#include "unit.h"

static const struct {
	const char *type;
	bool json;
} types[] = {
	{ NULL, false }, { "", false }, { "application/json", true },
	{ "Application/JSON", true }, { "application/json;", true },
	{ "application/json ;", true }, { "application/json; ;", true },
	{ "application/json \t", true },
	{ "application/json; charset=utf-8", true },
	{ "application/json;charset=UTF-8", true },
	{ "application/json; CharSet=\"utf-8\"", true },
	{ "application/json; charset=\"u\\tf-8\"", true },
	{ "application/json; charset=UTF-8; x=y", true },
	{ "application/json; x=y; charset=utf-8 ; z=\"a;b=\\\"c\"", true },
	{ "application/json; profile=\"https://example.org/; charset=x\"",
	    true },
	{ "application/json; x=\"\"", true },
	{ "application/json; charset=\"\"", false },
	{ "application/json; charset=utf8", false },
	{ "application/json; charset=latin1", false },
	{ "application/json; charset=utf-16", false },
	{ "application/json; charset=utf-8x", false },
	{ "application/json; charset=\"utf-8x\"", false },
	{ "application/json; charset=\"utf-\"", false },
	{ "application/json; charset=utf-8; charset=latin1", false },
	{ "application/json; charset=latin1; charset=utf-8", false },
	{ "application/json; charset", false },
	{ "application/json; charset=", false },
	{ "application/json; charset =utf-8", false },
	{ "application/json; charset= utf-8", false },
	{ "application/json; =y", false }, { "application/json; x=", false },
	{ "application/json; x", false }, { "application/json x=y", false },
	{ "application/json; x=\"y", false },
	{ "application/json; x=\"y\\", false },
	{ "application/json; x=\"y\"z", false },
	{ "application/json; x=\"\x7f\"", false },
	{ "application/json, application/json", false },
	{ "application/json, text/plain", false },
	{ "application/json; x=y, text/plain", false },
	{ "application/jsonp", false }, { "application/json5", false },
	{ "application/json-seq", false }, { "application/json/x", false },
	{ "text/json", false }, { "application/x-json", false },
	{ "application/problem+json", false }, { "*/*", false },
	{ " application/json", false }, { "json", false },
};

static void
test_types(void)
{
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		CHECK_ROW(types[i].type != NULL ? types[i].type : "none",
		    content_is_json(types[i].type) == types[i].json);
}

static const struct {
	const char *codings;
	bool plain;
} codings[] = {
	{ NULL, true }, { "", true }, { "identity", true },
	{ "Identity", true }, { " identity ", true }, { ",", true },
	{ "identity, identity", true }, { "identity,, IDENTITY,", true },
	{ "gzip", false }, { "GZip", false }, { "x-gzip", false },
	{ "br", false }, { "zstd", false }, { "deflate", false },
	{ "compress", false }, { "aes128gcm", false }, { "unknown", false },
	{ "gzip, identity", false }, { "identity, gzip", false },
	{ "identity,gzip", false }, { "identity;q=1", false },
	{ "identityx", false }, { "identit", false }, { "*", false },
	{ "\"identity\"", false }, { "utf-8", false }, { "\x01", false },
};

static void
test_codings(void)
{
	for (size_t i = 0; i < sizeof codings / sizeof codings[0]; i++)
		CHECK_ROW(codings[i].codings != NULL ? codings[i].codings
		    : "none", content_is_plain(codings[i].codings) ==
		    codings[i].plain);
}

void
suite_content(void)
{
	CU_pSuite s = CU_add_suite("content", NULL, NULL);

	CU_ADD_TEST(s, test_types);
	CU_ADD_TEST(s, test_codings);
}
