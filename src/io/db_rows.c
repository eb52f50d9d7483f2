/* SPDX-License-Identifier: MIT */
/*
 * Results into the arena.  The table of statements says which columns must
 * come; the server's are compared with it before a cell is read.
 */
#include "config.h"

#include "io/db_rows.h"

#include <assert.h>
#include <string.h>

#define COLUMNS_MAX		32
#define CELL_BYTES_MAX		8192

/* A column's letter in the table; 0 for a type that none of ours may have. */
static char
letter_of(enum enum_field_types type)
{
	switch ((int)type) {
	case MYSQL_TYPE_LONGLONG:
	case MYSQL_TYPE_LONG:
	case MYSQL_TYPE_SHORT:
	case MYSQL_TYPE_TINY:
	case MYSQL_TYPE_INT24:
		return 'i';
	case MYSQL_TYPE_DATETIME:
		return 't';
	case MYSQL_TYPE_NULL:
	case MYSQL_TYPE_STRING:
	case MYSQL_TYPE_VAR_STRING:
		return 's';
	default:
		return '?';
	}
}

/*
 * Is this one of the shapes, which have | between?  A routine may be newer than
 * we are, while a pool rolls, and have columns more behind the first shape.
 */
static bool
is_shape(const struct db_sql *sql, const char *shape)
{
	const char *at = sql->columns;
	size_t len = strcspn(at, "|");

	if (sql->use == DB_WRITE && strncmp(at, shape, len) == 0)
		return true;
	for (; *at != '\0'; at += len + (at[len] == '|')) {
		len = strcspn(at, "|");
		if (strlen(shape) == len && strncmp(at, shape, len) == 0)
			return true;
	}
	return false;
}

/* Does the result that is to come, or has come, have a shape of the table? */
static bool
is_declared(MYSQL_RES *meta, const struct db_sql *sql)
{
	unsigned n = mysql_num_fields(meta);
	char shape[COLUMNS_MAX + 1];

	if (n > COLUMNS_MAX)
		return false;
	for (unsigned i = 0; i < n; i++)
		shape[i] = letter_of(mysql_fetch_field_direct(meta, i)->type);
	shape[n] = '\0';
	return is_shape(sql, shape);
}

/* A CALL's columns are not known before it has run. */
bool
db_rows_declared(MYSQL_STMT *stmt, const struct db_sql *sql)
{
	MYSQL_RES *meta;
	bool ok = mysql_stmt_param_count(stmt) == strlen(sql->args);

	if (!ok || sql->use == DB_WRITE ||
	    (meta = mysql_stmt_result_metadata(stmt)) == NULL)
		return ok;
	ok = is_declared(meta, sql);
	mysql_free_result(meta);
	return ok;
}

/* Where one row is fetched to. */
struct row {
	MYSQL_BIND bind[COLUMNS_MAX];
	int64_t i[COLUMNS_MAX];
	char *text[COLUMNS_MAX];
	unsigned long len[COLUMNS_MAX];
	my_bool null[COLUMNS_MAX];
};


static bool
bind_columns(MYSQL_RES *meta, struct arena *a, struct row *row, size_t cols)
{
	const MYSQL_FIELD *field;

	memset(row, 0, sizeof *row);
	for (size_t i = 0; i < cols; i++) {
		MYSQL_BIND *b = &row->bind[i];

		field = mysql_fetch_field_direct(meta, (unsigned)i);
		b->is_null = &row->null[i];
		b->length = &row->len[i];
		if (letter_of(field->type) == 'i') {
			b->buffer_type = MYSQL_TYPE_LONGLONG;
			b->buffer = &row->i[i];
			continue;
		}
		b->buffer_type = MYSQL_TYPE_STRING;
		b->buffer_length = field->length < CELL_BYTES_MAX
		    ? field->length + 1 : CELL_BYTES_MAX;
		if ((row->text[i] = arena_alloc(a, b->buffer_length)) == NULL)
			return false;
		b->buffer = row->text[i];
	}
	return true;
}

static bool
bind_row(MYSQL_STMT *stmt, const struct db_sql *sql, struct arena *a,
    struct row *row, size_t *cols)
{
	MYSQL_RES *meta = mysql_stmt_result_metadata(stmt);
	bool ok = meta != NULL && is_declared(meta, sql);

	if (ok) {
		*cols = mysql_num_fields(meta);
		ok = bind_columns(meta, a, row, *cols);
	}
	mysql_free_result(meta);
	return ok && mysql_stmt_bind_result(stmt, row->bind) == 0;
}

/* Room for one more row: the arena gives twice as many when they are full. */
static bool
grow(struct arena *a, struct db_result *r, size_t *room)
{
	size_t more = *room == 0 ? 1 : *room * 2;
	struct db_cell *cell;

	if (r->rows < *room)
		return true;
	if ((cell = arena_alloc(a, more * r->cols * sizeof *cell)) == NULL)
		return false;
	if (r->rows > 0)
		memcpy(cell, r->cell, r->rows * r->cols * sizeof *cell);
	r->cell = cell;
	*room = more;
	return true;
}

static bool
copy_row(struct arena *a, const struct row *row, struct db_result *r)
{
	struct db_cell *cell = r->cell + r->rows * r->cols;

	for (size_t i = 0; i < r->cols; i++) {
		cell[i] = (struct db_cell){ .null = row->null[i] };
		if (cell[i].null)
			continue;
		cell[i].i = row->i[i];
		if (row->text[i] == NULL)
			continue;
		cell[i].len = row->len[i];
		cell[i].s = arena_copy(a, row->text[i], row->len[i]);
		if (cell[i].s == NULL)
			return false;
	}
	r->rows++;
	return true;
}

bool
db_rows_fetch(MYSQL_STMT *stmt, const struct db_sql *sql, struct arena *a,
    struct db_result *r)
{
	struct row row;
	size_t room = 0;
	int rc;

	if (!bind_row(stmt, sql, a, &row, &r->cols))
		return false;
	while ((rc = mysql_stmt_fetch(stmt)) == 0)
		if (!grow(a, r, &room) || !copy_row(a, &row, r))
			return false;
	return rc == MYSQL_NO_DATA;
}

static bool
copy_text_row(struct arena *a, MYSQL_RES *from, MYSQL_ROW row,
    struct db_result *r)
{
	const unsigned long *len = mysql_fetch_lengths(from);
	struct db_cell *cell = r->cell + r->rows * r->cols;

	for (size_t i = 0; i < r->cols; i++) {
		cell[i] = (struct db_cell){ .null = row[i] == NULL };
		if (cell[i].null)
			continue;
		cell[i].len = len[i];
		if ((cell[i].s = arena_copy(a, row[i], len[i])) == NULL)
			return false;
	}
	r->rows++;
	return true;
}

bool
db_rows_text(MYSQL *conn, struct arena *a, struct db_result *r)
{
	MYSQL_RES *from = mysql_store_result(conn);
	size_t room = 0;
	bool ok = true;
	MYSQL_ROW row;

	if (from == NULL)
		return mysql_field_count(conn) == 0;
	r->cols = mysql_num_fields(from);
	while (ok && (row = mysql_fetch_row(from)) != NULL)
		ok = grow(a, r, &room) && copy_text_row(a, from, row, r);
	mysql_free_result(from);
	return ok;
}

const struct db_cell *
db_at(const struct db_result *r, size_t row, size_t col)
{
	assert(row < r->rows);
	assert(col < r->cols);
	return &r->cell[row * r->cols + col];
}
