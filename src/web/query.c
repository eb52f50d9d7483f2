/* SPDX-License-Identifier: MIT */
/* One pass over the query, and a judge for each type of value. */
#include "config.h"

#include "web/query.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/num.h"
#include "base/percent.h"
#include "base/utf8.h"
#include "web/route.h"

struct reading {
	struct ctx *ctx;
	struct resp *resp;
	const struct json_field *field;
	char *out;
	enum err e;
};

static void
parameter_fault(struct reading *r, struct fault f)
{
	enum err e;

	f.parameter = f.subject = r->field->name;
	e = problem_fault(r->ctx->arena, r->resp, f);
	r->e = e != E_OK ? e : E_INVALID_PARAMETER;
}

static void
bad_form(struct reading *r, enum fault_form form)
{
	parameter_fault(r, (struct fault){ .code = FAULT_WRONG_TYPE,
	    .form = form });
}

static bool
is_integer(const char *s)
{
	s += *s == '-';
	return *s != '\0' && s[strspn(s, "0123456789")] == '\0' &&
	    (s[0] != '0' || s[1] == '\0');
}

static void
take_int(struct reading *r, const char *text, void *to)
{
	if (!is_integer(text))
		bad_form(r, FORM_NUMBER);
	else if (!num_parse(text, strlen(text), r->field->min, r->field->max,
	    to))
		parameter_fault(r, (struct fault){ .code = FAULT_OUT_OF_RANGE,
		    .form = FORM_RANGE,
		    .number = { r->field->min, r->field->max } });
}

static void
take_str(struct reading *r, const char *text, void *to)
{
	int64_t chars = utf8_chars(text);

	if (chars < 0)
		bad_form(r, FORM_UTF8);
	else if (!r->field->any_text && !utf8_is_plain(text))
		bad_form(r, FORM_CONTROL);
	else if (chars < r->field->min)
		parameter_fault(r, (struct fault){ .code = FAULT_OUT_OF_RANGE,
		    .form = r->field->min == 1 ? FORM_EMPTY : FORM_FEW_CHARS,
		    .number = { r->field->min, r->field->max } });
	else if (chars > r->field->max)
		parameter_fault(r, (struct fault){ .code = FAULT_TOO_LONG,
		    .form = FORM_MANY_CHARS, .number = { r->field->max, 0 } });
	else
		*(const char **)to = text;
}

static void
take_bool(struct reading *r, const char *text, void *to)
{
	bool yes = strcmp(text, "true") == 0;

	if (yes || strcmp(text, "false") == 0)
		*(bool *)to = yes;
	else
		bad_form(r, FORM_BOOL);
}

static void
take_choice(struct reading *r, const char *text, void *to)
{
	const char *const *choices = r->field->choices;
	const char *names = "";
	int i = 0;

	while (choices[i] != NULL && strcmp(choices[i], text) != 0)
		i++;
	if (choices[i] != NULL) {
		*(int *)to = i;
		return;
	}
	for (i = 0; names != NULL && choices[i] != NULL; i++)
		names = arena_printf(r->ctx->arena, "%s%s%s", names,
		    i > 0 ? ", " : "", choices[i]);
	if (names == NULL)
		r->e = E_INTERNAL;
	else
		parameter_fault(r, (struct fault){ .code = FAULT_WRONG_TYPE,
		    .form = FORM_CHOICE, .names = names });
}

static void
take_value(struct reading *r, const char *text)
{
	void *to = r->out + r->field->offset;

	if (r->field->has_presence)
		*(enum json_presence *)(void *)(r->out + r->field->presence) =
		    JSON_GIVEN;
	switch (r->field->type) {
	case JSON_INT:
		take_int(r, text, to);
		break;
	case JSON_STR:
		take_str(r, text, to);
		break;
	case JSON_BOOL:
		take_bool(r, text, to);
		break;
	case JSON_CHOICE:
		take_choice(r, text, to);
		break;
	case JSON_OBJECT:
	case JSON_LIST:
		assert(false);
	}
}

/* The field of that name, or NULL. */
static const struct json_field *
find_field(const struct json_field *fields, const char *name)
{
	for (; fields->name != NULL; fields++)
		if (strcmp(fields->name, name) == 0)
			return fields;
	return NULL;
}

/* What is between two of the query's characters, decoded. */
static const char *
decoded(struct arena *a, const char *from, size_t len, bool *ok)
{
	char *to = arena_alloc(a, len + 1);

	*ok = to != NULL && percent_decode(from, len, to);
	return to;
}

/* NAME=VALUE, from at, of len bytes; seen has a bit for each field. */
static void
take_pair(struct reading *r, const struct json_field *fields, const char *at,
    size_t len, uint64_t *seen)
{
	struct arena *a = r->ctx->arena;
	size_t name_len = strcspn(at, "=&");
	const char *name, *value;
	uint64_t bit;
	bool ok;

	name_len = name_len < len ? name_len : len;
	name = decoded(a, at, name_len, &ok);
	if (!ok || (r->field = find_field(fields, name)) == NULL) {
		r->e = name == NULL ? E_INTERNAL : r->e;
		return;
	}
	bit = UINT64_C(1) << (r->field - fields);
	at += name_len;
	len -= name_len;
	value = decoded(a, at + (len > 0), len - (len > 0), &ok);
	if (value == NULL)
		r->e = E_INTERNAL;
	else if ((*seen & bit) != 0)
		parameter_fault(r, (struct fault){ .code = FAULT_DUPLICATE,
		    .form = FORM_TWICE });
	else if (!ok)
		bad_form(r, FORM_UTF8);
	else
		take_value(r, value);
	*seen |= bit;
}

enum err
query_take(struct ctx *ctx, struct req *req, struct resp *resp)
{
	const struct input *in = req->route->query;
	const char *at = strchr(req->target, '?');
	struct reading r = { .ctx = ctx, .resp = resp, .e = E_OK };
	uint64_t seen = 0;
	size_t len;

	if (in->fields == NULL)
		return E_OK;
	if ((r.out = arena_alloc(ctx->arena, in->size)) == NULL)
		return E_INTERNAL;
	req->query = r.out;
	for (; at != NULL && *at != '\0' && r.e != E_INTERNAL; at += len) {
		at++;
		len = strcspn(at, "&");
		take_pair(&r, in->fields, at, len, &seen);
	}
	return r.e;
}
