/* SPDX-License-Identifier: MIT */
/*
 * How the last audits went, in the small file of the setting audit_state, which
 * shopctl audit writes and GET /metrics reads: a line each,
 *
 *	KIND RUN GOOD VIOLATIONS
 *
 * with the times, in seconds since the epoch, when the last one was through and
 * when the last that found nothing was (0: none yet).  An audit that could not
 * be carried out leaves it as it was, and so is seen by its age.
 */
#ifndef SHOP_AUDIT_STATE_H
#define SHOP_AUDIT_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/metric.h"

struct audit_state {
	struct {
		int64_t run_s, good_s;	/* 0: none */
		int64_t violations;
	} of[METRIC_AUDITS];
};

/* "full", which looks at everything, or "since", which looks at what is new. */
const char *audit_state_kind(enum metric_audit);

/* What the file says; all 0 where path is "" or it can't be read. */
void audit_state_read(const char *path, struct audit_state *);

/*
 * Note that an audit is through now; nothing where path is "".  The file is
 * replaced in one step, and anybody may read it.  E_UNAVAILABLE: why says why.
 */
enum err audit_state_note(const char *path, enum metric_audit,
    int64_t violations, char *why) MUST_CHECK;

#endif
