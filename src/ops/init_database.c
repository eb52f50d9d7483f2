/* SPDX-License-Identifier: MIT */
/* The database, by the admin's account; what is in it is migrate's work. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "io/db.h"
#include "ops/account.h"
#include "ops/command.h"
#include "ops/init_part.h"
#include "ops/migrate.h"
#include "ops/script.h"

#define UNKNOWN_DATABASE 1049

static enum err
database_fault(struct init *i)
{
	why_say(i->why, "the database: %.500s: set this right (db_* in %.300s) "
	    "and run shopctl init again", i->why, i->file);
	return E_UNAVAILABLE;
}

/* By a session that is in no database. */
static enum err
make_database(struct init *i)
{
	struct arena *a = i->ctx->arena;
	const char *name = account_identifier(a, i->conf->db_name);
	struct conf *nowhere = arena_alloc(a, sizeof *nowhere);
	struct ctx ctx = *i->ctx;
	enum err e = E_UNAVAILABLE;

	why_say(i->why, "out of memory");
	if (nowhere == NULL || name == NULL)
		return E_UNAVAILABLE;
	*nowhere = *i->conf;
	nowhere->db_name[0] = '\0';
	ctx.conf = nowhere;
	ctx.db = NULL;
	if (command_open_db(&ctx, i->why))
		e = script_run(&ctx, arena_printf(a, "CREATE DATABASE IF NOT "
		    "EXISTS %s CHARACTER SET utf8mb4 COLLATE "
		    "utf8mb4_unicode_ci", name), NULL, i->why);
	db_free(ctx.db);
	return e;
}

/* Is the database there?  E_UNAVAILABLE: nobody knows. */
static enum err
look_for_database(struct init *i, bool *missing)
{
	*missing = false;
	if (script_run(i->ctx, "SELECT 1", NULL, i->why) == E_OK)
		return E_OK;
	*missing = db_error_number(i->ctx->db) == UNKNOWN_DATABASE;
	return *missing ? E_OK : E_UNAVAILABLE;
}

/* One line for all that migrate tells. */
static enum err
bring_up_to_date(struct init *i)
{
	const char *name = i->conf->db_name;
	char *told = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&told, &size);
	static const char what[] = "schema and workers' account of database";
	enum err e;

	why_say(i->why, "out of memory");
	if (out == NULL)
		return E_UNAVAILABLE;
	e = migrate_run(i->ctx, false, out, i->why);
	if (fclose(out) != 0 && e == E_OK)
		e = E_UNAVAILABLE;
	if (e == E_OK && size > 0)
		init_made(i, what, name);
	else if (e == E_OK)
		init_there(i, what, name);
	else if (size > 0)
		fputs(told, i->out);
	free(told);
	return e;
}

enum err
init_database(struct init *i)
{
	const char *name = i->conf->db_name;
	bool missing;

	if (!command_open_db(i->ctx, i->why) ||
	    look_for_database(i, &missing) != E_OK)
		return database_fault(i);
	if (!missing)
		init_there(i, "database", name);
	else if (init_makes(i, "database", name)) {
		if (make_database(i) != E_OK)
			return database_fault(i);
		init_made(i, "database", name);
	}
	if (i->dry_run) {
		fputs("would run: shopctl migrate\n", i->out);
		return E_OK;
	}
	return bring_up_to_date(i);
}
