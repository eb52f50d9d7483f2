/* SPDX-License-Identifier: MIT */
/*
 * Rows of a result as structs, by a table of columns: the first column goes to
 * the table's first row, and so on.  For the files of shop/ alone.
 *
 *	static const struct row_column product_columns[] = {
 *		ROW_INT(struct product, id), ROW_STR(struct product, name),
 *		ROW_END
 *	};
 *
 * Which types a statement's columns have stands in sql.def, and was checked
 * when the result came.
 */
#ifndef SHOP_ROW_H
#define SHOP_ROW_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "io/db.h"

enum row_type {
	ROW_TYPE_END,
	ROW_TYPE_INT,		/* int64_t; NULL is 0 */
	ROW_TYPE_STR,		/* const char *, the arena's; NULL is NULL */
	ROW_TYPE_TIME,		/* the same, as RFC 3339 */
	ROW_TYPE_BOOL,		/* bool, from an integer */
	ROW_TYPE_CHOICE,	/* int, the place of the text in choices */
	ROW_TYPE_SKIP		/* so many columns that nobody wants */
};

struct row_column {
	enum row_type type;
	size_t at;		/* offset in the struct; how many to skip */
	const char *const *choices;	/* ends with NULL */
};

#define ROW_INT(s, m)	{ ROW_TYPE_INT, offsetof(s, m), NULL }
#define ROW_STR(s, m)	{ ROW_TYPE_STR, offsetof(s, m), NULL }
#define ROW_TIME(s, m)	{ ROW_TYPE_TIME, offsetof(s, m), NULL }
#define ROW_BOOL(s, m)	{ ROW_TYPE_BOOL, offsetof(s, m), NULL }
#define ROW_CHOICE(s, m, c)	{ ROW_TYPE_CHOICE, offsetof(s, m), c }
#define ROW_SKIP(n)	{ ROW_TYPE_SKIP, n, NULL }
#define ROW_END		{ ROW_TYPE_END, 0, NULL }

/*
 * Row i into *out; what the table does not name is unchanged.  E_INTERNAL: no
 * memory, or a time or choice that is none.
 */
enum err row_read(struct arena *, const struct db_result *, size_t i,
    const struct row_column *, void *out) MUST_CHECK;

/*
 * All rows as an array of structs of that size, the arena's; *n is how many.
 * E_INTERNAL.
 */
enum err row_list(struct arena *, const struct db_result *,
    const struct row_column *, size_t size, void *list, size_t *n) MUST_CHECK;

#endif
