/* SPDX-License-Identifier: MIT */
/* Is anything dated ahead of the database's clock, by which all is dated? */
#include "config.h"

#include "ops/ahead.h"
#include "ops/doctor_part.h"

bool
doctor_dates(struct doctor *d)
{
	struct faults ahead = { 0 };
	struct db_result r;

	if (!doctor_ask(d, d->ctx, ahead_query(d->ctx->arena, false), &r))
		return false;
	for (size_t i = 0; i < r.rows; i++)
		doctor_add(d, &ahead, "%s", db_at(&r, i, 0)->s);
	return ahead.n == 0 || doctor_bad(d, AHEAD_REMEDY, "%s", ahead.text);
}
