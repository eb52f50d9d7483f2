/* SPDX-License-Identifier: MIT */
/*
 * Each probe names a thing that does not exist, so that the server can only
 * report a missing right, or the missing thing, and do nothing.  The name is
 * random, because a DROP of an existing thing would be no probe.
 */
#include "config.h"

#include "ops/rights.h"

#include <string.h>
#include <sys/random.h>

#include "base/arena.h"
#include "base/conf.h"
#include "ops/account.h"
#include "ops/script.h"

/* The longest comment of a routine has 65535 bytes: this one is too long. */
#define COMMENT_BYTES 66000

enum whose { ANY, OWN };	/* OWN: where there are accounts to make */
enum kind { ON_DATABASE, ON_SERVER, ON_MYSQL, KINDS };

static const struct probe {
	enum whose whose;
	enum kind kind;
	const char *right;	/* of ON_SERVER alone */
	const char *sql;	/* ? is a name that nothing has */
} table[] = {
	{ ANY, ON_DATABASE, NULL, "CREATE TABLE ?1 LIKE ?2" },
	{ ANY, ON_DATABASE, NULL, "CREATE TEMPORARY TABLE ?1 LIKE ?2" },
	{ ANY, ON_DATABASE, NULL, "ALTER TABLE ?1 ADD x INT" },
	{ ANY, ON_DATABASE, NULL, "CREATE INDEX x ON ?1 (x)" },
	{ ANY, ON_DATABASE, NULL, "DROP TABLE ?1" },
	{ ANY, ON_DATABASE, NULL, "LOCK TABLES ?1 WRITE" },
	{ ANY, ON_DATABASE, NULL, "SELECT * FROM ?1" },
	{ ANY, ON_DATABASE, NULL, "INSERT INTO ?1 (x) VALUES (1)" },
	{ ANY, ON_DATABASE, NULL, "UPDATE ?1 SET x = 1" },
	{ ANY, ON_DATABASE, NULL, "DELETE FROM ?1" },
	{ ANY, ON_DATABASE, NULL, "CALL ?1()" },
	{ ANY, ON_DATABASE, NULL, "DROP PROCEDURE ?1" },
	{ OWN, ON_SERVER, "CREATE USER",
	    "ALTER USER IF EXISTS ?1@localhost ACCOUNT LOCK" },
	{ OWN, ON_MYSQL, NULL, "SHOW GRANTS FOR ?1@localhost" },
	{ OWN, ON_MYSQL, NULL, "SELECT user, host FROM mysql.user LIMIT 1" },
};

struct look {
	struct ctx *ctx;
	char *why;
	const char *db;			/* its pattern */
	char name[32];			/* which nothing has */
	bool is_mariadb;
	bool lacks[KINDS];
	const char *server;		/* missing on the server, by commas */
};

static bool
is_denial(unsigned number)
{
	return number == 1044 || number == 1142 || number == 1143 ||
	    number == 1227 || number == 1370;
}

static void
lack(struct look *l, enum kind kind, const char *right)
{
	l->lacks[kind] = true;
	if (kind == ON_SERVER)
		l->server = arena_printf(l->ctx->arena, "%s%s%s",
		    l->server != NULL ? l->server : "",
		    l->server != NULL ? ", " : "", right);
}

/* Does the error tell nothing of rights, because the server does no work? */
static bool
is_away(unsigned number)
{
	switch (db_classify(number, false)) {
	case DB_CONN_LOST:
	case DB_NO_CONN:
	case DB_CROWDED:
	case DB_AWAY:
	case DB_NOT_WRITABLE:
	case DB_COMMIT_UNKNOWN:
	case DB_RESOURCE:
		return true;
	case DB_OK:
	case DB_ABORTED:
	case DB_STMT_FAILED:
	case DB_DUPLICATE:
	case DB_REFUSED:
	case DB_UNFIT:
	case DB_BUG:
		break;
	}
	return false;
}

static enum err
try(struct look *l, enum kind kind, const char *right, const char *sql)
{
	unsigned number;

	if (script_run(l->ctx, sql, NULL, l->why) == E_OK)
		return E_OK;
	if (sql == NULL || is_away(number = db_error_number(l->ctx->db)))
		return E_UNAVAILABLE;
	if (is_denial(number))
		lack(l, kind, right);
	return E_OK;
}

/* To grant, one needs each of the rights, and the GRANT OPTION. */
static enum err
try_grant(struct look *l)
{
	return try(l, ON_DATABASE, NULL, arena_printf(l->ctx->arena,
	    "%s GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, INDEX, "
	    "ALTER, CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, "
	    "CREATE ROUTINE, ALTER ROUTINE ON %s.* TO %s@localhost",
	    l->is_mariadb ? "SET STATEMENT sql_mode = 'NO_AUTO_CREATE_USER' "
	    "FOR" : "", l->db, l->name));
}

/*
 * MariaDB: make a routine with another definer.  It can't be made, for its
 * comment is too long.
 */
static enum err
try_definer(struct look *l)
{
	struct arena *a = l->ctx->arena;
	char *comment = arena_alloc(a, COMMENT_BYTES + 1);

	why_say(l->why, "out of memory");
	if (comment == NULL)
		return E_UNAVAILABLE;
	memset(comment, 'x', COMMENT_BYTES);
	return try(l, ON_SERVER, "SET USER", arena_printf(a, "CREATE DEFINER = "
	    "%s@localhost PROCEDURE %s() COMMENT '%s' DO 1", l->name,
	    l->name, comment));
}

/*
 * MySQL: has it one of these?  With a role set, the right may be the role's,
 * and is not reported as missing.
 */
static enum err
ask_probe(struct look *l, const char *right, const char *or_these)
{
	struct db_result r;
	enum err e = script_run(l->ctx, arena_printf(l->ctx->arena, "SELECT "
	    "COUNT(*) > 0 OR CURRENT_ROLE() <> 'NONE' "
	    "FROM information_schema.user_privileges WHERE grantee "
	    "= CONCAT(\"'\", REPLACE(CURRENT_USER(), '@', \"'@'\"), \"'\") "
	    "AND privilege_type IN ('%s', %s)", right, or_these), &r, l->why);

	if (e == E_OK && strcmp(db_at(&r, 0, 0)->s, "1") != 0)
		lack(l, ON_SERVER, right);
	return e;
}

/*
 * The second right is for making a definer anew whose routines still exist;
 * without the third only its definer sees a routine's text.
 */
static enum err
ask_mysql(struct look *l)
{
	enum err e = ask_probe(l, "SET_ANY_DEFINER", "'SET_USER_ID', 'SUPER'");

	if (e == E_OK)
		e = ask_probe(l, "ALLOW_NONEXISTENT_DEFINER", "'SET_USER_ID', 'SUPER'");
	return e == E_OK ? ask_probe(l, "SHOW_ROUTINE", "'SELECT'") : e;
}

/* The statement with a name for each ?; NULL at the arena's maximum. */
static const char *
filled(struct arena *a, const char *sql, const char *name)
{
	const char *text = "";
	int len;

	while (text != NULL && *sql != '\0') {
		len = (int)strcspn(sql, "?");
		text = arena_printf(a, "%s%.*s%s", text, len, sql,
		    sql[len] != '\0' ? name : "");
		sql += len + (sql[len] != '\0');
	}
	return text;
}

static enum err
try_all(struct look *l, bool own)
{
	enum err e = E_OK;

	for (size_t i = 0; e == E_OK && i < sizeof table / sizeof table[0];
	    i++)
		if (own || table[i].whose == ANY)
			e = try(l, table[i].kind, table[i].right,
			    filled(l->ctx->arena, table[i].sql, l->name));
	if (!own || e != E_OK)
		return e;
	if ((e = try_grant(l)) != E_OK)
		return e;
	return l->is_mariadb ? try_definer(l) : ask_mysql(l);
}

static enum err
begin_look(struct look *l)
{
	struct arena *a = l->ctx->arena;
	uint64_t chance[2];
	struct db_result is;
	enum err e = script_run(l->ctx, "SELECT VERSION() LIKE '%MariaDB%'",
	    &is, l->why);

	if (e != E_OK)
		return e;
	l->is_mariadb = strcmp(db_at(&is, 0, 0)->s, "1") == 0;
	l->db = account_pattern(a, l->ctx->conf->db_name);
	if (getrandom(chance, sizeof chance, 0) != sizeof chance)
		chance[0] = (uint64_t)l->ctx->start_us;
	snprintf(l->name, sizeof l->name, "none_%016llx",
	    (unsigned long long)chance[0]);
	why_say(l->why, "out of memory");
	return l->db != NULL ? E_OK : E_UNAVAILABLE;
}

/* One line of statements. */
static const char *
statements(struct look *l, const struct account *who, bool own)
{
	struct arena *a = l->ctx->arena;
	const char *text = "";

	if (l->lacks[ON_DATABASE])
		text = arena_printf(a, "GRANT ALL PRIVILEGES ON %s.* TO %s%s; ",
		    l->db, who->sql, own ? " WITH GRANT OPTION" : "");
	if (l->lacks[ON_SERVER] && text != NULL)
		text = arena_printf(a, "%sGRANT %s ON *.* TO %s; ", text,
		    l->server, who->sql);
	if (l->lacks[ON_MYSQL] && text != NULL)
		text = arena_printf(a, "%sGRANT SELECT ON mysql.* TO %s; ",
		    text, who->sql);
	return text != NULL ? arena_copy(a, text, strlen(text) - 2) : NULL;
}

enum err
rights_check(struct ctx *ctx, const char **grant, char *why)
{
	struct look l = { .ctx = ctx, .why = why };
	bool own = account_is_own(ctx->conf);
	struct account who;
	enum err e;

	*grant = NULL;
	if ((e = begin_look(&l)) != E_OK || (e = try_all(&l, own)) != E_OK ||
	    (e = account_self(ctx, &who, why)) != E_OK)
		return e;
	if (!l.lacks[ON_DATABASE] && !l.lacks[ON_SERVER] &&
	    !l.lacks[ON_MYSQL])
		return E_OK;
	*grant = statements(&l, &who, own);
	if (*grant == NULL)
		why_say(why, "out of memory");
	else
		why_say(why, "%s lacks rights, and nothing was changed: an "
		    "administrator must run %s", who.sql, *grant);
	return E_UNAVAILABLE;
}
