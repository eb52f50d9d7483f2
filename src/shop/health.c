/* SPDX-License-Identifier: MIT */
/* Three statements: the version, what a write needs, what we may execute. */
#include "config.h"

#include "shop/health.h"

#include <string.h>

#include "base/log.h"
#include "routines.h"
#include "shop/attempt.h"

#define MIGRATE ": run shopctl migrate."

const char health_digest[] = ROUTINES_DIGEST;

enum err
health_version(struct ctx *ctx, const char **version)
{
	struct db_result r;
	enum err e = attempt_read(ctx, SQL_SCHEMA_VERSION, NULL, 0, &r);

	if (e == E_OK)
		*version = db_at(&r, 0, 0)->null ? "" : db_at(&r, 0, 0)->s;
	return e;
}

/* What some errors mean for writes; NULL: what their class does. */
static const char *
known(unsigned number)
{
	switch (number) {
	case 1047:
		return "The database takes no writes.";
	case 1045:
	case 1698:
	case 1820:
	case 1862:
	case 3118:
	case 4151:
		return "The database does not let the workers in: "
		    "see shopctl doctor.";
	case 1318:
	case 1146:
	case 1054:
		return "The database's schema is not this program's" MIGRATE;
	case 1044:
	case 1305:
	case 1142:
	case 1143:
	case 1370:
	case 1449:
		return "A routine, its account, or a right is missing in the "
		    "database" MIGRATE;
	default:
		return NULL;
	}
}

static const char *
meaning(enum db_class class)
{
	switch (class) {
	case DB_NOT_WRITABLE:
		return "The database takes no writes.";
	case DB_RESOURCE:
		return "The database has no room.";
	case DB_ABORTED:
	case DB_STMT_FAILED:
	case DB_COMMIT_UNKNOWN:
		return "The database does not answer in time.";
	case DB_CROWDED:
		return "The database has no connection left.";
	case DB_UNFIT:
	case DB_BUG:
	case DB_DUPLICATE:
	case DB_REFUSED:
		return "The database can't do what a write needs.";
	case DB_OK:
	case DB_CONN_LOST:
	case DB_NO_CONN:
	case DB_AWAY:
		break;
	}
	return "The database is away.";
}

static const char *
ask(struct ctx *ctx, enum sql sql, const struct db_arg *arg, size_t n,
    struct db_result *r)
{
	enum db_class class = attempt_once(ctx, sql, arg, n, r);
	const char *wrong = NULL;

	if (class == DB_OK)
		return NULL;
	/* DB_AWAY is not the server's word. */
	if (class != DB_AWAY)
		wrong = known(db_error_number(ctx->db));
	return wrong != NULL ? wrong : meaning(class);
}

static const char *
look_version(struct ctx *ctx)
{
	struct db_result r;
	const char *wrong = ask(ctx, SQL_SCHEMA_VERSION, NULL, 0, &r);

	if (wrong != NULL)
		return wrong;
	return !db_at(&r, 0, 0)->null &&
	    strcmp(db_at(&r, 0, 0)->s, SCHEMA_VERSION) >= 0 ? NULL
	    : "The database's schema is too old" MIGRATE;
}

static const char *
look_writes(struct ctx *ctx)
{
	const struct db_arg digest[] = {
	    DB_TEXT(health_digest, sizeof health_digest - 1) };
	struct db_result r;
	const char *wrong = ask(ctx, SQL_READY, digest, 1, &r);
	const char *release;

	if (wrong != NULL)
		return wrong;
	/* Whatever stands there under its name. */
	release = r.rows == 1 && r.cols == 3 ? db_at(&r, 0, 1)->s : NULL;
	if (release == NULL || (strcmp(release, "current") != 0 &&
	    strcmp(release, "older") != 0))
		return "The database's routines are not this program's"
		    MIGRATE;
	return db_at(&r, 0, 2)->i == 0 ? NULL
	    : "The database's routines were changed since they were made"
	    MIGRATE;
}

static const char *
look_rights(struct ctx *ctx)
{
	struct db_result r;
	const char *wrong = ask(ctx, SQL_READY_RIGHTS, NULL, 0, &r);

	if (wrong != NULL)
		return wrong;
	return db_at(&r, 0, 0)->i == 0 ? NULL
	    : "The workers may not execute all they need" MIGRATE;
}

enum err
health_check(struct ctx *ctx, const char **what)
{
	if ((*what = look_version(ctx)) == NULL &&
	    (*what = look_writes(ctx)) == NULL &&
	    (*what = look_rights(ctx)) == NULL)
		return E_OK;
	log_msg(LOG_WARN, "not_ready", "%s", *what);
	return E_UNAVAILABLE;
}
