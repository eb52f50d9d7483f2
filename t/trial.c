/* SPDX-License-Identifier: MIT */
/*
 * t/trial.fcgi: the worker with a few routes more (t/trial/web/routes.def),
 * which answer with what they were asked.  What they try is the way there and
 * back: the tables of fields, the query, pages, methods, roles, sizes.
 */
#include "config.h"

#include <string.h>

#include "base/arena.h"
#include "base/num.h"
#include "web/page.h"
#include "web/route.h"

#define NOTES 250		/* that there are, from 1 on */

static const char *const moods[] = { "glad", "sad", NULL };

struct note {
	int64_t id;
	const char *text;
	int mood;
	bool loud;
	const char *fingerprint;	/* of an answer */
};

static const struct json_field note_fields[] = {
	{ JSON_AT("text", STR, struct note, text), .min = 1, .max = 5 },
	{ JSON_AT("mood", CHOICE, struct note, mood), .choices = moods },
	{ JSON_AT("loud", BOOL, struct note, loud), .optional = true },
	JSON_END
};

const struct input note_body = {
	.fields = note_fields, .size = sizeof(struct note),
};

static const struct json_field answer_fields[] = {
	{ JSON_AT("id", INT, struct note, id) },
	{ JSON_AT("text", STR, struct note, text), .nullable = true },
	{ JSON_AT("mood", CHOICE, struct note, mood), .choices = moods },
	{ JSON_AT("loud", BOOL, struct note, loud) },
	{ JSON_AT("fingerprint", STR, struct note, fingerprint),
	    .optional = true },
	JSON_END
};

/* POST and PUT: 201, what was sent. */
enum err
h_note_add(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	struct note note = *(const struct note *)req->body_values;
	char *hex = arena_alloc(ctx->arena, 2 * IDEM_BYTES + 1);

	if (hex == NULL)
		return E_INTERNAL;
	num_hex(req->idem.fingerprint, IDEM_BYTES, hex);
	note.id = req->id;
	note.fingerprint = req->key != NULL ? hex : NULL;
	return http_object(ctx, resp, 201, answer_fields, &note);
}

/* ---- A list */

struct note_page {
	struct page page;
	int64_t least;
};

static const struct json_field note_page_fields[] = {
	PAGE_FIELDS(struct note_page, page),
	{ JSON_AT("least", INT, struct note_page, least), .max = NOTES,
	    .optional = true },
	JSON_END
};

const struct input note_query = {
	.fields = note_page_fields, .size = sizeof(struct note_page),
};

static void
note_key(const void *item, int64_t key[PAGE_KEYS])
{
	key[0] = ((const struct note *)item)->id;
}

/* GET: 200, a page of notes. */
enum err
h_note_list(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	const struct note_page *asked = req->query;
	struct note note[PAGE_ITEMS_MAX + 1];
	struct page_items items = { note, 0, sizeof *note, answer_fields,
	    note_key };
	struct page_from from;
	enum err e = page_begin(ctx, req, resp, &asked->page, &from);
	int64_t id = from.is_first ? asked->least : from.key[0];

	for (; id < NOTES && (int64_t)items.n <= from.items; id++)
		note[items.n++] = (struct note){ .id = id + 1 };
	return e != E_OK ? e
	    : page_put(ctx, req, resp, &asked->page, &from, &items);
}

/* ---- Members that may be missing or null */

struct part {
	const char *text;
	enum json_presence text_is;
	int64_t number;
	enum json_presence number_is;
	const char *text_was, *number_was;
};

static const struct json_field part_fields[] = {
	{ JSON_AT("text", STR, struct part, text), .min = 1, .max = 5,
	    .optional = true, .nullable = true,
	    JSON_PRESENCE(struct part, text_is) },
	{ JSON_AT("number", INT, struct part, number), .min = -9, .max = 9,
	    .optional = true, JSON_PRESENCE(struct part, number_is) },
	JSON_END
};

const struct input part_body = {
	.fields = part_fields, .size = sizeof(struct part),
};

static const struct json_field was_fields[] = {
	{ JSON_AT("text", STR, struct part, text_was) },
	{ JSON_AT("number", STR, struct part, number_was) },
	JSON_END
};

/* PATCH: 200, how each member came. */
enum err
h_note_part(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	static const char *const ways[] = { "absent", "null", "given" };
	struct part part = *(const struct part *)req->body_values;

	part.text_was = ways[part.text_is];
	part.number_was = ways[part.number_is];
	return http_object(ctx, resp, 200, was_fields, &part);
}

/* ---- No body, no answer, too much of an answer */

/* DELETE: 204. */
enum err
h_note_gone(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	(void)ctx;
	(void)req;
	return http_nothing(resp);
}

static const struct json_field no_fields[] = { JSON_END };

const struct input done_body = { .fields = no_fields, .may_lack = true };

/* POST without a body, or {}: 200. */
enum err
h_note_done(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	const struct note note = { .id = req->id };

	return http_object(ctx, resp, 200, answer_fields, &note);
}

struct large {
	int64_t bytes;
};

static const struct json_field large_fields[] = {
	{ JSON_AT("bytes", INT, struct large, bytes), .max = ARENA_BYTES_MAX },
	JSON_END
};

const struct input large_query = {
	.fields = large_fields, .size = sizeof(struct large),
};

/* GET: 200, so many bytes, where there may be as many. */
enum err
h_large(struct ctx *ctx, const struct req *req, struct resp *resp)
{
	const struct large *asked = req->query;
	char *body = arena_alloc(ctx->arena, (size_t)asked->bytes + 1);

	if (body == NULL)
		return E_INTERNAL;
	memset(body, 'x', (size_t)asked->bytes);
	resp->status = 200;
	resp->type = "text/plain";
	resp->body = body;
	resp->body_len = (size_t)asked->bytes;
	return E_OK;
}
