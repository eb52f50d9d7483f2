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
#include "io/json_why.h"

struct json;	/* a parsed value */

/* E_MALFORMED_JSON, E_INTERNAL. */
enum err json_parse(struct arena *, const char *text, size_t len,
    const struct json **out) MUST_CHECK;

/* The same; with E_MALFORMED_JSON *fault tells what is wrong, and where. */
enum err json_parse_why(struct arena *, const char *text, size_t len,
    const struct json **out, struct json_scan_fault *fault) MUST_CHECK;

/* Members that a table may have. */
#define JSON_FIELDS_MAX 32

enum json_type {
	JSON_INT,	/* int64_t; 1, 1.0 and 10e-1 are one value, exactly */
	JSON_STR,	/* const char *, 0-terminated UTF-8 */
	JSON_BOOL,	/* bool */
	JSON_CHOICE,	/* int, the place of a string in choices */
	JSON_OBJECT,	/* a struct in place, by the table fields */
	JSON_LIST,	/* a pointer to structs, each by the table fields; how
			   many is a size_t of its own */
};

/* How a member that may be missing or null came. */
enum json_presence { JSON_ABSENT, JSON_IS_NULL, JSON_GIVEN };

/*
 * A row of a field table; a row without a name ends it.  One table reads a
 * body, writes an answer, and tells which values a request had.
 *
 * A member that is optional or nullable has a presence of its own in the
 * struct where the two must be told apart.  Without one, reading leaves its
 * place as it was; writing says null for an integer that is 0 or a text that
 * is NULL where it is nullable, and leaves it out where it is optional.
 */
struct json_field {
	const char *name;
	enum json_type type;
	bool optional;			/* may be missing */
	bool nullable;			/* may be null */
	bool has_presence;
	bool any_text;			/* JSON_STR: control characters, too */
	int64_t min, max;		/* value; characters; items */
	size_t offset;			/* of its place in the struct */
	size_t presence;		/* of its enum json_presence there */
	size_t count;			/* JSON_LIST: of how many */
	const char *const *choices;	/* JSON_CHOICE: ends with NULL */
	const struct json_field *fields;	/* JSON_OBJECT, JSON_LIST */
	size_t size;			/* JSON_LIST: of one struct */
};

/* The beginning of a row: name, type, and place m of struct s. */
#define JSON_AT(label, kind, s, m) \
	.name = (label), .type = JSON_##kind, .offset = offsetof(s, m)
#define JSON_LIST_AT(label, s, m, n, table, of) \
	JSON_AT(label, LIST, s, m), .count = offsetof(s, n), \
	.fields = (table), .size = sizeof(of)
#define JSON_PRESENCE(s, m) .has_presence = true, .presence = offsetof(s, m)
#define JSON_END { .name = NULL }

/*
 * Fill *out by the table.  E_VALIDATION_FAILED: faults (which must begin
 * zeroed) names each missing or unknown member, wrong type and value out of
 * range, in the table's order, unknown ones last.  E_INTERNAL.
 */
enum err json_decode(struct arena *, const struct json *,
    const struct json_field *, void *out, struct faults *) MUST_CHECK;

/*
 * The values of *in as bytes: equal for equal values, however they were
 * written, and different for different ones.  Their form must never change, for
 * fingerprints of them stand in the ledger (t/3030 replays one of the first
 * version).  False without memory.
 */
bool json_values(struct arena *, const struct json_field *, const void *in,
    const void **bytes, size_t *len) MUST_CHECK;

/* A member of an object by name and type; false when it is not so. */
bool json_get_int(const struct json *, const char *name, int64_t *out);
bool json_get_str(const struct json *, const char *name, const char **out);
/*
 * A number with or without a fraction, cut towards minus infinity; within
 * +-SAFE_INT_MAX, with a fraction within +-2^51.
 */
bool json_get_floor(const struct json *, const char *name, int64_t *out);
/*
 * The same of seconds, as milliseconds: what is beyond the third decimal is cut
 * off.  That 1.001 is no double does no harm.
 */
bool json_get_ms(const struct json *, const char *name, int64_t *out);
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
/* Milliseconds as seconds, with three decimals unless they are 0. */
void json_ms(struct json_writer *, const char *key, int64_t ms);
void json_bool(struct json_writer *, const char *key, bool);
void json_null(struct json_writer *, const char *key);

/* An object by its table. */
void json_fields(struct json_writer *, const char *key,
    const struct json_field *, const void *in);

/* The text of what was written, compact, 0-terminated.  E_INTERNAL. */
enum err json_end(struct json_writer *, const char **text, size_t *len)
    MUST_CHECK;

#endif
