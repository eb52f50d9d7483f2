/* SPDX-License-Identifier: MIT */
/*
 * The gate before cJSON, and the functions on its tree; json_fields.c writes by
 * a table.
 */
#include "config.h"

#include "io/json.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "io/json_fault.h"
#include "io/json_scan.h"

struct json {
	cJSON item;
};

static void
tree_free(void *tree)
{
	cJSON_Delete(tree);
}

enum err
json_parse_why(struct arena *a, const char *text, size_t len,
    const struct json **out, struct json_scan_fault *fault)
{
	char *copy = arena_copy(a, text, len);
	cJSON *tree;
	enum err e;

	if (copy == NULL)
		return E_INTERNAL;
	if ((e = json_scan(a, copy, len, fault)) != E_OK)
		return e;
	/* cJSON can refuse a scanned text only for want of memory. */
	tree = cJSON_ParseWithLengthOpts(copy, len + 1, NULL, 1);
	if (tree == NULL)
		return E_INTERNAL;
	*out = (const struct json *)tree;
	return arena_defer(a, tree_free, tree);
}

enum err
json_parse(struct arena *a, const char *text, size_t len,
    const struct json **out)
{
	struct json_scan_fault fault;

	return json_parse_why(a, text, len, out, &fault);
}

static void
decode_int(struct json_decoding *d, const struct json_path *p,
    const cJSON *item, const struct json_field *f, void *out)
{
	int64_t n;
	enum json_number is = json_scan_number(item->valuedouble, &n);

	if (!cJSON_IsNumber(item) || is == JSON_NUMBER_FRACTION ||
	    is == JSON_NUMBER_FAR)
		json_wrong_type(d, p, FORM_INTEGER);
	else if (is == JSON_NUMBER_HUGE || n < f->min || n > f->max)
		json_out_of_range(d, p, f);
	else
		*(int64_t *)out = n;
}

static void
decode_str(struct json_decoding *d, const struct json_path *p,
    const cJSON *item, const struct json_field *f, void *out)
{
	if (!cJSON_IsString(item))
		json_wrong_type(d, p, FORM_STRING);
	else if (!f->any_text && !utf8_is_plain(item->valuestring))
		json_wrong_type(d, p, FORM_CONTROL);
	else if (json_check_count(d, p, f,
	    (size_t)utf8_chars(item->valuestring)))
		*(const char **)out = item->valuestring;
}

static void decode_object(struct json_decoding *, const struct json_path *,
    const cJSON *, const struct json_field *, void *out);

/* The items of a list that is too long are looked at as well. */
static void
decode_list(struct json_decoding *d, const struct json_path *p,
    const cJSON *item, const struct json_field *f, void *out)
{
	size_t n = (size_t)cJSON_GetArraySize(item), i = 0;
	const cJSON *child;
	char *to;

	if (!cJSON_IsArray(item)) {
		json_wrong_type(d, p, FORM_LIST);
		return;
	}
	(void)json_check_count(d, p, f, n);
	if ((to = arena_alloc(d->arena, n * f->size)) == NULL) {
		d->failed = true;
		return;
	}
	*(void **)(void *)((char *)out + f->offset) = to;
	cJSON_ArrayForEach(child, item) {
		struct json_path at = { p, NULL, i };

		if (d->failed || d->faults->more)
			return;
		decode_object(d, &at, child, f->fields, to + i++ * f->size);
	}
	*(size_t *)(void *)((char *)out + f->count) = n;
}

static void
decode_bool(struct json_decoding *d, const struct json_path *p,
    const cJSON *item, void *to)
{
	if (cJSON_IsBool(item))
		*(bool *)to = cJSON_IsTrue(item);
	else
		json_wrong_type(d, p, FORM_BOOL);
}

static void
decode_choice(struct json_decoding *d, const struct json_path *p,
    const cJSON *item, const struct json_field *f, void *to)
{
	int i = 0;

	while (cJSON_IsString(item) && f->choices[i] != NULL &&
	    strcmp(f->choices[i], item->valuestring) != 0)
		i++;
	if (cJSON_IsString(item) && f->choices[i] != NULL)
		*(int *)to = i;
	else
		json_no_choice(d, p, f);
}

static void
decode_value(struct json_decoding *d, const struct json_path *p,
    const cJSON *item, const struct json_field *f, void *out)
{
	void *to = (char *)out + f->offset;

	switch (f->type) {
	case JSON_INT:
		decode_int(d, p, item, f, to);
		break;
	case JSON_STR:
		decode_str(d, p, item, f, to);
		break;
	case JSON_BOOL:
		decode_bool(d, p, item, to);
		break;
	case JSON_CHOICE:
		decode_choice(d, p, item, f, to);
		break;
	case JSON_OBJECT:
		decode_object(d, p, item, f->fields, to);
		break;
	case JSON_LIST:
		decode_list(d, p, item, f, out);
		break;
	}
}

/* A member that is there, null where it may be. */
static void
decode_member(struct json_decoding *d, const struct json_path *p,
    const cJSON *item, const struct json_field *f, void *out)
{
	bool is_null = f->nullable && cJSON_IsNull(item);

	if (f->has_presence)
		*(enum json_presence *)(void *)((char *)out + f->presence) =
		    is_null ? JSON_IS_NULL : JSON_GIVEN;
	if (!is_null)
		decode_value(d, p, item, f, out);
}

static bool
is_member(const struct json_field *f, const char *name)
{
	for (; f->name != NULL; f++)
		if (strcmp(f->name, name) == 0)
			return true;
	return false;
}

static void
decode_object(struct json_decoding *d, const struct json_path *p,
    const cJSON *object, const struct json_field *fields, void *out)
{
	const struct json_field *f;
	const cJSON *item;

	if (!cJSON_IsObject(object)) {
		json_wrong_type(d, p, FORM_OBJECT);
		return;
	}
	for (f = fields; f->name != NULL; f++) {
		struct json_path at = { p, f->name, 0 };

		item = cJSON_GetObjectItemCaseSensitive(object, f->name);
		if (item != NULL)
			decode_member(d, &at, item, f, out);
		else if (!f->optional)
			json_missing(d, &at);
	}
	cJSON_ArrayForEach(item, object) {
		struct json_path at = { p, item->string, 0 };

		if (d->failed || d->faults->more)
			return;
		if (!is_member(fields, item->string))
			json_unknown(d, &at, fields);
	}
}

enum err
json_decode(struct arena *a, const struct json *json,
    const struct json_field *fields, void *out, struct faults *faults)
{
	struct json_decoding d = { a, faults, false };

	decode_object(&d, NULL, &json->item, fields, out);
	if (d.failed)
		return E_INTERNAL;
	return faults->n > 0 ? E_VALIDATION_FAILED : E_OK;
}

static const cJSON *
member(const struct json *json, const char *name)
{
	if (!json_is_object(json))
		return NULL;
	return cJSON_GetObjectItemCaseSensitive(&json->item, name);
}

bool
json_is_object(const struct json *json)
{
	return cJSON_IsObject(&json->item);
}

bool
json_has(const struct json *json, const char *name)
{
	return member(json, name) != NULL;
}

/* A member's number cut towards minus infinity; JSON_NUMBER_FAR: none. */
static enum json_number
floor_of(const struct json *json, const char *name, double times, int64_t *n)
{
	const cJSON *item = member(json, name);

	return cJSON_IsNumber(item)
	    ? json_scan_number(item->valuedouble * times, n) : JSON_NUMBER_FAR;
}

bool
json_get_int(const struct json *json, const char *name, int64_t *out)
{
	int64_t n;

	if (floor_of(json, name, 1, &n) != JSON_NUMBER_INTEGER)
		return false;
	*out = n;
	return true;
}

bool
json_get_floor(const struct json *json, const char *name, int64_t *out)
{
	int64_t n;
	enum json_number is = floor_of(json, name, 1, &n);
	bool ok = is == JSON_NUMBER_INTEGER || is == JSON_NUMBER_FRACTION;

	*out = ok ? n : *out;
	return ok;
}

bool
json_get_ms(const struct json *json, const char *name, int64_t *out)
{
	int64_t n = 0;

	if (!json_get_floor(json, name, &n))
		return false;
	/* A little more: 1.001 * 1000 may be 1000.99... as doubles. */
	(void)floor_of(json, name, 1000 * (1 + 1e-15), out);
	return true;
}

bool
json_get_str(const struct json *json, const char *name, const char **out)
{
	const cJSON *item = member(json, name);

	if (!cJSON_IsString(item))
		return false;
	*out = item->valuestring;
	return true;
}

bool
json_list_has_str(const struct json *json, const char *name,
    const char *value)
{
	const cJSON *list = member(json, name), *item;
	bool found = false;

	if (!cJSON_IsArray(list))
		return false;
	cJSON_ArrayForEach(item, list) {
		if (!cJSON_IsString(item))
			return false;
		found |= strcmp(item->valuestring, value) == 0;
	}
	return found;
}

void
json_begin(struct json_writer *w, struct arena *a)
{
	*w = (struct json_writer){ .arena = a };
}

/* The first value is the root, which the arena releases with all in it. */
static void
add_root(struct json_writer *w, cJSON *item)
{
	assert(w->at[0] == NULL);
	if (arena_defer(w->arena, tree_free, item) != E_OK)
		w->failed = true;
	else
		w->at[0] = item;
}

static void
add_item(struct json_writer *w, const char *key, cJSON *item)
{
	cJSON *to = w->depth > 0 ? w->at[w->depth - 1] : NULL;

	if (item == NULL || w->failed) {
		w->failed = true;
		cJSON_Delete(item);
		return;
	}
	assert((key != NULL) == cJSON_IsObject(to));
	if (to == NULL) {
		add_root(w, item);
	} else if (!(key != NULL ? cJSON_AddItemToObject(to, key, item)
	    : cJSON_AddItemToArray(to, item))) {
		w->failed = true;
		cJSON_Delete(item);
	}
}

static void
open_value(struct json_writer *w, const char *key, cJSON *item)
{
	assert(w->depth < JSON_DEPTH_MAX);
	add_item(w, key, item);
	if (!w->failed)
		w->at[w->depth++] = item;
}

void
json_open_object(struct json_writer *w, const char *key)
{
	open_value(w, key, cJSON_CreateObject());
}

void
json_open_list(struct json_writer *w, const char *key)
{
	open_value(w, key, cJSON_CreateArray());
}

void
json_close(struct json_writer *w)
{
	if (w->failed)
		return;
	assert(w->depth > 0);
	w->depth--;
}

void
json_int(struct json_writer *w, const char *key, int64_t n)
{
	char text[24];

	/* cJSON prints a large number as a rounded double. */
	snprintf(text, sizeof text, "%" PRId64, n);
	add_item(w, key, cJSON_CreateRaw(text));
}

void
json_ms(struct json_writer *w, const char *key, int64_t ms)
{
	char text[28];

	assert(ms >= 0);
	snprintf(text, sizeof text, ms % 1000 != 0 ? "%lld.%03d" : "%lld",
	    (long long)ms / 1000, (int)(ms % 1000));
	add_item(w, key, cJSON_CreateRaw(text));
}

void
json_str(struct json_writer *w, const char *key, const char *s)
{
	add_item(w, key, cJSON_CreateString(s));
}

void
json_bool(struct json_writer *w, const char *key, bool b)
{
	add_item(w, key, cJSON_CreateBool(b));
}

void
json_null(struct json_writer *w, const char *key)
{
	add_item(w, key, cJSON_CreateNull());
}

enum err
json_end(struct json_writer *w, const char **text, size_t *len)
{
	char *printed;

	if (w->failed)
		return E_INTERNAL;
	assert(w->depth == 0);
	assert(w->at[0] != NULL);
	if ((printed = cJSON_PrintUnformatted(w->at[0])) == NULL)
		return E_INTERNAL;
	*text = printed;
	*len = strlen(printed);
	return arena_defer(w->arena, cJSON_free, printed);
}
