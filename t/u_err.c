/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/err.h"

#include <CUnit/CUnit.h>
#include <string.h>

#include "base/fault.h"
#include "base/limits.h"
#include "unit.h"
#include "web/text.h"

static void
test_ok_is_zero(void)
{
	CU_ASSERT_EQUAL(E_OK, 0);
	CU_ASSERT_EQUAL(err_row(E_OK)->status, 200);
}

/* A row that ERR() left out would be all zeroes. */
static void
test_rows_are_whole(void)
{
	for (int e = E_OK; e < E_COUNT; e++) {
		const struct err_row *r = err_row((enum err)e);
		const char *title = text_title((enum err)e);
		size_t len = strlen(title);

		CU_ASSERT_PTR_NOT_NULL_FATAL(r->code);
		CHECK_ROW(r->code, len > 0 && title[len - 1] != '.');
		CHECK_ROW(r->code, e == E_OK || (r->status >= 400 &&
		    r->status <= 599));
	}
}

/* A sentence each, and never the title again. */
static void
test_details(void)
{
	for (int e = E_OK + 1; e < E_COUNT; e++) {
		const struct err_row *r = err_row((enum err)e);
		const char *detail = text_detail((enum err)e);
		size_t len = strlen(detail);

		CHECK_ROW(r->code, len > 0 && len < DETAIL_BYTES_MAX);
		CHECK_ROW(r->code, len > 0 && detail[len - 1] == '.');
		CHECK_ROW(r->code, strstr(detail,
		    text_title((enum err)e)) == NULL);
	}
}

static void
test_fault_rows(void)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz_";

	for (int f = 0; f < FAULT_COUNT; f++) {
		const struct fault_row *r = fault_row((enum fault_code)f);

		CU_ASSERT_PTR_NOT_NULL_FATAL(r->code);
		CHECK_ROW(r->code, r->code[strspn(r->code, allowed)] == '\0');
		CHECK_ROW(r->code, r->number[0] != NULL ||
		    r->number[1] == NULL);
	}
}

static void
test_codes_are_words(void)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz_";

	for (int e = E_OK; e < E_COUNT; e++) {
		const char *code = err_row((enum err)e)->code;

		CHECK_ROW(code, strlen(code) > 0);
		CHECK_ROW(code, code[strspn(code, allowed)] == '\0');
		for (int other = E_OK; other < e; other++)
			CHECK_ROW(code, strcmp(code,
			    err_row((enum err)other)->code) != 0);
	}
}

/* The promise of the contract, row by row. */
static void
test_contract(void)
{
	static const struct {
		enum err e;
		int status;
		const char *code;
	} rows[] = {
		{ E_MALFORMED_JSON, 400, "malformed_json" },
		{ E_INVALID_PARAMETER, 400, "invalid_parameter" },
		{ E_MISSING_TOKEN, 401, "missing_token" },
		{ E_INVALID_TOKEN, 401, "invalid_token" },
		{ E_EXPIRED_TOKEN, 401, "expired_token" },
		{ E_UNKNOWN_USER, 401, "unknown_user" },
		{ E_FORBIDDEN, 403, "forbidden" },
		{ E_NOT_FOUND, 404, "not_found" },
		{ E_PRODUCT_NOT_FOUND, 404, "product_not_found" },
		{ E_ORDER_NOT_FOUND, 404, "order_not_found" },
		{ E_METHOD_NOT_ALLOWED, 405, "method_not_allowed" },
		{ E_IN_PROGRESS, 409, "idempotency_in_progress" },
		{ E_INSUFFICIENT_POINTS, 409, "insufficient_points" },
		{ E_INSUFFICIENT_STOCK, 409, "insufficient_stock" },
		{ E_VALIDATION_FAILED, 422, "validation_failed" },
		{ E_KEY_REUSED, 422, "idempotency_key_reused" },
		{ E_UNAVAILABLE, 503, "unavailable" },
		{ E_CHARGE_FAILED, 503, "charge_failed" },
		{ E_PAYMENT_FAILED, 503, "payment_failed" },
		{ E_OUTCOME_UNKNOWN, 503, "outcome_unknown" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct err_row *r = err_row(rows[i].e);

		CHECK_ROW(rows[i].code, r->status == rows[i].status);
		CHECK_ROW(rows[i].code, strcmp(r->code, rows[i].code) == 0);
	}
	CU_ASSERT_EQUAL(err_row(E_PAYLOAD_TOO_LARGE)->status, 413);
	CU_ASSERT_EQUAL(err_row(E_UNSUPPORTED_MEDIA_TYPE)->status, 415);
	CU_ASSERT_EQUAL(err_row(E_INTERNAL)->status, 500);
}

void
suite_err(void)
{
	CU_pSuite s = CU_add_suite("err", NULL, NULL);

	CU_ADD_TEST(s, test_ok_is_zero);
	CU_ADD_TEST(s, test_rows_are_whole);
	CU_ADD_TEST(s, test_details);
	CU_ADD_TEST(s, test_fault_rows);
	CU_ADD_TEST(s, test_codes_are_words);
	CU_ADD_TEST(s, test_contract);
}
