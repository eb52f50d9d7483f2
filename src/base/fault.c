/* SPDX-License-Identifier: MIT */
/* The table of codes, and a list that grows as faults are found. */
#include "config.h"

#include "base/fault.h"

#include <assert.h>
#include <string.h>

static const struct fault_row rows[] = {
#define FAULT(name, code, first, second) \
	[FAULT_##name] = { code, { first, second } },
#define FORM(name)
#include "base/fault.def"
#undef FAULT
#undef FORM
};

const struct fault_row *
fault_row(enum fault_code code)
{
	assert(code < FAULT_COUNT);
	return &rows[code];
}

/* Room for 8, 32, 128. */
static bool
grow_faults(struct arena *a, struct faults *f)
{
	size_t room = f->room > 0 ? 4 * f->room : FAULTS_MAX / 16;
	struct fault *to = arena_alloc(a, room * sizeof *to);

	if (to == NULL)
		return false;
	if (f->n > 0)
		memcpy(to, f->fault, f->n * sizeof *to);
	f->fault = to;
	f->room = room;
	return true;
}

bool
faults_add(struct arena *a, struct faults *f, struct fault fault)
{
	if (f->n == FAULTS_MAX) {
		f->more = true;
		return true;
	}
	if (f->n == f->room && !grow_faults(a, f))
		return false;
	f->fault[f->n++] = fault;
	return true;
}
