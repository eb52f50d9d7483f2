/* SPDX-License-Identifier: MIT */
/*
 * JSON in and out, over cJSON (RFC 8259).
 *
 * In: json_parse() is one strict gate.  Every byte is scanned before cJSON
 * sees it: UTF-8, no byte order mark, no NUL and no \u0000, paired
 * surrogates, the number grammar, no duplicate member, JSON_DEPTH_MAX levels,
 * nothing behind the value.  json_decode() then fills a struct by a table of
 * fields and tells every fault, not only the first.
 *
 * Out: a writer.  Open, add, close, end; a failure on the way is remembered
 * and told by json_end().
 *
 * All memory is the arena's, or released when it is reset.
 */
#ifndef SHOP_JSON_H
#define SHOP_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fault.h"
#include "base/limits.h"

struct json;	/* a parsed value */

/* E_MALFORMED_JSON, E_INTERNAL. */
enum err json_parse(struct arena *, const char *text, size_t len,
    const struct json **out) MUST_CHECK;

/*
 * The same; with E_MALFORMED_JSON *why is a sentence that tells what is wrong
 * at which byte.
 */
enum err json_parse_why(struct arena *, const char *text, size_t len,
    const struct json **out, const char **why) MUST_CHECK;

enum json_type {
	JSON_INT,	/* int64_t; 1, 1.0 and 10e-1 are one value, exactly */
	JSON_STR,	/* const char *, 0-terminated UTF-8 */
	JSON_LIST,	/* struct json_list of objects */
};

struct json_list {
	void *items;	/* n structs, each item_size bytes */
	size_t n;
};

/* A row of a field table; a row without a name ends it. */
struct json_field {
	const char *name;
	enum json_type type;
	bool optional;			/* its place is left as it was */
	int64_t min, max;		/* value; characters; items */
	size_t offset;			/* of its place in the struct */
	const struct json_field *item;	/* JSON_LIST: the items' table */
	size_t item_size;
};

/*
 * Fill *out by the table.  E_VALIDATION_FAILED: faults (which must begin
 * zeroed) names each missing or unknown member, wrong type and value out of
 * range, in the table's order, unknown ones last.  E_INTERNAL.
 */
enum err json_decode(struct arena *, const struct json *,
    const struct json_field *, void *out, struct faults *) MUST_CHECK;

/* A member of an object by name and type; false when it is not so. */
bool json_get_int(const struct json *, const char *name, int64_t *out);
bool json_get_str(const struct json *, const char *name, const char **out);
/*
 * A number with or without a fraction, cut towards minus infinity; within
 * +-SAFE_INT_MAX, with a fraction within +-2^51.
 */
bool json_get_floor(const struct json *, const char *name, int64_t *out);
bool json_has(const struct json *, const char *name);
bool json_is_object(const struct json *);
/* name is an array of strings and one of them is value. */
bool json_list_has_str(const struct json *, const char *name,
    const char *value);

/*
 * The writer.  A key is NULL inside a list and for the first value; keys and
 * texts are copied.
 */
struct json_writer {
	struct arena *arena;
	bool failed;
	int depth;
	void *at[JSON_DEPTH_MAX];	/* the open values, outermost first */
};

void json_begin(struct json_writer *, struct arena *);
void json_open_object(struct json_writer *, const char *key);
void json_open_list(struct json_writer *, const char *key);
void json_close(struct json_writer *);
void json_int(struct json_writer *, const char *key, int64_t);
void json_str(struct json_writer *, const char *key, const char *);
void json_null(struct json_writer *, const char *key);

/* The text of what was written, compact, 0-terminated.  E_INTERNAL. */
enum err json_end(struct json_writer *, const char **text, size_t *len)
    MUST_CHECK;

#endif
