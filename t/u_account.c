/* SPDX-License-Identifier: MIT */
/* How names and rights are written, and read from SHOW GRANTS. */
#include "config.h"

#include "ops/account.h"

#include <CUnit/CUnit.h>
#include <string.h>

#include "base/conf.h"
#include "unit.h"

static void
test_names(void)
{
	static const struct { const char *name, *identifier, *pattern; } rows[]
	    = {
		{ "shop", "`shop`", "`shop`" },
		{ "my_shop", "`my_shop`", "`my\\_shop`" },
		{ "shop%1", "`shop%1`", "`shop\\%1`" },
		{ "a`b", "`a``b`", "`a``b`" },
		{ "a\\b", "`a\\b`", "`a\\\\b`" },
		{ "`; DROP", "```; DROP`", "```; DROP`" },
		{ "\352\260\200", "`\352\260\200`", "`\352\260\200`" },
		{ "", "``", "``" },
	};
	struct ctx ctx;

	if (unit_ctx(&ctx))
		for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
			CHECK_ROW(rows[i].name, strcmp(account_identifier(
			    ctx.arena, rows[i].name), rows[i].identifier) == 0);
			CHECK_ROW(rows[i].name, strcmp(account_pattern(
			    ctx.arena, rows[i].name), rows[i].pattern) == 0);
		}
	unit_ctx_free(&ctx);
}

static void
test_rights(void)
{
	static const struct { const char *row, *right; } rows[] = {
		{ "GRANT USAGE ON *.* TO `w`@`localhost`", NULL },
		{ "GRANT USAGE ON *.* TO `w`@`localhost` IDENTIFIED BY PASSWORD "
		    "'*7B84' REQUIRE SSL WITH MAX_USER_CONNECTIONS 4", NULL },
		{ "GRANT USAGE ON *.* TO `w`@`%` WITH GRANT OPTION",
		    "USAGE ON *.* WITH GRANT OPTION" },
		{ "GRANT SELECT ON `shop`.* TO `w`@`localhost`",
		    "SELECT ON `shop`.*" },
		{ "GRANT SELECT ON `x TO y`.* TO `w`@`localhost`",
		    "SELECT ON `x TO y`.*" },
		{ "GRANT SELECT ON `a``b TO c`.* TO `w TO x`@`%` "
		    "WITH GRANT OPTION",
		    "SELECT ON `a``b TO c`.* WITH GRANT OPTION" },
		{ "GRANT `clerk` TO `w`@`localhost`", "`clerk`" },
		{ "GRANT SUPER ON *.* TO `w`@`%` IDENTIFIED BY PASSWORD '*7B'",
		    "SUPER ON *.*" },
		{ "REVOKE INSERT ON `x`.* FROM `w`@`%`",
		    "something that SHOW GRANTS tells" },
	};
	struct ctx ctx;
	const char *right;

	for (size_t i = 0; unit_ctx(&ctx) && i < sizeof rows / sizeof rows[0];
	    i++) {
		right = account_right_of(ctx.arena, rows[i].row);
		CHECK_ROW(rows[i].row, rows[i].right == NULL ? right == NULL
		    : right != NULL && strcmp(right, rows[i].right) == 0);
		unit_ctx_free(&ctx);
	}
	unit_ctx_free(&ctx);
}

static void
test_here(void)
{
	static const struct { const char *db, *right; bool here; } rows[] = {
		{ "shop", "SELECT ON `shop`.*", true },
		{ "shop", "SELECT ON `shop`.* WITH GRANT OPTION", true },
		{ "shop", "EXECUTE ON PROCEDURE `shop`.`order_place`", true },
		{ "shop", "UPDATE (name) ON `shop`.`users`", true },
		{ "shop", "SELECT ON *.*", false },
		{ "shop", "SELECT ON `shop2`.*", false },
		{ "shop", "SELECT ON `sho_`.*", false },
		{ "shop", "SELECT ON `shop%`.*", false },
		{ "shop", "EXECUTE ON FUNCTION `shop2`.`f`", false },
		{ "shop", "SELECT (` ON `) ON `shop2`.`shop`", false },
		{ "shop", "`clerk`", false },
		{ "my_shop", "SELECT ON `my\\_shop`.*", true },
		{ "my_shop", "SELECT ON `my_shop`.*", false },
		{ "my_shop", "SELECT ON `my_shop`.`users`", true },
		{ "shop%1", "SELECT ON `shop%1`.*", false },
		{ "a`b.c", "SELECT ON `a``b.c`.*", true },
	};
	static struct conf conf;
	struct ctx ctx;

	if (unit_ctx(&ctx))
		for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
			strcpy(conf.db_name, rows[i].db);
			ctx.conf = &conf;
			CHECK_ROW(rows[i].right, account_is_here(&ctx,
			    rows[i].right) == rows[i].here);
		}
	unit_ctx_free(&ctx);
}

static void
test_read_only(void)
{
	static const struct { const char *right; bool passes; } rows[] = {
		{ "ALL PRIVILEGES ON *.*", true },
		{ "ALL PRIVILEGES ON *.* WITH GRANT OPTION", true },
		{ "PROCESS, SUPER ON *.*", true },
		{ "READ_ONLY ADMIN ON *.*", true },
		{ "CONNECTION_ADMIN,XA_RECOVER_ADMIN ON *.*", true },
		{ "ALL PRIVILEGES ON `shop`.*", false },
		{ "SELECT, PROCESS ON *.*", false },
		{ "SELECT ON `SUPER ON *.*`.*", false },
		{ "`clerk`", false },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *list[] = { "SELECT ON `shop`.*", rows[i].right,
		    NULL };

		CHECK_ROW(rows[i].right, (account_passes_read_only(list)
		    != NULL) == rows[i].passes);
	}
}

void
suite_account(void)
{
	CU_pSuite s = CU_add_suite("account", NULL, NULL);

	CU_ADD_TEST(s, test_names);
	CU_ADD_TEST(s, test_rights);
	CU_ADD_TEST(s, test_here);
	CU_ADD_TEST(s, test_read_only);
}
