/* SPDX-License-Identifier: MIT */
/*
 * Problem documents (RFC 9457).  Whoever refuses a request says in
 * resp->problem what was wrong this time, and returns an enum err; when all
 * have returned, web/serve lets problem_answer() write the document: type,
 * title, status, code, detail, requestId, instance, members of its own, and
 * errors.
 *
 * A detail may repeat what the client sent, as problem_shown() has it.  It
 * tells nothing of the cause of a 5xx: the log does.
 */
#ifndef SHOP_PROBLEM_H
#define SHOP_PROBLEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/err.h"
#include "base/fault.h"

#define PROBLEM_MEMBERS_MAX 4

struct arena;
struct req;
struct resp;

/* What a problem document says beyond its code; begins zeroed. */
struct problem {
	const char *detail;	/* a sentence; NULL: text.def's of the code */
	struct faults *faults;	/* its errors; NULL: none */
	bool coded;		/* 415: for its Content-Encoding */
	const char *allow;	/* 405: the methods that are */
	int status;		/* another one than the code's; 0: its own */
	int64_t retry_s;	/* 429: when to come again; 0: soon */
	size_t n;
	struct {
		const char *name;
		int64_t number;
		const char *text;	/* instead of the number, or NULL */
	} member[PROBLEM_MEMBERS_MAX];
};

/* A member of this code's own; the name is static. */
void problem_int(struct resp *, const char *name, int64_t);
void problem_str(struct resp *, const char *name, const char *);

/* The list of its errors, made if there is none yet; NULL without memory. */
struct faults *problem_faults(struct arena *, struct resp *);

/* One more of its errors; its texts must last.  E_INTERNAL without memory. */
enum err problem_fault(struct arena *, struct resp *, struct fault) MUST_CHECK;

/*
 * A parameter (of the path, the query or a header) is wrong: the fault is the
 * only one, and its detail the problem's.  E_INVALID_PARAMETER, E_INTERNAL.
 */
enum err problem_parameter(struct arena *, struct resp *, struct fault)
    MUST_CHECK;

/*
 * At most 64 of len bytes that a client sent, fit for a sentence: what is no
 * blank and no harmless visible ASCII is as %XX.  "" without memory.
 */
const char *problem_shown(struct arena *, const char *, size_t len);

/*
 * Answer with the problem e and resp->problem, dropping what was answered.
 * Without memory it is an "internal" that has no members of its own.
 */
void problem_answer(struct ctx *, const struct req *, struct resp *,
    enum err e);

#endif
