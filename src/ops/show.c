/* SPDX-License-Identifier: MIT */
/*
 * A table is made in two steps: each value becomes a cell, a text without
 * anything that moves a cursor; then the columns get the width of their widest
 * cell, counted in characters.
 */
#include "config.h"

#include "ops/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"

/* The longest that a character of up to four bytes becomes: \u{10ffff}. */
#define ESCAPE_BYTES	10

struct range {
	uint32_t first, last;
};

/* What a terminal obeys, or nobody sees. */
static const struct range unsafe[] = {
	{ 0x0001, 0x001f },	/* C0 */
	{ '\\', '\\' },		/* else it would not be told from an escape */
	{ 0x007f, 0x009f },	/* DEL, C1 */
	{ 0x00ad, 0x00ad },	/* a soft hyphen */
	{ 0x061c, 0x061c },	/* direction: Arabic letter mark */
	{ 0x200b, 0x200b },	/* a space of no width */
	{ 0x200e, 0x200f },	/* direction: marks */
	{ 0x2028, 0x202e },	/* ends of lines; direction: embeddings, overrides */
	{ 0x2060, 0x206f },	/* invisible operators; direction: isolates */
	{ 0xfeff, 0xfeff },	/* a byte order mark */
	{ 0xfff9, 0xfffb },	/* annotations */
	{ 0xe0000, 0xe0fff },	/* tags */
};

static bool
is_unsafe(uint32_t c)
{
	for (size_t i = 0; i < sizeof unsafe / sizeof unsafe[0]; i++)
		if (c >= unsafe[i].first && c <= unsafe[i].last)
			return true;
	return c == UTF8_BAD;
}

const char *
show_text(struct arena *a, const char *text)
{
	size_t size = strlen(text) * ESCAPE_BYTES + 1;
	char *out = arena_alloc(a, size), escape[sizeof "\\u{ffffffff}"];
	const char *from;
	struct buf b;
	uint32_t c;

	if (out == NULL)
		return NULL;
	buf_init(&b, out, size);
	for (from = text; (c = utf8_next(&text)) != 0; from = text) {
		if (!is_unsafe(c)) {
			buf_bytes(&b, from, (size_t)(text - from));
			continue;
		}
		if (c == UTF8_BAD)	/* then the text can't be read on */
			text = from + strlen(from);
		snprintf(escape, sizeof escape, "\\u{%" PRIx32 "}",
		    c == UTF8_BAD ? 0xfffd : c);
		buf_str(&b, escape);
	}
	return b.data;
}

/* ---- A value */

/* Where a presence says that there is none, a line. */
static bool
has_value(const struct json_field *f, const void *in)
{
	return !f->has_presence || *(const enum json_presence *)(const void *)
	    ((const char *)in + f->presence) == JSON_GIVEN;
}

/* Without a presence of its own, a number that there may not be is 0 then. */
static const char *
number_text(struct arena *a, const struct json_field *f, int64_t n)
{
	return n == 0 && !f->has_presence && (f->optional || f->nullable) ? "-"
	    : arena_printf(a, "%" PRId64, n);
}

/* A field as a cell; NULL without memory. */
static const char *
cell_of(struct arena *a, const struct json_field *f, const void *in)
{
	const void *at = (const char *)in + f->offset;
	const char *text;

	if (!has_value(f, in))
		return "-";
	switch (f->type) {
	case JSON_INT:
		return number_text(a, f, *(const int64_t *)at);
	case JSON_STR:
		text = *(const char *const *)at;
		return text == NULL ? "-" : show_text(a, text);
	case JSON_BOOL:
		return *(const bool *)at ? "yes" : "no";
	case JSON_CHOICE:
		return f->choices[*(const int *)at];
	case JSON_OBJECT:
	case JSON_LIST:
		break;
	}
	return NULL;
}

static bool
is_cell(const struct json_field *f)
{
	return f->type != JSON_OBJECT && f->type != JSON_LIST;
}

/* ---- A table */

struct column {
	const struct json_field *field;
	size_t base;		/* of the object that it is in */
	int64_t width;		/* characters */
};

struct table {
	struct column column[JSON_FIELDS_MAX];
	size_t cols, rows;
	const char **cell;	/* row by row; the first one is the head */
};

/* An object's fields stand in a row with those beside it. */
static void
find_columns(struct table *t, const struct json_field *f, size_t base)
{
	for (; f->name != NULL && t->cols < JSON_FIELDS_MAX; f++)
		if (f->type == JSON_OBJECT)
			find_columns(t, f->fields, base + f->offset);
		else if (is_cell(f))
			t->column[t->cols++] = (struct column){ f, base, 0 };
}

static bool
fill_row(struct arena *a, struct table *t, size_t row, const void *item)
{
	for (size_t i = 0; i < t->cols; i++) {
		struct column *c = &t->column[i];
		const char *text = item == NULL ? c->field->name
		    : cell_of(a, c->field, (const char *)item + c->base);
		int64_t chars = text != NULL ? utf8_chars(text) : -1;

		if (chars < 0)
			return false;
		if (chars > c->width)
			c->width = chars;
		t->cell[row * t->cols + i] = text;
	}
	return true;
}

static void
print_cell(const struct table *t, size_t row, size_t col)
{
	const struct column *c = &t->column[col];
	const char *text = t->cell[row * t->cols + col];
	int pad = (int)(c->width - utf8_chars(text));

	if (col > 0)
		fputs("  ", stdout);
	if (c->field->type == JSON_INT)
		printf("%*s%s", pad, "", text);
	else if (col + 1 < t->cols)
		printf("%s%*s", text, pad, "");
	else
		fputs(text, stdout);
}

static enum err
print_table(struct arena *a, const struct json_field *fields,
    const char *item, size_t n, size_t size)
{
	struct table t = { .rows = n + 1 };

	find_columns(&t, fields, 0);
	t.cell = arena_alloc(a, t.rows * t.cols * sizeof *t.cell);
	if (t.cell == NULL || !fill_row(a, &t, 0, NULL))
		return E_INTERNAL;
	for (size_t i = 0; i < n; i++)
		if (!fill_row(a, &t, i + 1, item + i * size))
			return E_INTERNAL;
	for (size_t row = 0; row < t.rows; row++) {
		for (size_t col = 0; col < t.cols; col++)
			print_cell(&t, row, col);
		putchar('\n');
	}
	return E_OK;
}

/* ---- A page */

static int
widest_name(const struct json_field *f)
{
	int width = 0, len;

	for (; f->name != NULL; f++)
		if (is_cell(f) && (len = (int)strlen(f->name)) > width)
			width = len;
	return width;
}

static enum err
print_part(struct arena *a, const struct json_field *f, const void *in)
{
	const char *at = (const char *)in + f->offset;
	const char *item = at;
	size_t n = 1, size = 0;

	if (f->type == JSON_LIST) {
		n = *(const size_t *)(const void *)
		    ((const char *)in + f->count);
		item = *(const char *const *)(const void *)at;
		size = f->size;
	}
	printf("\n%s\n", f->name);
	return print_table(a, f->fields, item, n, size);
}

static enum err
print_page(struct arena *a, const struct json_field *fields, const void *in)
{
	int width = widest_name(fields);
	enum err e = E_OK;

	for (const struct json_field *f = fields; f->name != NULL; f++) {
		const char *text = is_cell(f) ? cell_of(a, f, in) : "";

		if (text == NULL)
			return E_INTERNAL;
		if (is_cell(f))
			printf("%-*s  %s\n", width, f->name, text);
	}
	for (const struct json_field *f = fields; e == E_OK && f->name != NULL;
	    f++)
		if (!is_cell(f) && has_value(f, in))
			e = print_part(a, f, in);
	return e;
}

/* ---- Both */

static enum err
put_document(struct json_writer *w)
{
	const char *text;
	size_t len;
	enum err e = json_end(w, &text, &len);

	if (e == E_OK)
		puts(text);
	return e;
}

enum err
show_one(struct arena *a, const struct json_field *fields, const void *in,
    bool as_json)
{
	struct json_writer w;

	if (!as_json)
		return print_page(a, fields, in);
	json_begin(&w, a);
	json_fields(&w, NULL, fields, in);
	return put_document(&w);
}

static enum err
put_list(struct arena *a, const struct show_list *l, size_t n, int64_t next)
{
	struct json_writer w;

	json_begin(&w, a);
	json_open_object(&w, NULL);
	json_open_list(&w, "items");
	for (size_t i = 0; i < n; i++)
		json_fields(&w, NULL, l->fields,
		    (const char *)l->item + i * l->size);
	json_close(&w);
	if (next != 0)
		json_int(&w, "nextAfter", next);
	else
		json_null(&w, "nextAfter");
	json_close(&w);
	return put_document(&w);
}

enum err
show_list(struct arena *a, const struct show_list *l, bool as_json)
{
	bool is_more = (int64_t)l->n > l->limit;
	size_t n = is_more ? (size_t)l->limit : l->n;
	int64_t next = is_more ? *(const int64_t *)(const void *)
	    ((const char *)l->item + (n - 1) * l->size + l->after_at) : 0;
	enum err e;

	if (as_json)
		return put_list(a, l, n, next);
	e = print_table(a, l->fields, l->item, n, l->size);
	if (e == E_OK && next != 0)
		printf("more: --after %" PRId64 "\n", next);
	return e;
}
