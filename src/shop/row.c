/* SPDX-License-Identifier: MIT */
/* The one place that counts columns. */
#include "config.h"

#include "shop/row.h"

#include <string.h>

#include "base/num.h"

static bool
read_time(struct arena *a, const char *text, const char **out)
{
	char *to = text != NULL ? arena_alloc(a, NUM_TIME_BYTES) : NULL;

	*out = to;
	return text == NULL || (to != NULL && num_rfc3339(text, to));
}

static bool
read_choice(const char *text, const char *const *choices, int *out)
{
	for (int i = 0; text != NULL && choices[i] != NULL; i++)
		if (strcmp(choices[i], text) == 0) {
			*out = i;
			return true;
		}
	return false;
}

enum err
row_read(struct arena *a, const struct db_result *r, size_t i,
    const struct row_column *c, void *out)
{
	bool ok = true;

	for (size_t col = 0; ok && c->type != ROW_TYPE_END; c++) {
		void *at = (char *)out + c->at;
		const struct db_cell *cell;

		if (c->type == ROW_TYPE_SKIP) {
			col += c->at;
			continue;
		}
		cell = db_at(r, i, col++);
		if (c->type == ROW_TYPE_INT)
			*(int64_t *)at = cell->i;
		else if (c->type == ROW_TYPE_STR)
			*(const char **)at = cell->s;
		else if (c->type == ROW_TYPE_BOOL)
			*(bool *)at = cell->i != 0;
		else if (c->type == ROW_TYPE_TIME)
			ok = read_time(a, cell->s, at);
		else
			ok = read_choice(cell->s, c->choices, at);
	}
	return ok ? E_OK : E_INTERNAL;
}

enum err
row_list(struct arena *a, const struct db_result *r,
    const struct row_column *c, size_t size, void *list, size_t *n)
{
	char *to = arena_alloc(a, r->rows * size);
	enum err e = to != NULL ? E_OK : E_INTERNAL;

	*n = 0;
	for (; e == E_OK && *n < r->rows; ++*n)
		e = row_read(a, r, *n, c, to + *n * size);
	*(void **)list = to;
	return e;
}
