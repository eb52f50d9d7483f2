/* SPDX-License-Identifier: MIT */
/*
 * A fault is what is wrong with one value of a request, as data: where it
 * stands, a stable code, the numbers that go with the code, and a sentence
 * for people.  The JSON decoder and the handlers fill in the same struct;
 * web/problem alone writes it.  fault.def is the table of the codes.
 */
#ifndef SHOP_FAULT_H
#define SHOP_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/limits.h"

enum fault_code {
#define FAULT(name, code, first, second) FAULT_##name,
#define FORM(name)
#include "base/fault.def"
#undef FAULT
#undef FORM
	FAULT_COUNT
};

/* The sentence for a fault that has no detail of its own. */
enum fault_form {
#define FAULT(name, code, first, second)
#define FORM(name) FORM_##name,
#include "base/fault.def"
#undef FAULT
#undef FORM
	FORM_COUNT
};

struct fault_row {
	const char *code;	/* the wire's name of it */
	const char *number[2];	/* and of its numbers; NULL: has none */
};

struct fault {
	enum fault_code code;
	const char *pointer;	/* RFC 6901, into the body; or NULL, and */
	const char *parameter;	/* a name in path or query, or a header's */
	const char *detail;	/* a sentence; NULL: by its form, about */
	enum fault_form form;
	const char *subject;	/* a member's name; NULL: item or body; and */
	const char *names;	/* what there is instead; or NULL */
	int64_t number[2];	/* those that its row names */
	int64_t product_id;	/* which product it is about; 0: none */
};

/*
 * The faults of one request, in the order in which they were found; begins
 * zeroed.  Most requests have none, so memory is taken with the first fault.
 */
struct faults {
	size_t n, room;
	bool more;		/* there were more than FAULTS_MAX */
	struct fault *fault;	/* the arena's */
};

/* The row of a code; static storage. */
const struct fault_row *fault_row(enum fault_code);

/* Add one; a full list remembers that there were more.  False: no memory. */
bool faults_add(struct arena *, struct faults *, struct fault) MUST_CHECK;

#endif
