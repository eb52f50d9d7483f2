/* SPDX-License-Identifier: MIT */
/* The statements of sql.def by name, and the table a db is made with. */
#ifndef SHOP_SQL_H
#define SHOP_SQL_H

#include "io/db.h"

enum sql {
#define SQL(name, use, arguments, columns, text) SQL_##name,
#include "shop/sql.def"
#undef SQL
	SQL_COUNT
};

extern const struct db_sql sql_table[SQL_COUNT];

/* The newest migration this program knows; /readyz wants at least it. */
#define SCHEMA_VERSION "0012"

#endif
