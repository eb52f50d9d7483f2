/* SPDX-License-Identifier: MIT */
/*
 * Lists in pages: {"items": [...], "nextCursor": "..." or null}, and a Link to
 * the next page (RFC 8288).
 *
 * A cursor tells where its page ended by the keys of its last item, so that
 * rows that come or go meanwhile are neither skipped nor told twice, and page
 * 1000 costs what page 1 does.  It is opaque: base64url of a version, the
 * keys, and eight bytes of HMAC over them, the route, the user and the other
 * parameters of the query.  One that was tampered with, or is another list's,
 * is refused.  It is good as long as the key of tokens that made it.
 *
 *	struct order_page { struct page page; ... };
 *	static const struct json_field order_page_fields[] = {
 *		PAGE_FIELDS(struct order_page, page), ..., JSON_END };
 *
 * The handler asks shop/ for one item more than the page may have.
 */
#ifndef SHOP_PAGE_H
#define SHOP_PAGE_H

#include "web/http.h"

#define PAGE_KEYS	2		/* integers that order a list */
#define CURSOR_CHARS_MAX 64

/* What a query says of the page. */
struct page {
	int64_t limit;			/* 0: not said */
	const char *cursor;		/* NULL: the first page */
};

#define PAGE_FIELDS(s, m) \
	{ JSON_AT("limit", INT, s, m.limit), .optional = true, .min = 1, \
	    .max = PAGE_ITEMS_MAX }, \
	{ JSON_AT("cursor", STR, s, m.cursor), .optional = true, .min = 1, \
	    .max = CURSOR_CHARS_MAX }

/* What shop/ is asked for. */
struct page_from {
	bool is_first;
	int64_t key[PAGE_KEYS];		/* of the item before, unless first */
	int64_t items;			/* that may be answered */
};

/*
 * page is the one in req->query.  E_INVALID_PARAMETER for a cursor that is not
 * this list's; E_INTERNAL.
 */
enum err page_begin(struct ctx *, const struct req *, struct resp *,
    const struct page *, struct page_from *) MUST_CHECK;

/* n items of a list: structs of that size, written by their table. */
struct page_items {
	const void *item;
	size_t n, size;
	const struct json_field *fields;
	void (*key)(const void *item, int64_t key[PAGE_KEYS]);
};

/*
 * Answer with the page: what page_from allows of the items, fewer where
 * RESPONSE_BYTES_MAX is reached.  E_INTERNAL.
 */
enum err page_put(struct ctx *, const struct req *, struct resp *,
    const struct page *, const struct page_from *, const struct page_items *)
    MUST_CHECK;

#endif
