/* SPDX-License-Identifier: MIT */
/* The file of audit_state as /metrics reads it, a row each kind of audit. */
#include "config.h"

#include "ops/status_audits.h"

#include <inttypes.h>
#include <time.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/num.h"
#include "run/audit_state.h"

const struct json_field status_audit_fields[] = {
	{ JSON_AT("kind", STR, struct noted_audit, kind) },
	{ JSON_AT("ageSeconds", INT, struct noted_audit, age_s) },
	{ JSON_AT("at", STR, struct noted_audit, at), .nullable = true },
	{ JSON_AT("lastGoodAt", STR, struct noted_audit, good_at),
	    .nullable = true },
	{ JSON_AT("violations", INT, struct noted_audit, violations) },
	JSON_END
};

/* NULL where there is none. */
static const char *
time_text(struct arena *a, int64_t s)
{
	char *text = arena_alloc(a, NUM_TIME_BYTES);

	return s != 0 && text != NULL && num_utc((time_t)s, text) ? text : NULL;
}

void
status_audits(struct ctx *ctx, struct noted_audit **list, size_t *n,
    const char **fault)
{
	struct arena *a = ctx->arena;
	struct audit_state s;

	*n = 0;
	*fault = NULL;
	*list = arena_alloc(a, METRIC_AUDITS * sizeof **list);
	if (*list == NULL || ctx->conf->audit_state[0] == '\0')
		return;
	audit_state_read(ctx->conf->audit_state, &s);
	for (size_t i = 0; i < METRIC_AUDITS; i++) {
		const char *kind = audit_state_kind((enum metric_audit)i);

		if (s.of[i].run_s == 0)
			continue;
		(*list)[(*n)++] = (struct noted_audit){ kind,
		    (int64_t)time(NULL) - s.of[i].run_s,
		    time_text(a, s.of[i].run_s), time_text(a, s.of[i].good_s),
		    s.of[i].violations };
		if (s.of[i].violations != 0)
			*fault = arena_printf(a, "the last audit (%s) found "
			    "%" PRId64 " violations: run shopctl audit", kind,
			    s.of[i].violations);
	}
	if (*n == 0)
		*fault = arena_printf(a, "audit_state = %s: no audit was noted",
		    ctx->conf->audit_state);
}
