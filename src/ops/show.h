/* SPDX-License-Identifier: MIT */
/*
 * What a command of shopctl found, on stdout: for people as a table or a page,
 * with --json for programs as one JSON document and a newline.  Both are
 * written by the same table of fields (io/json.h), so that a column's head is
 * the member's name.
 *
 * For people a text is made harmless to a terminal: a control character, one
 * that turns the direction of writing, an invisible one and a backslash are
 * shown as \u{202e}.  A table's last column alone may have wide characters.
 */
#ifndef SHOP_SHOW_H
#define SHOP_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "io/json.h"

/* A struct by its table; lists in it stand below its other fields.  E_INTERNAL. */
enum err show_one(struct arena *, const struct json_field *, const void *,
    bool as_json) MUST_CHECK;

/*
 * n structs of that size, of which at most limit are shown:
 * {"items": [...], "nextAfter": ID or null}, or a table with, where there are
 * more, "more: --after ID" below it.  after_at is the offset of the id.
 * E_INTERNAL.
 */
struct show_list {
	const void *item;
	size_t n, size, after_at;
	const struct json_field *fields;
	int64_t limit;
};

enum err show_list(struct arena *, const struct show_list *, bool as_json)
    MUST_CHECK;

/* The text as people get it, the arena's; NULL without memory. */
const char *show_text(struct arena *, const char *) MUST_CHECK;

#endif
