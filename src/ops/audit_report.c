/* SPDX-License-Identifier: MIT */
/* What an audit found, as lines; by a file only what a person must know. */
#include "config.h"

#include "ops/audit_report.h"

#include "base/conf.h"
#include "ops/ahead.h"
#include "ops/audit_file.h"
#include "run/audit_state.h"

static void
print_audit(const struct audit *audit, bool all, FILE *out)
{
	if (all)
		fputs("ok\n", out);
	for (size_t i = 0; audit->ahead != NULL && i < audit->ahead->rows; i++)
		fprintf(out, "ahead %s: " AHEAD_REMEDY "\n",
		    db_at(audit->ahead, i, 0)->s);
	if (audit->kept != NULL)
		fprintf(out, "kept the mark as it was: %s\n", audit->kept);
	if (all && audit->mark[0] != '\0')
		fprintf(out, "mark %s\n", audit->mark);
}

/* An audit is through: note it, and say whether all is there. */
static enum err
conserved(const struct ctx *ctx, enum metric_audit kind,
    const struct audit *audit, char *why)
{
	enum err e = audit_state_note(ctx->conf->audit_state, kind,
	    (int64_t)audit->violations, why);

	if (audit->violations == 0)
		return e;
	why_say(why, "money or stock is not conserved");
	return E_UNAVAILABLE;
}

static enum err
by_file(struct ctx *ctx, const struct audit_file *file, FILE *out,
    char *why)
{
	struct audit audit;
	enum err e = audit_run(ctx, file->since, out, &audit, why);

	if (e == E_STALE) {
		fprintf(out, "%s: %s: this is done now\n", file->path, why);
		e = audit_run(ctx, NULL, out, &audit, why);
	}
	if (e != E_OK ||
	    (e = conserved(ctx, AUDIT_SINCE, &audit, why)) != E_OK)
		return e;
	print_audit(&audit, false, out);
	return audit.kept != NULL ? E_OK
	    : audit_file_put(ctx->arena, file, audit.mark, why);
}

enum err
audit_report(struct ctx *ctx, const char *since, const char *path, FILE *out,
    char *why)
{
	struct audit_file file;
	struct audit audit;
	enum err e;

	if (path != NULL) {
		e = audit_file_open(ctx->arena, path, &file, why);
		if (e != E_OK)
			return e;
		e = by_file(ctx, &file, out, why);
		audit_file_close(&file);
		return e;
	}
	if ((e = audit_run(ctx, since, out, &audit, why)) != E_OK ||
	    (e = conserved(ctx, since != NULL ? AUDIT_SINCE : AUDIT_FULL,
	    &audit, why)) != E_OK)
		return e;
	print_audit(&audit, true, out);
	return E_OK;
}
