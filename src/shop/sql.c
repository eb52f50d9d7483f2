/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "shop/sql.h"

const struct db_sql sql_table[SQL_COUNT] = {
#define SQL(name, writes, text) [SQL_##name] = { #name, text, writes },
#include "shop/sql.def"
#undef SQL
};
