/* SPDX-License-Identifier: MIT */
/* Three statements: the version, what a write needs, what we may execute. */
#include "config.h"

#include "shop/health.h"

#include <string.h>

#include "base/log.h"
#include "routines.h"
#include "shop/attempt.h"
#include "shop/row.h"

#define MIGRATE ": run shopctl migrate."

static const char not_ours[] =
    "The database's routines are not this program's" MIGRATE;

const char health_digest[] = ROUTINES_DIGEST;

struct version {
	const char *version;	/* NULL: there is none */
};

static const struct row_column version_columns[] = {
	ROW_STR(struct version, version), ROW_END
};

struct ready {
	const char *release;
	int64_t changed;
};

static const struct row_column ready_columns[] = {
	ROW_SKIP(1),
	ROW_STR(struct ready, release),
	ROW_INT(struct ready, changed),
	ROW_END
};

struct lacking {
	int64_t routines;
};

static const struct row_column lacking_columns[] = {
	ROW_INT(struct lacking, routines), ROW_END
};

enum err
health_version(struct ctx *ctx, const char **version)
{
	struct version has;
	struct db_result r;
	enum err e = attempt_read(ctx, SQL_SCHEMA_VERSION, NULL, 0, &r);

	if (e != E_OK || (e = row_read(ctx->arena, &r, 0, version_columns,
	    &has)) != E_OK)
		return e;
	*version = has.version != NULL ? has.version : "";
	return E_OK;
}

/* What some errors mean for writes; NULL: what their class does. */
static const char *
known(unsigned number)
{
	switch (number) {
	case 1047:
	case 1290:
		return "The database takes no writes.";
	case 1045:
	case 1698:
	case 1820:
	case 1862:
	case 3118:
	case 4151:
		return "The database does not let the workers in: "
		    "see shopctl doctor.";
	case 0:		/* arguments or columns are not as declared */
		return not_ours;
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

/* One statement, whose one row goes to *out; NULL, or what is wrong. */
static const char *
ask_server(struct ctx *ctx, enum sql sql, const struct db_arg *arg, size_t n,
    const struct row_column *columns, void *out)
{
	struct db_result r;
	enum db_class class = attempt_once(ctx, sql, arg, n, &r);
	const char *wrong = NULL;

	if (class == DB_OK)
		return r.rows == 1 && row_read(ctx->arena, &r, 0, columns, out)
		    == E_OK ? NULL : not_ours;
	/* DB_AWAY is not the server's word. */
	if (class != DB_AWAY)
		wrong = known(db_error_number(ctx->db));
	return wrong != NULL ? wrong : meaning(class);
}

static const char *
look_version(struct ctx *ctx, bool *newer)
{
	struct version has;
	const char *wrong = ask_server(ctx, SQL_SCHEMA_VERSION, NULL, 0,
	    version_columns, &has);

	if (wrong != NULL)
		return wrong;
	*newer = has.version != NULL &&
	    strcmp(has.version, SCHEMA_VERSION) > 0;
	return *newer || (has.version != NULL &&
	    strcmp(has.version, SCHEMA_VERSION) == 0) ? NULL
	    : "The database's schema is too old" MIGRATE;
}

static const char *
look_writes(struct ctx *ctx, bool *newer)
{
	const struct db_arg digest[] = {
	    DB_TEXT(health_digest, sizeof health_digest - 1) };
	struct ready is;
	const char *wrong = ask_server(ctx, SQL_READY, digest, 1, ready_columns, &is);

	if (wrong != NULL)
		return wrong;
	/* Whatever stands there under its name. */
	if (is.release == NULL || (strcmp(is.release, "current") != 0 &&
	    strcmp(is.release, "older") != 0))
		return not_ours;
	*newer = *newer || strcmp(is.release, "older") == 0;
	return is.changed == 0 ? NULL
	    : "The database's routines were changed since they were made"
	    MIGRATE;
}

static const char *
look_rights(struct ctx *ctx)
{
	struct lacking lacking;
	const char *wrong = ask_server(ctx, SQL_READY_RIGHTS, NULL, 0,
	    lacking_columns, &lacking);

	if (wrong != NULL)
		return wrong;
	return lacking.routines == 0 ? NULL
	    : "The workers may not execute all they need" MIGRATE;
}

enum err
health_check(struct ctx *ctx, bool *newer, const char **what)
{
	if ((*what = look_version(ctx, newer)) == NULL &&
	    (*what = look_writes(ctx, newer)) == NULL &&
	    (*what = look_rights(ctx)) == NULL)
		return E_OK;
	log_msg(LOG_WARN, "not_ready", "%s", *what);
	return E_UNAVAILABLE;
}
