/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "io/crypto.h"

#include <CUnit/CUnit.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "hmac.h"
#include "unit.h"

static const char *
hex(const unsigned char *bytes, char out[2 * SHA256_BYTES + 1])
{
	for (size_t i = 0; i < SHA256_BYTES; i++)
		snprintf(out + 2 * i, 3, "%02x", bytes[i]);
	return out;
}

/* FIPS 180-4's examples (NIST), and nothing. */
static void
test_sha256(void)
{
	static const struct {
		const char *text, *digest;
	} rows[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb924"
		    "27ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223"
		    "b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		    "248d6a61d20638b8e5c026930c3e6039"
		    "a33ce45964ff2167f6ecedd419db06c1" },
	};
	unsigned char out[SHA256_BYTES];
	char text[2 * SHA256_BYTES + 1];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		CHECK_ROW(rows[i].text, crypto_sha256(rows[i].text,
		    strlen(rows[i].text), out) == E_OK);
		CHECK_ROW(rows[i].text, strcmp(hex(out, text),
		    rows[i].digest) == 0);
	}
}

/* RFC 4231's cases 1, 2, 3 and 6 (a key longer than a block). */
static void
test_hmac(void)
{
	static const struct {
		int fill;	/* of the key; 0: it is "Jefe" */
		size_t key_len;
		const char *data;
		const char *mac;
	} rows[] = {
		{ 0x0b, 20, "Hi There", "b0344c61d8db38535ca8afceaf0bf12b"
		    "881dc200c9833da726e9376c2e32cff7" },
		{ 0, 4, "what do ya want for nothing?",
		    "5bdcc146bf60754e6a042426089575c7"
		    "5a003f089d2739839dec58b964ec3843" },
		{ 0xaa, 20, "\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd"
		    "\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd"
		    "\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd"
		    "\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd",
		    "773ea91e36800e46854db8ebd09181a7"
		    "2959098b3ef8c122d9635514ced565fe" },
		{ 0xaa, 131, "Test Using Larger Than Block-Size Key - "
		    "Hash Key First", "60e431591ee0b67f0d8a26aacbf5b77f"
		    "8e0bc6213728c5140546040f0ee37f54" },
	};
	unsigned char key[131], out[SHA256_BYTES];
	char text[2 * SHA256_BYTES + 1];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		memset(key, rows[i].fill, sizeof key);
		if (rows[i].fill == 0)
			memcpy(key, "Jefe", 4);
		CHECK_ROW(rows[i].data, hmac_once(key,
		    rows[i].key_len, rows[i].data, strlen(rows[i].data), out)
		    == E_OK);
		CHECK_ROW(rows[i].data, strcmp(hex(out, text), rows[i].mac)
		    == 0);
	}
}

static void
test_hmac_again(void)
{
	struct crypto_hmac *h = crypto_hmac_new("Jefe", 4);
	unsigned char first[SHA256_BYTES], out[SHA256_BYTES];

	CU_ASSERT_PTR_NOT_NULL_FATAL(h);
	CU_ASSERT_EQUAL(crypto_hmac(h, "abc", 3, first), E_OK);
	CU_ASSERT_EQUAL(crypto_hmac(h, "abd", 3, out), E_OK);
	CU_ASSERT(!crypto_equal(first, out, sizeof out));
	CU_ASSERT_EQUAL(crypto_hmac(h, "abc", 3, out), E_OK);
	CU_ASSERT(crypto_equal(first, out, sizeof out));
	crypto_hmac_free(h);
	crypto_hmac_free(NULL);
}

static void
test_refuses_what_openssl_can_not_take(void)
{
	unsigned char out[SHA256_BYTES];

	CU_ASSERT_EQUAL(crypto_random(out, SIZE_MAX), E_INTERNAL);
}

static void
test_random(void)
{
	unsigned char a[32] = { 0 }, b[32] = { 0 };

	CU_ASSERT_EQUAL(crypto_random(a, sizeof a), E_OK);
	CU_ASSERT_EQUAL(crypto_random(b, sizeof b), E_OK);
	CU_ASSERT(memcmp(a, b, sizeof a) != 0);
	/* All of it: no byte stays 0 in 64 draws. */
	for (size_t i = 0; i < sizeof a; i++) {
		unsigned char any = 0;

		for (int draw = 0; draw < 64; draw++) {
			CU_ASSERT_EQUAL(crypto_random(a, sizeof a), E_OK);
			any |= a[i];
		}
		CU_ASSERT(any != 0);
	}
	CU_ASSERT_EQUAL(crypto_random(a, 0), E_OK);
}

static void
test_equal(void)
{
	CU_ASSERT(crypto_equal("abc", "abc", 3));
	CU_ASSERT(crypto_equal("abc", "abd", 2));
	CU_ASSERT(crypto_equal("", "x", 0));
	CU_ASSERT(!crypto_equal("abc", "abd", 3));
	CU_ASSERT(!crypto_equal("xbc", "abc", 3));
	CU_ASSERT(!crypto_equal("a\0c", "a\0d", 3));
}

void
suite_crypto(void)
{
	CU_pSuite s = CU_add_suite("crypto", NULL, NULL);

	CU_ADD_TEST(s, test_sha256);
	CU_ADD_TEST(s, test_hmac);
	CU_ADD_TEST(s, test_hmac_again);
	CU_ADD_TEST(s, test_refuses_what_openssl_can_not_take);
	CU_ADD_TEST(s, test_random);
	CU_ADD_TEST(s, test_equal);
}
