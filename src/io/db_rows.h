/* SPDX-License-Identifier: MIT */
/*
 * The rows that a statement returned, as a struct db_result.  Only io/db uses
 * it.
 */
#ifndef SHOP_DB_ROWS_H
#define SHOP_DB_ROWS_H

#include "io/db.h"
#include "io/mysql.h"

/*
 * Has a prepared statement the arguments and columns of the table?  Which
 * columns a CALL has is not known before it has run.
 */
bool db_rows_declared(MYSQL_STMT *, const struct db_sql *);

/*
 * All rows of the statement that was executed.  False: mysql_stmt_errno() tells
 * why; or it is 0, and there was no memory, a cell was larger than the server
 * had said, or the columns are not those of the table.
 */
bool db_rows_fetch(MYSQL_STMT *, const struct db_sql *, struct arena *,
    struct db_result *) MUST_CHECK;

/* The same of a statement that was not prepared; cells are texts. */
bool db_rows_text(MYSQL *, struct arena *, struct db_result *) MUST_CHECK;

#endif
