/* SPDX-License-Identifier: MIT */
/* sql.def as the table that a database connection is made with. */
#include "config.h"

#include "shop/sql.h"

const struct db_sql sql_table[SQL_COUNT] = {
#define SQL(name, use, arguments, columns, text) \
	[SQL_##name] = { #name, text, arguments, columns, DB_##use },
#include "shop/sql.def"
#undef SQL
};
