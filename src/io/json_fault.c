/* SPDX-License-Identifier: MIT */
/* Faults are data: place, code, form and numbers; web/text has the words. */
#include "config.h"

#include "io/json_fault.h"

#include <string.h>

#include "base/buf.h"

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
pointer_to(struct arena *a, const struct json_path *p)
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

static void
tell_fault(struct json_decoding *d, const struct json_path *p, struct fault f)
{
	f.subject = p != NULL ? p->name : NULL;
	f.pointer = "";
	/* A body can hold thousands of faults: don't spell the dropped ones. */
	if (d->faults->n < FAULTS_MAX)
		f.pointer = pointer_to(d->arena, p);
	if (f.pointer == NULL || !faults_add(d->arena, d->faults, f))
		d->failed = true;
}

/* A list in words, as far as there is room for it. */
static const char *
join_names(struct arena *a, const char *const *names, size_t n)
{
	char text[DETAIL_BYTES_MAX];
	struct buf b;

	buf_init(&b, text, sizeof text);
	for (size_t i = 0; i < n; i++) {
		buf_str(&b, i > 0 ? ", " : "");
		buf_str(&b, names[i]);
	}
	return arena_copy(a, text, b.len);
}

void
json_wrong_type(struct json_decoding *d, const struct json_path *p,
    enum fault_form form)
{
	tell_fault(d, p, (struct fault){ .code = FAULT_WRONG_TYPE,
	    .form = form });
}

void
json_out_of_range(struct json_decoding *d, const struct json_path *p,
    const struct json_field *f)
{
	tell_fault(d, p, (struct fault){ .code = FAULT_OUT_OF_RANGE,
	    .form = FORM_RANGE, .number = { f->min, f->max } });
}

void
json_no_choice(struct json_decoding *d, const struct json_path *p,
    const struct json_field *f)
{
	struct fault fault = { .code = FAULT_WRONG_TYPE, .form = FORM_CHOICE };
	size_t n = 0;

	while (f->choices[n] != NULL)
		n++;
	fault.names = join_names(d->arena, f->choices, n);
	d->failed = d->failed || fault.names == NULL;
	tell_fault(d, p, fault);
}

bool
json_check_count(struct json_decoding *d, const struct json_path *p,
    const struct json_field *f, size_t n)
{
	bool few = (int64_t)n < f->min, items = f->type == JSON_LIST;
	struct fault fault = { .code = FAULT_TOO_LONG,
	    .form = items ? FORM_MANY_ITEMS : FORM_MANY_CHARS,
	    .number = { f->max, 0 } };

	if (!few && (int64_t)n <= f->max)
		return true;
	if (few)
		fault = (struct fault){ .code = FAULT_OUT_OF_RANGE,
		    .form = f->min == 1 ? FORM_EMPTY
		    : items ? FORM_FEW_ITEMS : FORM_FEW_CHARS,
		    .number = { f->min, f->max } };
	tell_fault(d, p, fault);
	return false;
}

void
json_missing(struct json_decoding *d, const struct json_path *p)
{
	tell_fault(d, p, (struct fault){ .code = FAULT_MISSING,
	    .form = FORM_MISSING });
}

void
json_unknown(struct json_decoding *d, const struct json_path *p,
    const struct json_field *there_are)
{
	const char *names[JSON_FIELDS_MAX];
	struct fault fault = { .code = FAULT_UNKNOWN, .form = FORM_UNKNOWN };
	size_t n = 0;

	for (; n < JSON_FIELDS_MAX && there_are[n].name != NULL; n++)
		names[n] = there_are[n].name;
	fault.names = join_names(d->arena, names, n);
	d->failed = d->failed || fault.names == NULL;
	tell_fault(d, p, fault);
}
