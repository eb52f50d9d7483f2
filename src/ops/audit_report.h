/* SPDX-License-Identifier: MIT */
/* An audit as shopctl shows it, and where it begins. */
#ifndef SHOP_AUDIT_REPORT_H
#define SHOP_AUDIT_REPORT_H

#include "ops/audit.h"

/*
 * How it went is noted in the file of the setting audit_state, if it was carried
 * out; E_UNAVAILABLE also where that can't be written.
 *
 * since: as audit_run has it, and valid; or NULL. path: NULL, or the file
 * (audit_file.h) that has since, and gets the mark when all is well; if no
 * audit can go on from there everything is audited.
 *
 * All is well: E_OK, and to out "ok", a line "ahead ..." for each table with
 * rows that are dated ahead of the clock, "kept WHY" if there can't be a new
 * mark, "mark MARK"; with a file only "ahead" and "kept", which a person must
 * know.  Otherwise why, and to out a line for each violation.
 */
enum err audit_report(struct ctx *, const char *since, const char *path,
    FILE *out, char *why) MUST_CHECK;

#endif
