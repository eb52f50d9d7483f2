/* SPDX-License-Identifier: MIT */
/* The table of database errors is its own test: each row, by hand. */
#include "config.h"

#include "io/db.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "shop/sql.h"
#include "unit.h"

static void
test_classes(void)
{
	static const struct {
		unsigned number;
		enum db_class before, at_commit;
	} rows[] = {
		{ 1213, DB_ABORTED, DB_ABORTED },
		{ 1020, DB_ABORTED, DB_ABORTED },
		{ 3101, DB_ABORTED, DB_COMMIT_UNKNOWN },
		{ 1205, DB_STMT_FAILED, DB_STMT_FAILED },
		{ 1644, DB_STMT_FAILED, DB_STMT_FAILED },
		{ 1969, DB_STMT_FAILED, DB_COMMIT_UNKNOWN },
		{ 1317, DB_STMT_FAILED, DB_COMMIT_UNKNOWN },
		{ 2006, DB_CONN_LOST, DB_COMMIT_UNKNOWN },
		{ 2013, DB_CONN_LOST, DB_COMMIT_UNKNOWN },
		{ 2055, DB_CONN_LOST, DB_COMMIT_UNKNOWN },
		{ 1180, DB_CONN_LOST, DB_COMMIT_UNKNOWN },
		{ 1053, DB_CONN_LOST, DB_COMMIT_UNKNOWN },
		{ 2002, DB_NO_CONN, DB_NO_CONN },
		{ 2003, DB_NO_CONN, DB_NO_CONN },
		{ 1040, DB_CROWDED, DB_CROWDED },
		{ 1047, DB_NOT_WRITABLE, DB_COMMIT_UNKNOWN },
		{ 1290, DB_NOT_WRITABLE, DB_NOT_WRITABLE },
		{ 1114, DB_RESOURCE, DB_RESOURCE },
		{ 1021, DB_RESOURCE, DB_RESOURCE },
		{ 1062, DB_DUPLICATE, DB_DUPLICATE },
		{ 4025, DB_REFUSED, DB_REFUSED },
		{ 3819, DB_REFUSED, DB_REFUSED },
		{ 1690, DB_REFUSED, DB_REFUSED },
		{ 1064, DB_BUG, DB_BUG },
		{ 1048, DB_BUG, DB_BUG },
		{ 1406, DB_BUG, DB_BUG },
		{ 1370, DB_STMT_FAILED, DB_STMT_FAILED },
		{ 3058, DB_ABORTED, DB_ABORTED },
		{ 3169, DB_CONN_LOST, DB_COMMIT_UNKNOWN },
		{ 4031, DB_CONN_LOST, DB_COMMIT_UNKNOWN },
		{ 1158, DB_CONN_LOST, DB_COMMIT_UNKNOWN },
		{ 3032, DB_NO_CONN, DB_NO_CONN },
		{ 3168, DB_NO_CONN, DB_NO_CONN },
		{ 3100, DB_NOT_WRITABLE, DB_COMMIT_UNKNOWN },
		{ 3781, DB_NOT_WRITABLE, DB_COMMIT_UNKNOWN },
		{ 3782, DB_NOT_WRITABLE, DB_COMMIT_UNKNOWN },
		{ 3783, DB_NOT_WRITABLE, DB_COMMIT_UNKNOWN },
		{ 3796, DB_NOT_WRITABLE, DB_COMMIT_UNKNOWN },
		{ 3797, DB_NOT_WRITABLE, DB_COMMIT_UNKNOWN },
		{ 3798, DB_NOT_WRITABLE, DB_COMMIT_UNKNOWN },
		{ 3799, DB_NOT_WRITABLE, DB_COMMIT_UNKNOWN },
		{ 1836, DB_NOT_WRITABLE, DB_NOT_WRITABLE },
		{ 6400, DB_NO_CONN, DB_NO_CONN },
		{ 1461, DB_RESOURCE, DB_RESOURCE },
		{ 1044, DB_UNFIT, DB_UNFIT },
		{ 1045, DB_UNFIT, DB_UNFIT },
		{ 1049, DB_UNFIT, DB_UNFIT },
		{ 1142, DB_UNFIT, DB_UNFIT },
		{ 1143, DB_UNFIT, DB_UNFIT },
		{ 1146, DB_UNFIT, DB_UNFIT },
		{ 1318, DB_UNFIT, DB_UNFIT },
		{ 1364, DB_UNFIT, DB_UNFIT },
		{ 1449, DB_UNFIT, DB_UNFIT },
		{ 1665, DB_UNFIT, DB_UNFIT },
		{ 0, DB_BUG, DB_BUG },
		{ 99999, DB_BUG, DB_BUG },
	};
	char row[16];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		snprintf(row, sizeof row, "%u", rows[i].number);
		CHECK_ROW(row, db_classify(rows[i].number, false)
		    == rows[i].before);
		CHECK_ROW(row, db_classify(rows[i].number, true)
		    == rows[i].at_commit);
	}
}

static void
test_names(void)
{
	for (int c = DB_OK; c <= DB_UNFIT; c++)
		for (int d = DB_OK; d < c; d++)
			CU_ASSERT(strcmp(db_class_name((enum db_class)c),
			    db_class_name((enum db_class)d)) != 0);
}

/* Exactly the CALLs write. */
static void
test_statements(void)
{
	for (size_t i = 0; i < SQL_COUNT; i++) {
		const struct db_sql *s = &sql_table[i];
		bool call = strncmp(s->text, "CALL ", 5) == 0;

		CHECK_ROW(s->name, call == (s->use == DB_WRITE));
		CHECK_ROW(s->name, call || strncmp(s->text, "SELECT ", 7) == 0);
		CHECK_ROW(s->name, strstr(s->text, "SELECT *") == NULL &&
		    strstr(s->text, ".*") == NULL);
	}
}

/* One class a number: the first of two rows would hide the other. */
static void
test_numbers(void)
{
	static const unsigned numbers[] = {
#define DB_ERR(number, before, at_commit) number,
#include "io/db_err.def"
#undef DB_ERR
	};
	char row[16];

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		for (size_t j = 0; j < i; j++) {
			snprintf(row, sizeof row, "%u", numbers[i]);
			CHECK_ROW(row, numbers[i] != numbers[j]);
		}
}

void
suite_db(void)
{
	CU_pSuite s = CU_add_suite("db", NULL, NULL);

	CU_ADD_TEST(s, test_classes);
	CU_ADD_TEST(s, test_numbers);
	CU_ADD_TEST(s, test_names);
	CU_ADD_TEST(s, test_statements);
}
