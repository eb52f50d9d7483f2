/* SPDX-License-Identifier: MIT */
/*
 * The other uses of a field table, beside reading: an object is written by it,
 * and the values of a struct become bytes for a fingerprint.
 *
 * The bytes: an integer is its 8 bytes, a text its length and its bytes, a
 * truth value 0 or 1, a choice its text, an object its members, a list its
 * items.  That is one-to-one as long as all members are required.  A member
 * that is optional or nullable, and the end of a list that something follows,
 * begin with MARK, which no integer of JSON and no length is.
 */
#include "config.h"

#include <string.h>

#include "io/json.h"

#define MARK		INT64_MIN
#define LIST_END	INT64_C(-1)

static enum json_presence
presence_of(const struct json_field *f, const void *in)
{
	const char *at = (const char *)in + f->offset;
	bool empty = (f->type == JSON_INT &&
	    *(const int64_t *)(const void *)at == 0) ||
	    (f->type == JSON_STR &&
	    *(const char *const *)(const void *)at == NULL);

	if (f->has_presence)
		return *(const enum json_presence *)(const void *)
		    ((const char *)in + f->presence);
	if (!empty || (!f->optional && !f->nullable))
		return JSON_GIVEN;
	return f->nullable ? JSON_IS_NULL : JSON_ABSENT;
}

static size_t
count_of(const struct json_field *f, const void *in)
{
	return *(const size_t *)(const void *)((const char *)in + f->count);
}

/* ---- Writing */

static void
write_list(struct json_writer *w, const struct json_field *f, const void *in)
{
	const char *item = *(const char *const *)(const void *)
	    ((const char *)in + f->offset);

	json_open_list(w, f->name);
	for (size_t n = count_of(f, in); n > 0; n--, item += f->size)
		json_fields(w, NULL, f->fields, item);
	json_close(w);
}

static void
write_value(struct json_writer *w, const struct json_field *f, const void *in)
{
	const void *at = (const char *)in + f->offset;

	switch (f->type) {
	case JSON_INT:
		json_int(w, f->name, *(const int64_t *)at);
		break;
	case JSON_STR:
		json_str(w, f->name, *(const char *const *)at);
		break;
	case JSON_BOOL:
		json_bool(w, f->name, *(const bool *)at);
		break;
	case JSON_CHOICE:
		json_str(w, f->name, f->choices[*(const int *)at]);
		break;
	case JSON_OBJECT:
		json_fields(w, f->name, f->fields, at);
		break;
	case JSON_LIST:
		write_list(w, f, in);
		break;
	}
}

void
json_fields(struct json_writer *w, const char *key,
    const struct json_field *f, const void *in)
{
	json_open_object(w, key);
	for (; f->name != NULL; f++)
		switch (presence_of(f, in)) {
		case JSON_ABSENT:
			break;
		case JSON_IS_NULL:
			json_null(w, f->name);
			break;
		case JSON_GIVEN:
			write_value(w, f, in);
			break;
		}
	json_close(w);
}

/* ---- The values as bytes */

struct bytes {
	struct arena *arena;
	char *data;
	size_t len, size;
	int64_t ends;		/* lists that have ended since the last byte */
	bool failed;
};

static void
append_bytes(struct bytes *b, const void *p, size_t len)
{
	size_t size = b->size > 0 ? b->size : 256;
	char *data;

	while (size - b->len < len)
		size *= 2;
	if (size > b->size) {
		if ((data = arena_alloc(b->arena, size)) == NULL) {
			b->failed = true;
			return;
		}
		if (b->len > 0)
			memcpy(data, b->data, b->len);
		b->data = data;
		b->size = size;
	}
	memcpy(b->data + b->len, p, len);
	b->len += len;
}

static void
put_number(struct bytes *b, int64_t n)
{
	const int64_t end[] = { MARK, LIST_END };

	for (; b->ends > 0 && !b->failed; b->ends--)
		append_bytes(b, end, sizeof end);
	if (!b->failed)
		append_bytes(b, &n, sizeof n);
}

static void
put_text(struct bytes *b, const char *s)
{
	size_t len = strlen(s);

	put_number(b, (int64_t)len);
	if (!b->failed)
		append_bytes(b, s, len);
}

static void put_values(struct bytes *, const struct json_field *,
    const void *in);

static void
put_items(struct bytes *b, const struct json_field *f, const void *in)
{
	const char *item = *(const char *const *)(const void *)
	    ((const char *)in + f->offset);

	for (size_t n = count_of(f, in); n > 0; n--, item += f->size)
		put_values(b, f->fields, item);
	b->ends++;
}

static void
put_value(struct bytes *b, const struct json_field *f, const void *in)
{
	const void *at = (const char *)in + f->offset;

	switch (f->type) {
	case JSON_INT:
		put_number(b, *(const int64_t *)at);
		break;
	case JSON_STR:
		put_text(b, *(const char *const *)at);
		break;
	case JSON_BOOL:
		put_number(b, *(const bool *)at);
		break;
	case JSON_CHOICE:
		put_text(b, f->choices[*(const int *)at]);
		break;
	case JSON_OBJECT:
		put_values(b, f->fields, at);
		break;
	case JSON_LIST:
		put_items(b, f, in);
		break;
	}
}

static void
put_values(struct bytes *b, const struct json_field *f, const void *in)
{
	for (; f->name != NULL; f++) {
		enum json_presence is = presence_of(f, in);

		if (is == JSON_ABSENT)
			continue;
		if (f->optional || f->nullable) {
			put_number(b, MARK);
			put_text(b, f->name);
			put_number(b, is);
		}
		if (is == JSON_GIVEN)
			put_value(b, f, in);
	}
}

bool
json_values(struct arena *a, const struct json_field *fields, const void *in,
    const void **bytes, size_t *len)
{
	struct bytes b = { .arena = a };

	put_values(&b, fields, in);
	*bytes = b.data != NULL ? b.data : "";
	*len = b.len;
	return !b.failed;
}
