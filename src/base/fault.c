/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/fault.h"

#include <assert.h>

static const struct fault_row rows[] = {
#define FAULT(name, code, first, second) \
	[FAULT_##name] = { code, { first, second } },
#include "base/fault.def"
#undef FAULT
};

const struct fault_row *
fault_row(enum fault_code code)
{
	assert(code < FAULT_COUNT);
	return &rows[code];
}

void
faults_add(struct faults *f, struct fault fault)
{
	if (f->n == FAULTS_MAX)
		f->more = true;
	else
		f->fault[f->n++] = fault;
}
