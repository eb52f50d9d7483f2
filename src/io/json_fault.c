/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "io/json_fault.h"

#include <inttypes.h>
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
fault(struct json_decoding *d, const struct json_path *p, struct fault f)
{
	f.pointer = "";
	/* A body can hold thousands of faults: don't spell what is dropped. */
	if (d->faults->n < FAULTS_MAX)
		f.pointer = pointer_to(d->arena, p);
	if (f.pointer == NULL || f.detail == NULL ||
	    !faults_add(d->arena, d->faults, f))
		d->failed = true;
}

/* What a sentence is about. */
static const char *
subject(const struct json_path *p)
{
	if (p == NULL)
		return "The body";
	return p->name != NULL ? p->name : "The item";
}

void
json_wrong_type(struct json_decoding *d, const struct json_path *p,
    const char *wanted)
{
	fault(d, p, (struct fault){ .code = FAULT_WRONG_TYPE,
	    .detail = arena_printf(d->arena, "%s must be %s.", subject(p),
	    wanted) });
}

void
json_out_of_range(struct json_decoding *d, const struct json_path *p,
    const struct json_field *f)
{
	fault(d, p, (struct fault){ .code = FAULT_OUT_OF_RANGE,
	    .number = { f->min, f->max },
	    .detail = arena_printf(d->arena, "%s must be from %" PRId64 " to %"
	    PRId64 ".", f->name, f->min, f->max) });
}

bool
json_check_count(struct json_decoding *d, const struct json_path *p,
    const struct json_field *f, size_t n, const char *what)
{
	bool few = (int64_t)n < f->min;

	if (!few && (int64_t)n <= f->max)
		return true;
	fault(d, p, (struct fault){
	    .code = few ? FAULT_OUT_OF_RANGE : FAULT_TOO_LONG,
	    .number = { few ? f->min : f->max, few ? f->max : 0 },
	    .detail = few && f->min == 1
	    ? arena_printf(d->arena, "%s must not be empty.", f->name)
	    : arena_printf(d->arena, "%s must have at %s %" PRId64 " %s.",
	    f->name, few ? "least" : "most", few ? f->min : f->max, what) });
	return false;
}

void
json_missing(struct json_decoding *d, const struct json_path *p)
{
	fault(d, p, (struct fault){ .code = FAULT_MISSING,
	    .detail = arena_printf(d->arena, "%s is missing.", p->name) });
}

void
json_unknown(struct json_decoding *d, const struct json_path *p,
    const struct json_field *there_are)
{
	char names[DETAIL_BYTES_MAX];
	struct buf b;

	buf_init(&b, names, sizeof names);
	for (; there_are->name != NULL; there_are++) {
		buf_str(&b, b.len > 0 ? ", " : "");
		buf_str(&b, there_are->name);
	}
	fault(d, p, (struct fault){ .code = FAULT_UNKNOWN,
	    .detail = arena_printf(d->arena,
	    "There is no such member; there are: %s.", names) });
}
