/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "io/json.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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
json_parse(struct arena *a, const char *text, size_t len,
    const struct json **out)
{
	char *copy = arena_copy(a, text, len);
	cJSON *tree;
	enum err e;

	if (copy == NULL)
		return E_INTERNAL;
	if ((e = json_scan(a, copy, len)) != E_OK)
		return e;
	/* What was scanned, cJSON can refuse only for want of memory. */
	tree = cJSON_ParseWithLengthOpts(copy, len + 1, NULL, 1);
	if (tree == NULL)
		return E_INTERNAL;
	*out = (const struct json *)tree;
	return arena_defer(a, tree_free, tree);
}

/* Where a value stands, for the pointer of a fault; the root is NULL. */
struct path {
	const struct path *up;
	const char *name;	/* NULL: an item of a list */
	size_t index;
};

struct decoding {
	struct arena *arena;
	struct json_faults *faults;
	bool failed;		/* for want of memory */
};

/* A name as RFC 6901 has it in a pointer. */
static const char *
escape(struct arena *a, const char *name)
{
	char *to = arena_alloc(a, 2 * strlen(name) + 1);

	for (size_t i = 0; to != NULL && *name != '\0'; name++) {
		to[i++] = *name == '~' || *name == '/' ? '~' : *name;
		if (*name == '~' || *name == '/')
			to[i++] = *name == '~' ? '0' : '1';
	}
	return to;
}

static const char *
pointer_to(struct arena *a, const struct path *p)
{
	const char *up, *name;

	if (p == NULL)
		return "";
	if ((up = pointer_to(a, p->up)) == NULL)
		return NULL;
	if (p->name == NULL)
		return arena_printf(a, "%s/%zu", up, p->index);
	if ((name = escape(a, p->name)) == NULL)
		return NULL;
	return arena_printf(a, "%s/%s", up, name);
}

void
json_fault(struct json_faults *f, const char *pointer, const char *detail)
{
	if (f->n == FAULTS_MAX)
		f->more = true;
	else
		f->fault[f->n++] = (struct json_fault){ pointer, detail };
}

static void
fault(struct decoding *d, const struct path *p, const char *detail)
{
	const char *pointer = "";

	/* A body can hold thousands of faults: don't spell what is dropped. */
	if (d->faults->n < FAULTS_MAX)
		pointer = pointer_to(d->arena, p);
	if (pointer == NULL || detail == NULL)
		d->failed = true;
	else
		json_fault(d->faults, pointer, detail);
}

/* "must have 1 to 100 items"; true when there is no fault. */
static bool
check_count(struct decoding *d, const struct path *p,
    const struct json_field *f, size_t n, const char *what)
{
	if ((int64_t)n >= f->min && (int64_t)n <= f->max)
		return true;
	fault(d, p, arena_printf(d->arena, "must have %" PRId64 " to %" PRId64
	    " %s", f->min, f->max, what));
	return false;
}

static void
decode_int(struct decoding *d, const struct path *p, const cJSON *item,
    const struct json_field *f, void *out)
{
	int64_t n;
	enum json_number is = json_scan_number(item->valuedouble, &n);

	if (!cJSON_IsNumber(item) || is == JSON_NUMBER_FRACTION ||
	    is == JSON_NUMBER_FAR)
		fault(d, p, "must be an integer");
	else if (is == JSON_NUMBER_HUGE || n < f->min || n > f->max)
		fault(d, p, arena_printf(d->arena, "must be between %" PRId64
		    " and %" PRId64, f->min, f->max));
	else
		*(int64_t *)out = n;
}

/* Code points: every byte but those that continue one. */
static size_t
count_chars(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static void
decode_str(struct decoding *d, const struct path *p, const cJSON *item,
    const struct json_field *f, void *out)
{
	if (!cJSON_IsString(item))
		fault(d, p, "must be a string");
	else if (check_count(d, p, f, count_chars(item->valuestring),
	    "characters"))
		*(const char **)out = item->valuestring;
}

static void decode_object(struct decoding *, const struct path *,
    const cJSON *, const struct json_field *, void *out);

/* The items of a list that is too long are looked at as well. */
static void
decode_list(struct decoding *d, const struct path *p, const cJSON *item,
    const struct json_field *f, void *out)
{
	struct json_list list = { NULL, 0 };
	const cJSON *child;
	char *to;

	if (!cJSON_IsArray(item)) {
		fault(d, p, "must be a list");
		return;
	}
	list.n = (size_t)cJSON_GetArraySize(item);
	(void)check_count(d, p, f, list.n, "items");
	to = list.items = arena_alloc(d->arena, list.n * f->item_size);
	if (to == NULL) {
		d->failed = true;
		return;
	}
	list.n = 0;
	cJSON_ArrayForEach(child, item) {
		struct path at = { p, NULL, list.n++ };

		if (d->failed || d->faults->more)
			return;
		decode_object(d, &at, child, f->item, to);
		to += f->item_size;
	}
	*(struct json_list *)out = list;
}

static void
decode_value(struct decoding *d, const struct path *p, const cJSON *item,
    const struct json_field *f, void *out)
{
	switch (f->type) {
	case JSON_INT:
		decode_int(d, p, item, f, out);
		break;
	case JSON_STR:
		decode_str(d, p, item, f, out);
		break;
	case JSON_LIST:
		decode_list(d, p, item, f, out);
		break;
	}
}

static bool
is_known(const struct json_field *f, const char *name)
{
	for (; f->name != NULL; f++)
		if (strcmp(f->name, name) == 0)
			return true;
	return false;
}

static void
decode_object(struct decoding *d, const struct path *p, const cJSON *object,
    const struct json_field *fields, void *out)
{
	const struct json_field *f;
	const cJSON *item;

	if (!cJSON_IsObject(object)) {
		fault(d, p, "must be an object");
		return;
	}
	for (f = fields; f->name != NULL; f++) {
		struct path at = { p, f->name, 0 };

		item = cJSON_GetObjectItemCaseSensitive(object, f->name);
		if (item != NULL)
			decode_value(d, &at, item, f,
			    (char *)out + f->offset);
		else if (!f->optional)
			fault(d, &at, "is missing");
	}
	cJSON_ArrayForEach(item, object) {
		struct path at = { p, item->string, 0 };

		if (!is_known(fields, item->string))
			fault(d, &at, "is not a known member");
	}
}

enum err
json_decode(struct arena *a, const struct json *json,
    const struct json_field *fields, void *out, struct json_faults *faults)
{
	struct decoding d = { a, faults, false };

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

bool
json_get_int(const struct json *json, const char *name, int64_t *out)
{
	const cJSON *item = member(json, name);
	int64_t n;

	if (!cJSON_IsNumber(item) ||
	    json_scan_number(item->valuedouble, &n) != JSON_NUMBER_INTEGER)
		return false;
	*out = n;
	return true;
}

bool
json_get_floor(const struct json *json, const char *name, int64_t *out)
{
	const cJSON *item = member(json, name);
	enum json_number is;
	int64_t n;

	if (!cJSON_IsNumber(item))
		return false;
	is = json_scan_number(item->valuedouble, &n);
	if (is != JSON_NUMBER_INTEGER && is != JSON_NUMBER_FRACTION)
		return false;
	*out = n;
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
add(struct json_writer *w, const char *key, cJSON *item)
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
	add(w, key, item);
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
	add(w, key, cJSON_CreateRaw(text));
}

void
json_str(struct json_writer *w, const char *key, const char *s)
{
	add(w, key, cJSON_CreateString(s));
}

void
json_null(struct json_writer *w, const char *key)
{
	add(w, key, cJSON_CreateNull());
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
