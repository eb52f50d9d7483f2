/* SPDX-License-Identifier: MIT */
/* What shopctl status tells of the audits that the setting audit_state notes. */
#ifndef SHOP_STATUS_AUDITS_H
#define SHOP_STATUS_AUDITS_H

#include "base/ctx.h"
#include "io/json.h"

struct noted_audit {
	const char *kind;		/* full, since */
	int64_t age_s;			/* of the last one that was through */
	const char *at;			/* when that was; when the last good one */
	const char *good_at;		/* was, NULL: never */
	int64_t violations;		/* that the last one found */
};

extern const struct json_field status_audit_fields[];

/*
 * Those that were noted, in the arena.  *fault: that the last one found something,
 * or that none was noted though audit_state is set; NULL: all is well.
 */
void status_audits(struct ctx *, struct noted_audit **, size_t *n,
    const char **fault);

#endif
