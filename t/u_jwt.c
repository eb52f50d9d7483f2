/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "io/jwt.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "io/crypto.h"
#include "encode.h"
#include "hmac.h"
#include "unit.h"

#define NOW INT64_C(1700000000)
#define KEY "nameless-key-of-thirty-two-bytes"
#define KEY_1 "the-key-of-the-kid-k1-of-forty-bytes-yes"
#define KEY_2 "the-key-of-the-kid-K.2_x-forty-bytes-yes"

#define HEADER "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"
#define CLAIMS "{\"sub\":\"42\",\"exp\":1700000600}"
/* What stands before and behind one more claim, or header member. */
#define C(member) "{\"sub\":\"42\",\"exp\":1700000600," member "}"
#define H(member) "{\"alg\":\"HS256\"," member "}"

/* A struct conf is large: one for all. */
static struct conf conf;
static struct jwt_keys *keys;
static struct arena *arena;
static char why[WHY_BYTES];

static void
key_file(char *out, const char *name, const char *key)
{
	unit_file(out, name, key, strlen(key), 0600);
}

static int
setup(void)
{
	char path[UNIT_PATH_BYTES];

	memset(&conf, 0, sizeof conf);
	conf.jwt_leeway_s = 30;
	key_file(path, "secret", KEY "\n");
	strcpy(conf.jwt_secret_file, path);
	unit_dir(path, "keys");
	strcpy(conf.jwt_key_dir, path);
	key_file(path, "keys/k1.key", KEY_1);
	key_file(path, "keys/K.2_x.key", KEY_2);
	key_file(path, "keys/README", "not a key");
	key_file(path, "keys/.key", "no name");
	key_file(path, "keys/a b.key", "no name of ours");
	key_file(path, "keys/k1.key.old", "another ending");
	if (jwt_keys_load(&conf, &keys, why) != E_OK) {
		printf("# %s\n", why);
		return 1;
	}
	return (arena = arena_new(ARENA_BYTES_MAX)) == NULL;
}

static int
teardown(void)
{
	jwt_keys_free(keys);
	arena_free(arena);
	return 0;
}

/* A text and the signature that makes a token of it. */
static size_t
sign(char *text, size_t len, const char *key)
{
	unsigned char mac[SHA256_BYTES];

	CU_ASSERT_EQUAL(hmac_once(key, strlen(key), text, len, mac),
	    E_OK);
	text[len++] = '.';
	return len + encode(text + len, mac, sizeof mac);
}

#define TOKEN_ROOM 16384

static size_t
make(char out[TOKEN_ROOM], const char *header, const char *claims,
    const char *key)
{
	size_t len = encode(out, header, strlen(header));

	out[len++] = '.';
	len += encode(out + len, claims, strlen(claims));
	return sign(out, len, key);
}

static enum err
verify_at(const char *token, size_t len, int64_t now_s,
    struct jwt_who *who, const char **cause)
{
	who->user_id = -77;
	*cause = "";
	arena_reset(arena);
	return jwt_verify(keys, &conf, arena, token, len, now_s, who, cause);
}

static void
check(const char *row, const char *token, size_t len, enum err verdict,
    const char *cause)
{
	const char *told;
	struct jwt_who who;
	enum err e = verify_at(token, len, NOW, &who, &told);

	CHECK_ROW(row, e == verdict);
	CHECK_ROW(row, strcmp(told, cause) == 0);
	CHECK_ROW(row, who.user_id == (verdict == E_OK ? 42 : -77));
}

struct row {
	const char *header, *claims;
	const char *cause;	/* "": accepted */
};

static void
check_rows(const struct row *rows, size_t n)
{
	char token[TOKEN_ROOM], name[256];

	for (size_t i = 0; i < n; i++) {
		size_t len = make(token, rows[i].header, rows[i].claims, KEY);

		snprintf(name, sizeof name, "%.100s . %.100s", rows[i].header,
		    rows[i].claims);
		check(name, token, len, rows[i].cause[0] == '\0' ? E_OK
		    : strcmp(rows[i].cause, "past its exp") == 0
		    ? E_EXPIRED_TOKEN : E_INVALID_TOKEN, rows[i].cause);
	}
}

#define ROWS(rows) rows, sizeof rows / sizeof rows[0]

#define ALG "alg is not HS256"
#define TYP "typ is not JWT"
#define REFUSED "a header member we refuse"

static const struct row headers_told[] = {
	{ HEADER, CLAIMS, "" },
	{ "{\"alg\":\"HS256\"}", CLAIMS, "" },
	{ "{\"alg\":\"HS\\u0032\\u0035\\u0036\"}", CLAIMS, "" },
	{ " {\r\n\"alg\" : \"HS256\" }\n", CLAIMS, "" },
	{ H("\"typ\":\"jwt\""), CLAIMS, "" },
	{ H("\"cty\":\"JWT\""), CLAIMS, "" },
	{ H("\"x\":[1,{\"y\":null}]"), CLAIMS, "" },
	{ "{}", CLAIMS, ALG },
	{ "{\"typ\":\"JWT\"}", CLAIMS, ALG },
	{ "{\"alg\":\"none\"}", CLAIMS, ALG },
	{ "{\"alg\":\"None\"}", CLAIMS, ALG },
	{ "{\"alg\":\"NONE\"}", CLAIMS, ALG },
	{ "{\"alg\":\"nOnE\"}", CLAIMS, ALG },
	{ "{\"alg\":\"\"}", CLAIMS, ALG },
	{ "{\"alg\":null}", CLAIMS, ALG },
	{ "{\"alg\":256}", CLAIMS, ALG },
	{ "{\"alg\":[\"HS256\"]}", CLAIMS, ALG },
	{ "{\"alg\":{\"HS256\":1}}", CLAIMS, ALG },
	{ "{\"ALG\":\"HS256\"}", CLAIMS, ALG },
	{ "{\"alg\":\"hs256\"}", CLAIMS, ALG },
	{ "{\"alg\":\"HS256 \"}", CLAIMS, ALG },
	{ "{\"alg\":\" HS256\"}", CLAIMS, ALG },
	{ "{\"alg\":\"HS256\\n\"}", CLAIMS, ALG },
	{ "{\"alg\":\"HS2567\"}", CLAIMS, ALG },
	{ "{\"alg\":\"HS25\"}", CLAIMS, ALG },
	{ "{\"alg\":\"HS384\"}", CLAIMS, ALG },
	{ "{\"alg\":\"HS512\"}", CLAIMS, ALG },
	{ "{\"alg\":\"RS256\"}", CLAIMS, ALG },
	{ "{\"alg\":\"ES256\"}", CLAIMS, ALG },
	{ "{\"alg\":\"PS256\"}", CLAIMS, ALG },
	{ "{\"alg\":\"EdDSA\"}", CLAIMS, ALG },
	{ "{\"alg\":\"dir\",\"enc\":\"A128GCM\"}", CLAIMS, ALG },
	{ "{\"alg\":\"HS256\",\"enc\":\"none\"}", CLAIMS, "" },
	{ "{\"alg\":\"RS256\\u0000\"}", CLAIMS, "not JSON" },
	{ "{\"alg\":\"\\u0048S256\\u0020\"}", CLAIMS, ALG },
	{ "{\"alg\":\"H\xc5\x9b\x32\x35\x36\"}", CLAIMS, ALG },
	{ "{\"alg\":\"\xef\xbc\xa8S256\"}", CLAIMS, ALG },
	{ "{\"alg\":\"HS256,none\"}", CLAIMS, ALG },
	{ "{\"alg\":false}", CLAIMS, ALG },
	{ "{\"a\":{\"alg\":\"HS256\"}}", CLAIMS, ALG },
	{ "{\"alg\":\"none\",\"alg\":\"HS256\"}", CLAIMS, "not JSON" },
	{ H("\"alg\":\"none\""), CLAIMS, "not JSON" },
	{ H("\"al\\u0067\":\"none\""), CLAIMS, "not JSON" },
	{ "{\"alg\":\"HS256\\u0000\"}", CLAIMS, "not JSON" },
	{ "{\"alg\":\"HS256\"}x", CLAIMS, "not JSON" },
	{ "{\"alg\":\"HS256\"", CLAIMS, "not JSON" },
	{ "\xef\xbb\xbf{\"alg\":\"HS256\"}", CLAIMS, "not JSON" },
	{ "", CLAIMS, "not JSON" },
	{ "[]", CLAIMS, "not a JSON object" },
	{ "[\"HS256\"]", CLAIMS, "not a JSON object" },
	{ "\"HS256\"", CLAIMS, "not a JSON object" },
	{ "null", CLAIMS, "not a JSON object" },
	{ H("\"typ\":\"JWE\""), CLAIMS, TYP },
	{ H("\"typ\":\"at+jwt\""), CLAIMS, TYP },
	{ H("\"typ\":\"JWT \""), CLAIMS, TYP },
	{ H("\"typ\":\"\""), CLAIMS, TYP },
	{ H("\"typ\":null"), CLAIMS, TYP },
	{ H("\"typ\":[\"JWT\"]"), CLAIMS, TYP },
	{ H("\"jwk\":{\"kty\":\"oct\",\"k\":\"AAAA\"}"), CLAIMS,
	    REFUSED },
	{ H("\"jku\":\"https://evil.example/\""), CLAIMS, REFUSED },
	{ H("\"x5u\":\"https://evil.example/\""), CLAIMS, REFUSED },
	{ H("\"x5c\":[\"AAAA\"]"), CLAIMS, REFUSED },
	{ H("\"x5t\":\"AAAA\""), CLAIMS, REFUSED },
	{ H("\"x5t#S256\":\"AAAA\""), CLAIMS, REFUSED },
	{ H("\"crit\":[\"exp\"]"), CLAIMS, REFUSED },
	{ H("\"crit\":[]"), CLAIMS, REFUSED },
	{ H("\"b64\":false"), CLAIMS, REFUSED },
	{ H("\"b64\":true"), CLAIMS, REFUSED },
	{ H("\"zip\":\"DEF\""), CLAIMS, REFUSED },
	{ H("\"jwk\":null"), CLAIMS, REFUSED },
	{ H("\"j\\u0077k\":{}"), CLAIMS, REFUSED },
};

static void
test_headers(void)
{
	check_rows(ROWS(headers_told));
}

#define SUB "sub is not a user's id"
#define EXP "exp is not a time"
#define BEGUN "nbf or iat is not a time"
#define AHEAD "nbf or iat lies ahead"
#define PAST "past its exp"

static const struct row claims_told[] = {
	{ HEADER, C("\"x\":{\"a\":[1.5,null]}"), "" },
	{ HEADER, "{\"exp\":1700000001,\"sub\":\"42\"}", "" },
	{ HEADER, "{\"sub\":\"\\u00342\",\"exp\":1700000600}", "" },
	{ HEADER, "{\"sub\":\"42\",\"exp\":9007199254740991}", "" },
	{ HEADER, "{}", SUB },
	{ HEADER, "{\"exp\":1700000600}", SUB },
	{ HEADER, "{\"Sub\":\"42\",\"exp\":1700000600}", SUB },
	{ HEADER, "{\"sub\":42,\"exp\":1700000600}", SUB },
	{ HEADER, "{\"sub\":\"\",\"exp\":1700000600}", SUB },
	{ HEADER, "{\"sub\":\"0\",\"exp\":1700000600}", SUB },
	{ HEADER, "{\"sub\":\"-1\",\"exp\":1700000600}", SUB },
	{ HEADER, "{\"sub\":\"+1\",\"exp\":1700000600}", SUB },
	{ HEADER, "{\"sub\":\"01\",\"exp\":1700000600}", SUB },
	{ HEADER, "{\"sub\":\" 1\",\"exp\":1700000600}", SUB },
	{ HEADER, "{\"sub\":\"1 \",\"exp\":1700000600}", SUB },
	{ HEADER, "{\"sub\":\"1.0\",\"exp\":1700000600}", SUB },
	{ HEADER, "{\"sub\":\"1e3\",\"exp\":1700000600}", SUB },
	{ HEADER, "{\"sub\":\"0x2a\",\"exp\":1700000600}", SUB },
	{ HEADER, "{\"sub\":\"9007199254740992\",\"exp\":1700000600}",
	    SUB },
	{ HEADER, "{\"sub\":\"99999999999999999999999\","
	    "\"exp\":1700000600}", SUB },
	{ HEADER, "{\"sub\":\"1' OR '1'='1\",\"exp\":1700000600}",
	    SUB },
	{ HEADER, "{\"sub\":null,\"exp\":1700000600}", SUB },
	{ HEADER, "{\"sub\":[\"42\"],\"exp\":1700000600}", SUB },
	{ HEADER, "{\"sub\":\"42\"}", EXP },
	{ HEADER, "{\"sub\":\"42\",\"exp\":\"1700000600\"}", EXP },
	{ HEADER, "{\"sub\":\"42\",\"exp\":1700000600.0}", "" },
	{ HEADER, "{\"sub\":\"42\",\"exp\":1700000600.5}", "" },
	{ HEADER, "{\"sub\":\"42\",\"exp\":1.7e10}", "" },
	{ HEADER, "{\"sub\":\"42\",\"exp\":1.8E+9}", "" },
	{ HEADER, "{\"sub\":\"42\",\"exp\":1700000001.0001}", "" },
	{ HEADER, "{\"sub\":\"42\",\"exp\":17000000010e-1}", "" },
	/* Cut towards the past: it has expired a little early. */
	{ HEADER, "{\"sub\":\"42\",\"exp\":1700000000.9}", PAST },
	{ HEADER, "{\"sub\":\"42\",\"exp\":1700000000.99999999999999999"
	    "99999999}", PAST },
	{ HEADER, "{\"sub\":\"42\",\"exp\":-0.5}", PAST },
	{ HEADER, "{\"sub\":\"42\",\"exp\":1e-400}", PAST },
	{ HEADER, "{\"sub\":\"42\",\"exp\":0e999999999}", PAST },
	{ HEADER, "{\"sub\":\"42\",\"exp\":9007199254740990.5}", EXP },
	{ HEADER, "{\"sub\":\"42\",\"exp\":-1e400}", EXP },
	{ HEADER, "{\"sub\":\"42\",\"exp\":1e99999999999999999999}", EXP },
	{ HEADER, "{\"sub\":\"42\",\"exp\":NaN}", "not JSON" },
	{ HEADER, "{\"sub\":\"42\",\"exp\":Infinity}", "not JSON" },
	{ HEADER, "{\"sub\":\"42\",\"exp\":01700000600}", "not JSON" },
	{ HEADER, "{\"sub\":\"42\",\"exp\":1700000600.}", "not JSON" },
	{ HEADER, "{\"sub\":\"42\",\"exp\":1e400}", EXP },
	{ HEADER, "{\"sub\":\"42\",\"exp\":9007199254740992}", EXP },
	{ HEADER, "{\"sub\":\"42\",\"exp\":9223372036854775808}", EXP },
	{ HEADER, "{\"sub\":\"42\",\"exp\":null}", EXP },
	{ HEADER, "{\"sub\":\"42\",\"exp\":true}", EXP },
	{ HEADER, "{\"sub\":\"42\",\"exp\":[1700000600]}", EXP },
	{ HEADER, "{\"sub\":\"42\",\"exp\":1700000000}", PAST },
	{ HEADER, "{\"sub\":\"42\",\"exp\":1699999999}", PAST },
	{ HEADER, "{\"sub\":\"42\",\"exp\":0}", PAST },
	{ HEADER, "{\"sub\":\"42\",\"exp\":-1}", PAST },
	{ HEADER, "{\"sub\":\"42\",\"exp\":-9007199254740991}", PAST },
	/* Expired and wrong: wrong. */
	{ HEADER, "{\"sub\":\"x\",\"exp\":1}", SUB },
	{ HEADER, "{\"sub\":\"42\",\"exp\":1,\"nbf\":1700000031}",
	    AHEAD },
	{ HEADER, C("\"nbf\":1700000030"), "" },
	{ HEADER, C("\"nbf\":-9007199254740991"), "" },
	{ HEADER, C("\"iat\":1700000030"), "" },
	{ HEADER, C("\"iat\":1,\"nbf\":2"), "" },
	{ HEADER, C("\"nbf\":1700000031"), AHEAD },
	{ HEADER, C("\"iat\":1700000031"), AHEAD },
	{ HEADER, C("\"nbf\":9007199254740991"), AHEAD },
	{ HEADER, C("\"nbf\":\"1\""), BEGUN },
	{ HEADER, C("\"nbf\":1.0"), "" },
	{ HEADER, C("\"nbf\":1700000030.999"), "" },
	{ HEADER, C("\"nbf\":1700000031.0"), AHEAD },
	{ HEADER, C("\"iat\":1700000030.5"), "" },
	{ HEADER, C("\"iat\":1700000031.5"), AHEAD },
	{ HEADER, C("\"iat\":1.8e9"), AHEAD },
	{ HEADER, C("\"nbf\":-0.5"), "" },
	{ HEADER, C("\"nbf\":1e400"), BEGUN },
	{ HEADER, C("\"iat\":-1e400"), BEGUN },
	{ HEADER, C("\"nbf\":null"), BEGUN },
	{ HEADER, C("\"iat\":1e1"), "" },
	{ HEADER, C("\"iat\":\"\""), BEGUN },
	{ HEADER, C("\"iat\":-9223372036854775808"), BEGUN },
	{ HEADER, C("\"nbf\":9007199254740992"), BEGUN },
	{ HEADER, C("\"nbf\":-9007199254740992"), BEGUN },
	{ HEADER, C("\"nbf\":[0]"), BEGUN },
	{ HEADER, C("\"iat\":false"), BEGUN },
	{ HEADER, C("\"iat\":-1,\"nbf\":-1"), "" },
	{ HEADER, "{\"sub\":\"42\",\"exp\":-9007199254740992}", EXP },
	{ HEADER, "{\"sub\":\"42\",\"exp\":1.7976931348623157e308}", EXP },
	{ HEADER, "{\"sub\":\"42\",\"exp\":-0}", PAST },
	{ HEADER, "{\"sub\":\"\\uff14\\uff12\",\"exp\":1700000600}", SUB },
	{ HEADER, "{\"sub\":\"42\\n\",\"exp\":1700000600}", SUB },
	{ HEADER, "{\"sub\":{\"id\":\"42\"},\"exp\":1700000600}", SUB },
	{ HEADER, C("\"sub\":\"1\""), "not JSON" },
	{ HEADER, C("\"ex\\u0070\":1"), "not JSON" },
	{ HEADER, "{\"sub\":\"42\\u0000\",\"exp\":1700000600}",
	    "not JSON" },
	{ HEADER, "", "not JSON" },
	{ HEADER, "{", "not JSON" },
	{ HEADER, CLAIMS "x", "not JSON" },
	{ HEADER, CLAIMS CLAIMS, "not JSON" },
	{ HEADER, C("\"x\":\"\xc0\xaf\""), "not JSON" },
	{ HEADER, C("\"x\":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]"),
	    "not JSON" },
	{ HEADER, "[" CLAIMS "]", "not a JSON object" },
	{ HEADER, "42", "not a JSON object" },
};

static void
test_claims(void)
{
	check_rows(ROWS(claims_told));
}

static void
test_parties(void)
{
	static const struct row rows[] = {
		{ HEADER, C("\"iss\":\"me\",\"aud\":\"shop\""), "" },
		{ HEADER, C("\"iss\":\"me\",\"aud\":[\"x\",\"shop\"]"), "" },
		{ HEADER, C("\"aud\":\"shop\""), "wrong iss" },
		{ HEADER, C("\"iss\":\"\",\"aud\":\"shop\""), "wrong iss" },
		{ HEADER, C("\"iss\":\"Me\",\"aud\":\"shop\""), "wrong iss" },
		{ HEADER, C("\"iss\":\"me2\",\"aud\":\"shop\""), "wrong iss" },
		{ HEADER, C("\"iss\":[\"me\"],\"aud\":\"shop\""),
		    "wrong iss" },
		{ HEADER, C("\"iss\":\"me\""), "wrong aud" },
		{ HEADER, C("\"iss\":\"me\",\"aud\":\"\""), "wrong aud" },
		{ HEADER, C("\"iss\":\"me\",\"aud\":\"shop2\""), "wrong aud" },
		{ HEADER, C("\"iss\":\"me\",\"aud\":\"sho\""), "wrong aud" },
		{ HEADER, C("\"iss\":\"me\",\"aud\":[]"), "wrong aud" },
		{ HEADER, C("\"iss\":\"me\",\"aud\":[\"x\"]"), "wrong aud" },
		{ HEADER, C("\"iss\":\"me\",\"aud\":[[\"shop\"]]"),
		    "wrong aud" },
		{ HEADER, C("\"iss\":\"me\",\"aud\":[\"shop\",1]"),
		    "wrong aud" },
		{ HEADER, C("\"iss\":\"me\",\"aud\":{\"shop\":\"shop\"}"),
		    "wrong aud" },
		{ HEADER, "{\"sub\":\"42\",\"exp\":1,\"iss\":\"me\"}",
		    "wrong aud" },
		{ HEADER, "{\"sub\":\"42\",\"exp\":1,\"iss\":\"me\","
		    "\"aud\":\"shop\"}", PAST },
	};

	strcpy(conf.jwt_issuer, "me");
	strcpy(conf.jwt_audience, "shop");
	check_rows(ROWS(rows));
	conf.jwt_issuer[0] = conf.jwt_audience[0] = '\0';
}

static void
test_kid(void)
{
	static const struct {
		const char *header, *key, *cause;
	} rows[] = {
		{ H("\"kid\":\"k1\""), KEY_1, "" },
		{ H("\"kid\":\"K.2_x\""), KEY_2, "" },
		{ H("\"kid\":\"k1\""), KEY_2, "wrong signature" },
		{ H("\"kid\":\"k1\""), KEY, "wrong signature" },
		{ HEADER, KEY_1, "wrong signature" },
		{ HEADER, "", "wrong signature" },
		{ H("\"kid\":\"\""), KEY, "unknown kid" },
		{ H("\"kid\":\"K1\""), KEY_1, "unknown kid" },
		{ H("\"kid\":\"k1 \""), KEY_1, "unknown kid" },
		{ H("\"kid\":\"k1.key\""), KEY_1, "unknown kid" },
		{ H("\"kid\":\"k\""), KEY_1, "unknown kid" },
		{ H("\"kid\":\"../secret\""), KEY, "unknown kid" },
		{ H("\"kid\":\"/dev/null\""), "", "unknown kid" },
		{ H("\"kid\":\"' UNION SELECT 'k\""), "k", "unknown kid" },
		{ H("\"kid\":\"k1\\u0000\""), KEY_1, "not JSON" },
		{ H("\"kid\":\"\\u0000\""), "", "not JSON" },
		{ H("\"kid\":\"\\u006b1\""), KEY_1, "" },
		{ H("\"kid\":\"k1\",\"kid\":\"K.2_x\""), KEY_2, "not JSON" },
		{ H("\"kid\":\"keys/k1\""), KEY_1, "unknown kid" },
		{ H("\"kid\":\"./k1\""), KEY_1, "unknown kid" },
		{ H("\"kid\":\"k1\\n\""), KEY_1, "unknown kid" },
		{ H("\"kid\":\"README\""), "not a key", "unknown kid" },
		{ H("\"kid\":true"), KEY, "kid is not a string" },
		{ H("\"kid\":{}"), KEY, "kid is not a string" },
		{ H("\"kid\":1"), KEY, "kid is not a string" },
		{ H("\"kid\":null"), KEY, "kid is not a string" },
		{ H("\"kid\":[\"k1\"]"), KEY_1, "kid is not a string" },
	};
	char token[TOKEN_ROOM];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t len = make(token, rows[i].header, CLAIMS, rows[i].key);

		check(rows[i].header, token, len, rows[i].cause[0] == '\0'
		    ? E_OK : E_INVALID_TOKEN, rows[i].cause);
	}
}

/* A good token, spoilt: 1, 2 and 3 stand for its parts. */
static const struct {
	const char *shape;
	const char *cause;
	size_t cut;		/* to which the signature is; 0: it is not */
} shapes[] = {
	{ "1.2.3", "", 0 },
	{ "", "not three parts", 0 },
	{ ".", "not three parts", 0 },
	{ "1", "not three parts", 0 },
	{ "1.2", "not three parts", 0 },
	{ "1.2.3.", "not three parts", 0 },
	{ ".1.2.3", "not three parts", 0 },
	{ "...", "not three parts", 0 },
	{ "1.2.3\t", "signature is not base64url", 0 },
	{ "\t1.2.3", "not base64url", 0 },
	{ "1.2\r\n.3", "wrong signature", 0 },
	{ "1,2,3", "not three parts", 0 },
	{ "1%2E2%2E3", "not three parts", 0 },
	{ "1.2.3,1.2.3", "not three parts", 0 },
	{ "1.2.3.3", "not three parts", 0 },
	{ "1..2.3", "not three parts", 0 },
	{ "1.2.3.AAAA.AAAA", "not three parts", 0 },
	{ "..", "not JSON", 0 },
	{ "..3", "not JSON", 0 },
	{ ".2.3", "not JSON", 0 },
	{ "1.2.", "signature has not 32 bytes", 0 },
	{ "1..3", "wrong signature", 0 },
	{ "2.1.3", "alg is not HS256", 0 },
	{ "Bearer 1.2.3", "not base64url", 0 },
	{ " 1.2.3", "not base64url", 0 },
	{ "1 .2.3", "not base64url", 0 },
	{ "1=.2.3", "not base64url", 0 },
	{ "1\n.2.3", "not base64url", 0 },
	{ "\"1.2.3\"", "not base64url", 0 },
	{ "1. 2.3", "wrong signature", 0 },
	{ "1.2=.3", "wrong signature", 0 },
	{ "1.2.3=", "signature is not base64url", 0 },
	{ "1.2.3==", "signature is not base64url", 0 },
	{ "1.2.3 ", "signature is not base64url", 0 },
	{ "1.2. 3", "signature is not base64url", 0 },
	{ "1.2.3\n", "signature is not base64url", 0 },
	{ "1.2.+3", "signature is not base64url", 0 },
	{ "1.2./3", "signature is not base64url", 0 },
	{ "1.2.3A", "signature has not 32 bytes", 0 },
	{ "1.2.3AA", "signature is not base64url", 0 },
	{ "1.2.AAAA3", "signature has not 32 bytes", 0 },
	{ "1.2.3", "signature has not 32 bytes", 4 },
	{ "1.2.3", "signature has not 32 bytes", 40 },
	{ "1.2.3", "signature is not base64url", 41 },
	{ "1.2.3A", "signature has not 32 bytes", 41 },
	{ "1.2.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	    "wrong signature", 0 },
};

static size_t
expand(char out[TOKEN_ROOM], const char *shape, const char *const part[3],
    size_t cut)
{
	size_t len = 0, n;

	for (; *shape != '\0'; shape++) {
		if (*shape < '1' || *shape > '3') {
			out[len++] = *shape;
			continue;
		}
		n = strlen(part[*shape - '1']);
		if (*shape == '3' && cut > 0)
			n = cut;
		memcpy(out + len, part[*shape - '1'], n);
		len += n;
	}
	return len;
}

static void
test_shapes(void)
{
	char good[TOKEN_ROOM], token[TOKEN_ROOM];
	const char *part[3];

	make(good, HEADER, CLAIMS, KEY);
	part[0] = strtok(good, ".");
	part[1] = strtok(NULL, ".");
	part[2] = strtok(NULL, ".");
	for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
		size_t len = expand(token, shapes[i].shape, part,
		    shapes[i].cut);

		check(shapes[i].shape, token, len, shapes[i].cause[0] == '\0'
		    ? E_OK : E_INVALID_TOKEN, shapes[i].cause);
	}
}

/* Whichever character is changed, to whatever: the token is refused. */
static void
test_each_character(void)
{
	char token[TOKEN_ROOM], row[32];
	size_t len = make(token, HEADER, CLAIMS, KEY);
	static const char others[] = "AQgw_-.=+/ \n\t\"%\xff";
	const char *cause;
	struct jwt_who who;

	for (size_t i = 0; i < len; i++) {
		char was = token[i];

		for (size_t k = 0; k < sizeof others; k++) {
			if (others[k] == was)
				continue;
			token[i] = others[k];
			snprintf(row, sizeof row, "%zu: 0x%02x", i,
			    (unsigned char)others[k]);
			CHECK_ROW(row, verify_at(token, len, NOW, &who, &cause)
			    == E_INVALID_TOKEN);
		}
		token[i] = was;
		snprintf(row, sizeof row, "cut at %zu", i);
		CHECK_ROW(row, verify_at(token, i, NOW, &who, &cause) ==
		    E_INVALID_TOKEN);
	}
	check("as it was", token, len, E_OK, "");
}

/* One token, one spelling: the last character's spare bits must be 0. */
static void
test_spare_bits(void)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkl"
	    "mnopqrstuvwxyz0123456789-_";
	char token[TOKEN_ROOM], row[8] = "last: ?";
	size_t len = make(token, HEADER, CLAIMS, KEY);
	const char *cause, *at = strchr(letters, token[len - 1]);
	struct jwt_who who;

	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	CU_ASSERT((at - letters) % 4 == 0);
	for (int bits = 1; bits < 4; bits++) {
		token[len - 1] = row[6] = at[bits];
		CHECK_ROW(row, verify_at(token, len, NOW, &who, &cause) ==
		    E_INVALID_TOKEN);
		CHECK_ROW(row, strcmp(cause, "signature is not base64url") ==
		    0);
	}
}

/* Rightly signed, but the signed spelling itself is loose. */
static void
test_loose_and_signed(void)
{
	/* {"alg":"HS256"} and {"sub":"42","exp":1700000600 } */
	static const struct {
		const char *text, *cause;
	} rows[] = {
		{ "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiIsImV4cCI6MTcwMDAwMDYwM"
		    "CB9", "" },
		{ "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiIsImV4cCI6MTcwMDAwMDYwM"
		    "H0", "" },
		{ "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiIsImV4cCI6MTcwMDAwMDYwM"
		    "H1", "not base64url" },
		{ "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiIsImV4cCI6MTcwMDAwMDYwM"
		    "H0=", "not base64url" },
		{ "eyJhbGciOiJIUzI1NiJ9. eyJzdWIiOiI0MiIsImV4cCI6MTcwMDAwMDYw"
		    "MH0", "not base64url" },
		{ "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiIsImV4cCI6MTcwMDAwMDYwM"
		    "H0\n", "not base64url" },
		{ "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiIsImV4cCI6MTcwMDAwMDYwM"
		    "CB9A", "not base64url" },
		{ "eyJhbGciOiJIUzI1NiJ9A.eyJzdWIiOiI0MiIsImV4cCI6MTcwMDAwMDYw"
		    "MCB9", "not base64url" },
		{ "eyJhbGciOiJIUzI1NiJ9.", "not JSON" },
	};
	char token[TOKEN_ROOM];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t len = strlen(rows[i].text);

		memcpy(token, rows[i].text, len);
		len = sign(token, len, KEY);
		check(rows[i].text, token, len, rows[i].cause[0] == '\0'
		    ? E_OK : E_INVALID_TOKEN, rows[i].cause);
	}
}

/* The signature of one token under the claims of another. */
static void
test_changed_claims(void)
{
	char token[TOKEN_ROOM], other[TOKEN_ROOM];
	size_t len = make(token, HEADER, CLAIMS, KEY);

	CU_ASSERT_EQUAL(make(other, HEADER,
	    "{\"sub\":\"43\",\"exp\":1700000600}", KEY), len);
	memcpy(other + len - 43, token + len - 43, 43);
	check("another's sub", other, len, E_INVALID_TOKEN,
	    "wrong signature");
	/* Unsigned claims are not even looked at. */
	make(other, HEADER, "{\"sub\":\"42\",\"exp\":1000000600}", KEY);
	memcpy(other + len - 43, token + len - 43, 43);
	check("expired", other, len, E_INVALID_TOKEN, "wrong signature");
}

static void
test_size(void)
{
	char token[TOKEN_ROOM], claims[TOKEN_ROOM];
	size_t fill, len = 0;

	/* Grown until it is over, one byte of claims after another. */
	for (fill = 2900; len <= TOKEN_BYTES_MAX; fill++) {
		snprintf(claims, sizeof claims, "{\"sub\":\"42\",\"exp\":"
		    "1700000600,\"x\":\"%0*d\"}", (int)fill, 0);
		len = make(token, HEADER, claims, KEY);
		check("size", token, len, len <= TOKEN_BYTES_MAX ? E_OK
		    : E_INVALID_TOKEN, len <= TOKEN_BYTES_MAX ? ""
		    : "too long");
	}
	CU_ASSERT(fill > 2901);
	memset(token, 'A', sizeof token);
	check("long", token, sizeof token, E_INVALID_TOKEN, "too long");
	check("not that long", token, TOKEN_BYTES_MAX, E_INVALID_TOKEN,
	    "not three parts");
	memset(token, '.', sizeof token);
	check("dots", token, TOKEN_BYTES_MAX, E_INVALID_TOKEN,
	    "not three parts");
}

static void
test_clock(void)
{
	char token[TOKEN_ROOM];
	size_t len = make(token, HEADER, C("\"nbf\":1700000100"), KEY);
	const char *cause;
	struct jwt_who who;

	CU_ASSERT_EQUAL(verify_at(token, len, 1700000069, &who, &cause),
	    E_INVALID_TOKEN);
	CU_ASSERT_EQUAL(verify_at(token, len, 1700000070, &who, &cause), E_OK);
	CU_ASSERT_EQUAL(verify_at(token, len, 1700000599, &who, &cause), E_OK);
	CU_ASSERT_EQUAL(verify_at(token, len, 1700000600, &who, &cause),
	    E_EXPIRED_TOKEN);
	conf.jwt_leeway_s = 0;
	CU_ASSERT_EQUAL(verify_at(token, len, 1700000099, &who, &cause),
	    E_INVALID_TOKEN);
	CU_ASSERT_EQUAL(verify_at(token, len, 1700000100, &who, &cause), E_OK);
	conf.jwt_leeway_s = 30;
}

/* The claims of RFC 7515, A.1, as its examples have them. */
#define JOE "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGF" \
	"tcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"

/* Whole tokens of others. */
static const struct {
	const char *name, *token, *cause;
} foreign[] = {
	{ "RFC 7515, A.1, and RFC 7519, 3.1: another's key",
	    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." JOE
	    ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
	    "wrong signature" },
	{ "RFC 7515, A.2: RS256", "eyJhbGciOiJSUzI1NiJ9." JOE ".cC4hiUPoj9Eetd"
	    "gtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_"
	    "lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_"
	    "nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN93"
	    "83LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeY"
	    "I2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlU"
	    "PQGe77Rw", ALG },
	{ "RFC 7515, A.3: ES256", "eyJhbGciOiJFUzI1NiJ9." JOE ".DtEhU3ljbEg8L3"
	    "8VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3"
	    "-Kg6NU1Q", ALG },
	{ "RFC 7515, A.4: ES512", "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtH"
	    "oh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDK"
	    "B34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzD"
	    "O7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn", ALG },
	{ "RFC 7515, A.5, and RFC 7519, 6.1: none",
	    "eyJhbGciOiJub25lIn0." JOE ".", ALG },
	{ "none, without the last dot", "eyJhbGciOiJub25lIn0." JOE,
	    "not three parts" },
	{ "none, with a signature", "eyJhbGciOiJub25lIn0." JOE
	    ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", ALG },
	{ "RFC 7519, A.1: a JWE of five parts", "eyJhbGciOiJSU0ExXzUiLCJlbmMiO"
	    "iJBMTI4Q0JDLUhTMjU2In0.QR1Owv2ug2WyPBnbQrRARTeEk9kDO2w8qDcjiHnSJ"
	    "flSdv1iNqhWXaKH4MqAkQtMoNfABIPJaZm0HaA415sv3aeuBWnD8J-Ui7Ah6cWaf"
	    "s3ZwwFKDFUUsWHSK-IPKxLGTkND09XyjORj_CHAgOPJ-Sd8ONQRnJvWn_hXV1BNM"
	    "HzUjPyYwEsRhDhzjAD26imasOTsgruobpYGoQcXUwFDn7moXPRfDE8-NoQX7N7ZY"
	    "MmpUDkR-Cx9obNGwJQ3nM52YCitxoQVPzjbl7WBuB7AohdBoZOdZ24WlN1lVIeh8"
	    "v1K4krB8xgKvRU8kgFrEn_a1rZgN5TiysnmzTROF869lQ.AxY8DCtDaGlsbGljb3"
	    "RoZQ.MKOle7UQrG6nSxTLX6Mqwt0orbHvAKeWnDYvpIAeZ72deHxz3roJDXQyhxx"
	    "0wKaMHDjUEOKIwrtkHthpqEanSBNYHZgmNOV7sln1Eu9g3J8.fiK51VwhsxJ-siB"
	    "MR-YFiA", "not three parts" },
	{ "a JWE with four parts empty", "eyJhbGciOiJkaXIifQ....",
	    "not three parts" },
	{ "the JSON of RFC 7515, 7.2.2", "{\"payload\":\"" JOE "\","
	    "\"protected\":\"eyJhbGciOiJIUzI1NiJ9\",\"signature\":\"AAAA\"}",
	    "not three parts" },
	{ "base64 with + and /", "eyJhbGciOiJIUzI1NiJ9." JOE
	    ".dBjftJeZ4CVP+mB92K27uhbUJU1p1r/wW1gFWFOEjXk",
	    "signature is not base64url" },
	{ "no token", "null", "not three parts" },
	{ "dots alone", "..", "not JSON" },
};

static void
test_foreign(void)
{
	for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
		check(foreign[i].name, foreign[i].token,
		    strlen(foreign[i].token), E_INVALID_TOKEN,
		    foreign[i].cause);
}

/* Signed and signed again: the claims of the outer are the inner. */
static void
test_nested(void)
{
	static const char header[] = H("\"cty\":\"JWT\"");
	char inner[TOKEN_ROOM], outer[TOKEN_ROOM];
	size_t len;

	make(inner, HEADER, CLAIMS, KEY);
	len = make(outer, header, inner, KEY);
	check("RFC 7519, A.2: nested", outer, len, E_INVALID_TOKEN,
	    "not JSON");
}

/* A byte of the right signature more, or less, is no signature. */
static void
test_signature_size(void)
{
	char token[TOKEN_ROOM], row[32];
	unsigned char mac[SHA256_BYTES + 1] = { 0 };
	size_t len = make(token, HEADER, CLAIMS, KEY);
	size_t text_len = len - 43, end;

	CU_ASSERT_EQUAL_FATAL(token[text_len - 1], '.');
	CU_ASSERT_EQUAL(hmac_once(KEY, strlen(KEY), token,
	    text_len - 1, mac), E_OK);
	for (size_t n = 0; n <= sizeof mac; n++) {
		end = text_len + encode(token + text_len, mac, n);
		snprintf(row, sizeof row, "%zu bytes", n);
		check(row, token, end, n == SHA256_BYTES ? E_OK
		    : E_INVALID_TOKEN, n == SHA256_BYTES ? ""
		    : "signature has not 32 bytes");
	}
}

/* TOKEN_BYTES_MAX bytes are taken, and not one more. */
static void
test_exact_size(void)
{
	char token[TOKEN_ROOM], header[256], claims[TOKEN_ROOM];
	bool seen[2] = { false, false };

	/* Base64url has no length of 4n + 1: blanks in two parts make all. */
	for (int i = 0; i < 64 * 8; i++) {
		size_t len, over;

		snprintf(header, sizeof header, "%*s{\"alg\":\"HS256\"}",
		    i % 8, "");
		snprintf(claims, sizeof claims, "%*s" CLAIMS, 2960 + i / 8,
		    "");
		len = make(token, header, claims, KEY);
		if (len != TOKEN_BYTES_MAX && len != TOKEN_BYTES_MAX + 1)
			continue;
		over = len - TOKEN_BYTES_MAX;
		seen[over] = true;
		check(over ? "4097" : "4096", token, len,
		    over ? E_INVALID_TOKEN : E_OK, over ? "too long" : "");
	}
	CU_ASSERT(seen[0]);
	CU_ASSERT(seen[1]);
}

static size_t
hostile_rows(const struct row *rows, size_t n)
{
	size_t hostile = 0;

	for (size_t i = 0; i < n; i++)
		hostile += rows[i].cause[0] != '\0';
	return hostile;
}

/* The tables can't shrink unseen. */
static void
test_many(void)
{
	size_t n = hostile_rows(ROWS(headers_told)) +
	    hostile_rows(ROWS(claims_told)) +
	    sizeof foreign / sizeof foreign[0];

	for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
		n += shapes[i].cause[0] != '\0';
	CU_ASSERT(n >= 185);
}

/* RFC 7515, A.1: signed by its key, and no token of ours but for that. */
static void
test_rfc7515(void)
{
	static const unsigned char key[] = { 3, 35, 53, 75, 43, 15, 165, 188,
	    131, 126, 6, 101, 119, 123, 166, 143, 90, 179, 40, 230, 240, 84,
	    201, 40, 169, 15, 132, 178, 210, 80, 46, 191, 211, 251, 90, 146,
	    210, 6, 71, 239, 150, 138, 180, 195, 119, 98, 61, 34, 61, 46, 33,
	    114, 5, 46, 79, 8, 192, 205, 154, 245, 103, 208, 128, 163 };
	static const char token[] = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
	    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leG"
	    "FtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
	    ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
	unsigned char mac[SHA256_BYTES];
	char path[UNIT_PATH_BYTES], text[64], secret[4096];
	struct jwt_keys *mine = keys;
	size_t len = (size_t)(strrchr(token, '.') - token);

	CU_ASSERT_EQUAL(hmac_once(key, sizeof key, token, len, mac),
	    E_OK);
	encode(text, mac, sizeof mac);
	CU_ASSERT_STRING_EQUAL(text, token + len + 1);
	strcpy(secret, conf.jwt_secret_file);
	unit_file(path, "rfc7515", key, sizeof key, 0600);
	strcpy(conf.jwt_secret_file, path);
	CU_ASSERT_EQUAL_FATAL(jwt_keys_load(&conf, &keys, why), E_OK);
	strcpy(conf.jwt_secret_file, secret);
	check("RFC 7515, A.1", token, sizeof token - 1, E_INVALID_TOKEN, SUB);
	jwt_keys_free(keys);
	keys = mine;
}

/* Whether there is a key is nobody's business; the rest may be told. */
static void
test_told(void)
{
	enum jwt_cause one = jwt_told("wrong signature");

	CU_ASSERT_EQUAL(one, JWT_WRONG_SIGNATURE);
	CU_ASSERT_EQUAL(jwt_told("unknown kid"), one);
	CU_ASSERT_EQUAL(jwt_told("kid is missing"), one);
	CU_ASSERT_EQUAL(jwt_told("signature has not 32 bytes"), one);
	CU_ASSERT_EQUAL(jwt_told("wrong aud"), JWT_WRONG_AUD);
	CU_ASSERT_EQUAL(jwt_told("not three parts"), JWT_NOT_THREE_PARTS);
}

static void
test_sign(void)
{
	const struct jwt_key *key = jwt_keys_signer(keys);
	const char *token = NULL, *cause = "";
	struct jwt_who who = { 0 };
	int64_t expires_s = 0;

	strcpy(conf.jwt_issuer, "https://shop.example/\"\xc3\xa9");
	strcpy(conf.jwt_audience, "shop");
	arena_reset(arena);
	CU_ASSERT_EQUAL(jwt_sign(key, &conf, arena, SAFE_INT_MAX,
	    NOW * 1000 + 7, 60,
	    &token), E_OK);
	CU_ASSERT_PTR_NOT_NULL_FATAL(token);
	CU_ASSERT_EQUAL(jwt_verify(keys, &conf, arena, token, strlen(token),
	    NOW + 59, &who, &cause), E_OK);
	CU_ASSERT_EQUAL(who.user_id, SAFE_INT_MAX);
	CU_ASSERT_EQUAL(who.issued_ms, NOW * 1000 + 7);
	CU_ASSERT_EQUAL(jwt_verify(keys, &conf, arena, token, strlen(token),
	    NOW + 60, &who, &cause), E_EXPIRED_TOKEN);
	CU_ASSERT_EQUAL(jwt_expiry(arena, token, strlen(token), &expires_s), E_OK);
	CU_ASSERT_EQUAL(expires_s, NOW + 60);
	strcpy(conf.jwt_audience, "other");
	CU_ASSERT_EQUAL(jwt_verify(keys, &conf, arena, token, strlen(token),
	    NOW, &who, &cause), E_INVALID_TOKEN);
	CU_ASSERT_STRING_EQUAL(cause, "wrong aud");
	conf.jwt_issuer[0] = conf.jwt_audience[0] = '\0';
	CU_ASSERT_EQUAL(jwt_sign(key, &conf, arena, 1, 1000, INT64_MAX, &token),
	    E_INTERNAL);
}

/* Every remainder of three bytes, so every ending of base64url. */
static void
test_sign_every_length(void)
{
	const char *token = NULL, *cause;
	struct jwt_who who;
	int64_t n = 1;

	for (int digits = 1; digits <= 15; digits++, n *= 10) {
		arena_reset(arena);
		CU_ASSERT_EQUAL(jwt_sign(jwt_keys_signer(keys), &conf, arena,
		    n, NOW * 1000, 1, &token), E_OK);
		CU_ASSERT_PTR_NOT_NULL_FATAL(token);
		CU_ASSERT_EQUAL(jwt_verify(keys, &conf, arena, token,
		    strlen(token), NOW, &who, &cause), E_OK);
		CU_ASSERT_EQUAL(who.user_id, n);
	}
}

static void
test_no_memory(void)
{
	const char *token = NULL, *cause = NULL;
	char good[TOKEN_ROOM];
	size_t len = make(good, HEADER, CLAIMS, KEY), max;
	enum err e = E_INTERNAL, f = E_INTERNAL;
	struct jwt_who who;

	for (max = 16; max < 65536 && (e != E_OK || f != E_OK); max += 16) {
		struct arena *a = arena_new(max);

		CU_ASSERT_PTR_NOT_NULL_FATAL(a);
		e = jwt_verify(keys, &conf, a, good, len, NOW, &who, &cause);
		CU_ASSERT(e == E_OK || e == E_INTERNAL);
		CU_ASSERT_PTR_NOT_NULL(cause);
		arena_reset(a);
		f = jwt_sign(jwt_keys_signer(keys), &conf, a, 42, NOW * 1000,
		    60,
		    &token);
		CU_ASSERT(f == E_OK || f == E_INTERNAL);
		arena_free(a);
	}
	CU_ASSERT_EQUAL(e, E_OK);
	CU_ASSERT_EQUAL(f, E_OK);
	CU_ASSERT(max > 256);
}

/* Loads from that file and directory; what it is told is in why. */
static enum err
load(const char *file, const char *dir, struct jwt_keys **out)
{
	static struct conf c;

	memset(why, 0, sizeof why);
	snprintf(c.jwt_secret_file, sizeof c.jwt_secret_file, "%s", file);
	snprintf(c.jwt_key_dir, sizeof c.jwt_key_dir, "%s", dir);
	*out = NULL;
	return jwt_keys_load(&c, out, why);
}

static void
refused(const char *file, const char *dir, const char *told)
{
	struct jwt_keys *k;

	CHECK_ROW(told, load(file, dir, &k) == E_CONFIG);
	CHECK_ROW(told, strstr(why, told) != NULL);
	CHECK_ROW(told, k == NULL);
	jwt_keys_free(k);
}

static void
test_keys(void)
{
	char file[UNIT_PATH_BYTES], dir[UNIT_PATH_BYTES];
	char path[UNIT_PATH_BYTES], key[JWT_KEY_BYTES_MAX + 2];
	static const char vast[JWT_KEY_FILE_BYTES_MAX + 1];
	struct jwt_keys *k;

	jwt_keys_free(NULL);
	refused("", "", "no key for tokens");
	key_file(file, "short", "only-thirty-one-bytes-of-a-key.\n");
	refused(file, "", "short: a key must have at least 32 bytes");
	memset(key, 'k', sizeof key);
	unit_file(file, "long", key, JWT_KEY_BYTES_MAX + 1, 0600);
	refused(file, "", "long: a key must have at most 1024 bytes");
	unit_file(file, "vast", vast, sizeof vast, 0600);
	refused(file, "", "vast: too long");
	unit_file(file, "longest", key, JWT_KEY_BYTES_MAX, 0600);
	CU_ASSERT_EQUAL(load(file, "", &k), E_OK);
	jwt_keys_free(k);
	unit_file(file, "open", key, 32, 0644);
	refused(file, "", "open: readable by others");
	unit_path(file, "absent");
	refused(file, "", "absent: No such file");
	refused("", file, "absent: No such file");
	unit_dir(dir, "bad");
	refused("", dir, "no key for tokens");
	key_file(path, "bad/a.key", "short");
	refused("", dir, "bad/a.key: a key must have at least 32 bytes");
	unlink(path);
	unit_dir(path, "bad/dir.key");
	refused("", dir, "bad/dir.key: not a plain file");
}

/* A JWK says whose it is, and a key of any bytes is used to its last. */
static void
test_key_forms(void)
{
	char dir[UNIT_PATH_BYTES], path[UNIT_PATH_BYTES], token[TOKEN_ROOM];
	static const char jwk[] = "{\"kty\":\"oct\",\"kid\":\"j\",\"k\":"
	    "\"bmFtZWxlc3Mta2V5LW9mLXRoaXJ0eS10d28tYnl0ZXM\"}";
	static const char raw[] = "\x80 and thirty-two more, of which \n";
	struct jwt_keys *mine = keys;

	unit_dir(dir, "forms");
	key_file(path, "forms/j.key", jwk);
	key_file(path, "forms/r.key", raw);
	CU_ASSERT_EQUAL_FATAL(load("", dir, &keys), E_OK);
	check("a JWK", token, make(token, H("\"kid\":\"j\""), CLAIMS, KEY),
	    E_OK, "");
	check("bytes", token, make(token, H("\"kid\":\"r\""), CLAIMS, raw),
	    E_OK, "");
	CU_ASSERT_EQUAL(jwt_keys_find(keys, "j")->len, strlen(KEY));
	CU_ASSERT_EQUAL(jwt_keys_find(keys, "r")->len, sizeof raw - 1);
	jwt_keys_free(keys);
	keys = mine;
	key_file(path, "forms/k.key", jwk);
	refused("", dir, "forms/k.key: a JWK whose kid is not the file's");
}

static void
test_key_names(void)
{
	/* Sixty-four, and one more: the last is none of ours. */
	static const char name[] = "k234567890123456789012345678901234567890"
	    "123456789012345678901234";
	char dir[UNIT_PATH_BYTES], path[UNIT_PATH_BYTES];
	char file[UNIT_PATH_BYTES], token[TOKEN_ROOM], header[256];
	struct jwt_keys *mine = keys;

	unit_dir(dir, "names");
	snprintf(file, sizeof file, "names/%s5.key", name);
	key_file(path, file, "not a key");
	refused("", dir, "no key for tokens");
	snprintf(file, sizeof file, "names/%s.key", name);
	key_file(path, file, KEY_1);
	CU_ASSERT_EQUAL_FATAL(load("", dir, &keys), E_OK);
	snprintf(header, sizeof header, "{\"alg\":\"HS256\",\"kid\":\"%s\"}",
	    name);
	check(header, token, make(token, header, CLAIMS, KEY_1), E_OK, "");
	/* There is no nameless key, and none of no bytes stands in for it. */
	check("no kid", token, make(token, HEADER, CLAIMS, ""),
	    E_INVALID_TOKEN, "kid is missing");
	jwt_keys_free(keys);
	keys = mine;
}

/* Its kid stands in the token, and selects it again. */
static void
signs_as(const struct jwt_key *key, const char *head)
{
	const char *token, *cause = "";
	char text[128];
	size_t len = encode(text, head, strlen(head));
	struct jwt_who who = { 0 };

	arena_reset(arena);
	CHECK_ROW(head, key != NULL && jwt_sign(key, &conf, arena, 42, NOW * 1000,
	    60, &token) == E_OK);
	CHECK_ROW(head, strncmp(token, text, len) == 0 && token[len] == '.');
	CHECK_ROW(head, jwt_verify(keys, &conf, arena, token, strlen(token),
	    NOW, &who, &cause) == E_OK);
	CHECK_ROW(head, who.user_id == 42);
}

static void
test_signer(void)
{
	char dir[UNIT_PATH_BYTES];
	struct jwt_keys *k;

	signs_as(jwt_keys_signer(keys), HEADER);
	signs_as(jwt_keys_find(keys, "K.2_x"),
	    "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"K.2_x\"}");
	CU_ASSERT_PTR_NULL(jwt_keys_find(keys, ""));
	CU_ASSERT_PTR_NULL(jwt_keys_find(keys, "k"));
	unit_path(dir, "keys");
	CU_ASSERT_EQUAL_FATAL(load("", dir, &k), E_OK);
	/* 'K' sorts before 'k'. */
	signs_as(jwt_keys_signer(k),
	    "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"k1\"}");
	jwt_keys_free(k);
}

static void
test_many_keys(void)
{
	char dir[UNIT_PATH_BYTES], path[UNIT_PATH_BYTES], name[32];
	struct jwt_keys *k;

	unit_dir(dir, "many");
	for (int i = 0; i < JWT_KEYS_MAX; i++) {
		snprintf(name, sizeof name, "many/%d.key", i);
		key_file(path, name, KEY);
	}
	CU_ASSERT_EQUAL(load("", dir, &k), E_OK);
	jwt_keys_free(k);
	key_file(path, "many/more.key", KEY);
	refused("", dir, "many: holds more than 16 keys");
}

static void
test_kid_grammar(void)
{
	static const struct {
		const char *kid;
		bool valid;
	} rows[] = {
		{ "a", true }, { "Z9", true }, { "20260131T123456Z", true },
		{ ".", true }, { "..", true }, { "-", true }, { "_", true },
		{ "", false }, { "a b", false }, { "a/b", false },
		{ "../a", false }, { "a\n", false }, { "a\"", false },
		{ "\xc3\xa9", false }, { "(nameless)", false },
	};
	char longest[JWT_KID_BYTES_MAX + 2];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		CHECK_ROW(rows[i].kid, jwt_kid_is_valid(rows[i].kid) ==
		    rows[i].valid);
	memset(longest, 'k', sizeof longest);
	longest[JWT_KID_BYTES_MAX + 1] = '\0';
	CU_ASSERT(!jwt_kid_is_valid(longest));
	CU_ASSERT(jwt_kid_is_valid(longest + 1));
}

/* The directory of c is made anew, and named. */
static void
own_dir(struct conf *c, const char *name)
{
	char dir[UNIT_PATH_BYTES];

	memset(c, 0, sizeof *c);
	unit_dir(dir, name);
	strcpy(c->jwt_key_dir, dir);
}

static void
test_add(void)
{
	static struct conf c;
	char kid[JWT_KID_BYTES] = "new", again[JWT_KID_BYTES] = "new";
	char unnamed[JWT_KID_BYTES] = "", path[UNIT_PATH_BYTES];
	unsigned char mac[2][SHA256_BYTES];
	struct jwt_keys *k;
	struct stat st;

	CU_ASSERT_EQUAL(jwt_key_add(&c, kid, why), E_CONFIG);
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "jwt_key_dir: is not set"));
	own_dir(&c, "add");
	CU_ASSERT_EQUAL(jwt_key_add(&c, kid, why), E_OK);
	CU_ASSERT_STRING_EQUAL(kid, "new");
	unit_path(path, "add/new.key");
	CU_ASSERT(stat(path, &st) == 0 && st.st_nlink == 1 &&
	    (st.st_mode & 07777) == 0600);
	CU_ASSERT_EQUAL(jwt_key_add(&c, again, why), E_CONFIG);
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "add/new.key: File exists"));
	CU_ASSERT_EQUAL(jwt_key_add(&c, unnamed, why), E_OK);
	CU_ASSERT_EQUAL(strlen(unnamed), strlen("20260131T123456Z"));
	CU_ASSERT_EQUAL_FATAL(jwt_keys_load(&c, &k, why), E_OK);
	CU_ASSERT_EQUAL(k->n, 2);
	CU_ASSERT_STRING_EQUAL(k->named[0].kid, unnamed);
	CU_ASSERT(k->named[0].len >= 2 * JWT_KEY_BYTES_MIN);
	CU_ASSERT(k->named[0].len == k->named[1].len);
	CU_ASSERT(crypto_hmac(k->named[0].hmac, "", 0, mac[0]) == E_OK &&
	    crypto_hmac(k->named[1].hmac, "", 0, mac[1]) == E_OK &&
	    !crypto_equal(mac[0], mac[1], SHA256_BYTES));
	jwt_keys_free(k);
}

static void
test_add_too_many(void)
{
	static struct conf c;
	char kid[JWT_KID_BYTES];

	own_dir(&c, "full");
	for (int i = 0; i <= JWT_KEYS_MAX; i++) {
		snprintf(kid, sizeof kid, "%d", i);
		CU_ASSERT_EQUAL(jwt_key_add(&c, kid, why), i < JWT_KEYS_MAX
		    ? E_OK : E_CONFIG);
	}
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "full: holds as many keys"));
}

static void
test_retire(void)
{
	char one[JWT_KID_BYTES] = "one", two[JWT_KID_BYTES] = "two";
	static struct conf c;

	own_dir(&c, "retire");
	CU_ASSERT_EQUAL(jwt_key_add(&c, one, why), E_OK);
	CU_ASSERT_EQUAL(jwt_key_add(&c, two, why), E_OK);
	CU_ASSERT_EQUAL(jwt_key_retire(&c, "on", why), E_CONFIG);
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "on.key: No such file"));
	CU_ASSERT_EQUAL(jwt_key_retire(&c, "one", why), E_OK);
	CU_ASSERT_EQUAL(jwt_key_retire(&c, "one", why), E_CONFIG);
	CU_ASSERT_EQUAL(jwt_key_retire(&c, "two", why), E_CONFIG);
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "two: is the last key"));
	/* Not where there is the nameless one. */
	strcpy(c.jwt_secret_file, conf.jwt_secret_file);
	CU_ASSERT_EQUAL(jwt_key_retire(&c, "two", why), E_OK);
}

void
suite_jwt(void)
{
	CU_pSuite s = CU_add_suite("jwt", setup, teardown);

	CU_ADD_TEST(s, test_headers);
	CU_ADD_TEST(s, test_claims);
	CU_ADD_TEST(s, test_parties);
	CU_ADD_TEST(s, test_kid);
	CU_ADD_TEST(s, test_shapes);
	CU_ADD_TEST(s, test_each_character);
	CU_ADD_TEST(s, test_spare_bits);
	CU_ADD_TEST(s, test_loose_and_signed);
	CU_ADD_TEST(s, test_changed_claims);
	CU_ADD_TEST(s, test_size);
	CU_ADD_TEST(s, test_clock);
	CU_ADD_TEST(s, test_foreign);
	CU_ADD_TEST(s, test_nested);
	CU_ADD_TEST(s, test_signature_size);
	CU_ADD_TEST(s, test_exact_size);
	CU_ADD_TEST(s, test_many);
	CU_ADD_TEST(s, test_rfc7515);
	CU_ADD_TEST(s, test_told);
	CU_ADD_TEST(s, test_sign);
	CU_ADD_TEST(s, test_sign_every_length);
	CU_ADD_TEST(s, test_no_memory);
	CU_ADD_TEST(s, test_keys);
	CU_ADD_TEST(s, test_key_forms);
	CU_ADD_TEST(s, test_key_names);
	CU_ADD_TEST(s, test_signer);
	CU_ADD_TEST(s, test_many_keys);
	CU_ADD_TEST(s, test_kid_grammar);
	CU_ADD_TEST(s, test_add);
	CU_ADD_TEST(s, test_add_too_many);
	CU_ADD_TEST(s, test_retire);
}
