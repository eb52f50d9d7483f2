/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "shop/health.h"

#include <string.h>

enum err
health_version(struct ctx *ctx, const char **version)
{
	struct db_result r;
	enum err e = attempt_read(ctx, SQL_SCHEMA_VERSION, NULL, 0, &r);

	if (e == E_OK)
		*version = db_at(&r, 0, 0)->null ? "" : db_at(&r, 0, 0)->s;
	return e;
}

enum err
health_check(struct ctx *ctx, const char **what)
{
	const char *version;

	if (health_version(ctx, &version) != E_OK) {
		*what = "The database is away.";
		return E_UNAVAILABLE;
	}
	if (strcmp(version, SCHEMA_VERSION) < 0) {
		*what = "The database's schema is too old: "
		    "run shopctl migrate.";
		return E_UNAVAILABLE;
	}
	return E_OK;
}
