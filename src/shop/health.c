/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "shop/health.h"

#include <string.h>

enum err
health_check(struct ctx *ctx, const char **what)
{
	struct db_result r;

	if (attempt_read(ctx, SQL_SCHEMA_VERSION, NULL, 0, &r) != E_OK) {
		*what = "The database is away.";
		return E_UNAVAILABLE;
	}
	if (db_at(&r, 0, 0)->null ||
	    strcmp(db_at(&r, 0, 0)->s, SCHEMA_VERSION) < 0) {
		*what = "The database's schema is too old: "
		    "run shopctl migrate.";
		return E_UNAVAILABLE;
	}
	return E_OK;
}
