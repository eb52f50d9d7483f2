/* SPDX-License-Identifier: MIT */
/* Names, rights and states of the accounts, by what SHOW tells of them. */
#include "config.h"

#include "ops/account.h"

#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/place.h"
#include "base/utf8.h"
#include "ops/script.h"

/* MySQL's longest name; MariaDB takes more. */
#define ACCOUNT_CHARS_MAX	32
#define DEFINER_SUFFIX	"_definer"
#define DIGEST_CHARS	10

bool
account_is_own(const struct conf *c)
{
	return strcmp(c->db_user, c->db_admin_user) != 0;
}

/* The name between backticks, with a c before each that stands in set. */
static const char *
quoted(struct arena *a, const char *name, const char *set)
{
	char *to = arena_alloc(a, 3 * strlen(name) + 3), *start = to;

	if (to == NULL)
		return NULL;
	*to++ = '`';
	for (; *name != '\0'; *to++ = *name++)
		if (*name == '`')
			*to++ = '`';
		else if (strchr(set, *name) != NULL)
			*to++ = '\\';
	*to = '`';
	return start;
}

const char *
account_identifier(struct arena *a, const char *name)
{
	return quoted(a, name, "");
}

const char *
account_pattern(struct arena *a, const char *name)
{
	return quoted(a, name, "_%\\");
}

static bool
is_ascii(const char *text)
{
	while (*text != '\0' && (unsigned char)*text < 0x80)
		text++;
	return *text == '\0';
}

enum err
account_database(struct ctx *ctx, char *why)
{
	const char *name = ctx->conf->db_name;
	struct db_result r;
	enum err e = script_run(ctx, "SELECT DATABASE(), "
	    "VERSION() LIKE '%MariaDB%'", &r, why);

	if (e == E_OK && strcmp(db_at(&r, 0, 1)->s, "0") == 0 &&
	    !is_ascii(name)) {
		why_say(why, "MySQL forgets at its next start who may call the "
		    "routines of a database whose name is not ASCII: it must "
		    "have another one");
		return E_UNAVAILABLE;
	}
	if (e != E_OK || (!db_at(&r, 0, 0)->null &&
	    strcmp(db_at(&r, 0, 0)->s, name) == 0))
		return e;
	if (db_at(&r, 0, 0)->null)
		why_say(why, "there is no such database");
	else
		why_say(why, "db_name is %s, and the server calls it %s: "
		    "write it so", name, db_at(&r, 0, 0)->s);
	return E_UNAVAILABLE;
}

static enum err
named(struct ctx *ctx, const char *user, const char *host, struct account *to,
    char *why)
{
	struct arena *a = ctx->arena;
	const char *u = user != NULL ? account_identifier(a, user) : NULL;
	const char *h = host != NULL ? account_identifier(a, host) : NULL;

	why_say(why, "out of memory");
	to->user = user;
	to->host = host;
	to->sql = u == NULL || h == NULL ? NULL
	    : arena_printf(a, "%s@%s", u, h);
	return to->sql != NULL ? E_OK : E_UNAVAILABLE;
}

enum err
account_worker(struct ctx *ctx, struct account *to, char *why)
{
	const struct conf *c = ctx->conf;

	return named(ctx, c->db_user, places_are_sockets(c) ? "localhost"
	    : "%", to, why);
}

/* The first n characters. */
static const char *
cut(struct arena *a, const char *text, int64_t n)
{
	const char *at = text;

	while (n-- > 0)
		(void)utf8_next(&at);
	return arena_copy(a, text, (size_t)(at - text));
}

static enum err
definer_name(struct ctx *ctx, const char **name, char *why)
{
	const int64_t room = ACCOUNT_CHARS_MAX - (int64_t)strlen(DEFINER_SUFFIX);
	const char *db = ctx->conf->db_name, *begin;
	struct db_result digest;
	enum err e = E_OK;

	why_say(why, "db_name is no text");
	*name = NULL;
	if (utf8_chars(db) < 0)
		return E_UNAVAILABLE;
	if (utf8_chars(db) <= room) {
		*name = arena_printf(ctx->arena, "%s" DEFINER_SUFFIX, db);
		return E_OK;
	}
	if ((e = script_run(ctx, "SELECT SHA2(DATABASE(), 256)", &digest,
	    why)) != E_OK)
		return e;
	begin = cut(ctx->arena, db, room - DIGEST_CHARS - 1);
	if (begin != NULL)
		*name = arena_printf(ctx->arena, "%s_%.*s" DEFINER_SUFFIX,
		    begin, DIGEST_CHARS, db_at(&digest, 0, 0)->s);
	return E_OK;
}

enum err
account_self(struct ctx *ctx, struct account *to, char *why)
{
	struct db_result r;
	const char *name, *at;
	enum err e = script_run(ctx, "SELECT CURRENT_USER()", &r, why);

	if (e != E_OK)
		return e;
	name = db_at(&r, 0, 0)->s;
	at = strrchr(name, '@');
	why_say(why, "the server does not tell by which account we came in");
	if (at == NULL)
		return E_UNAVAILABLE;
	return named(ctx, arena_copy(ctx->arena, name, (size_t)(at - name)),
	    at + 1, to, why);
}

enum err
account_definer(struct ctx *ctx, struct account *to, char *why)
{
	const char *name;
	enum err e;

	if (!account_is_own(ctx->conf))
		return account_self(ctx, to, why);
	if ((e = definer_name(ctx, &name, why)) != E_OK)
		return e;
	return named(ctx, name, "localhost", to, why);
}

static const char *
right_on(struct ctx *ctx, const char *right)
{
	const char *on = account_pattern(ctx->arena, ctx->conf->db_name);

	return on == NULL ? NULL : arena_printf(ctx->arena, "%s ON %s.*",
	    right, on);
}

const char *
account_definer_right(struct ctx *ctx)
{
	return right_on(ctx, "SELECT, INSERT, UPDATE, DELETE, EXECUTE");
}

const char *
account_former_right(struct ctx *ctx)
{
	return right_on(ctx, "SELECT");
}

const char *
account_table_right(struct ctx *ctx, const char *table)
{
	const char *db = account_identifier(ctx->arena, ctx->conf->db_name);

	return db == NULL ? NULL : arena_printf(ctx->arena, "SELECT ON %s.`%s`",
	    db, table);
}

/* The first place of the word outside of quotes; or NULL. */
static const char *
outside(const char *text, const char *word)
{
	char quote = '\0';

	for (; *text != '\0'; text++) {
		if (quote != '\0') {
			if (*text == quote)
				quote = '\0';
		} else if (strchr("`'\"", *text) != NULL) {
			quote = *text;
		} else if (strncmp(text, word, strlen(word)) == 0) {
			return text;
		}
	}
	return NULL;
}

const char *
account_right_of(struct arena *a, const char *row)
{
	const char *to = outside(row, " TO ");
	bool more = outside(row, " WITH GRANT OPTION") != NULL;

	/* The role itself has a row, too, unless it was dropped. */
	if (strncmp(row, "SET DEFAULT ROLE ", 17) == 0)
		return NULL;
	if (to == NULL || strncmp(row, "GRANT ", 6) != 0)
		return "something that SHOW GRANTS tells";
	row += 6;
	if (!more && to - row == 12 && strncmp(row, "USAGE ON *.*", 12) == 0)
		return NULL;
	return arena_printf(a, "%.*s%s", (int)(to - row), row,
	    more ? " WITH GRANT OPTION" : "");
}

bool
account_is_here(struct ctx *ctx, const char *right)
{
	static const char *const kind[] = { "PROCEDURE ", "FUNCTION ",
	    "TABLE ", "PACKAGE BODY ", "PACKAGE " };
	const char *on = outside(right, " ON "), *db = ctx->conf->db_name;
	const char *dot, *name;

	if (on == NULL)
		return false;
	on += 4;
	for (size_t i = 0; i < sizeof kind / sizeof kind[0]; i++)
		if (strncmp(on, kind[i], strlen(kind[i])) == 0) {
			on += strlen(kind[i]);
			break;
		}
	/* All of a database is a pattern, a thing in it has its plain name. */
	dot = outside(on, ".");
	if (dot == NULL)
		return false;
	name = dot[1] == '*' ? account_pattern(ctx->arena, db)
	    : account_identifier(ctx->arena, db);
	return name != NULL && strlen(name) == (size_t)(dot - on) &&
	    strncmp(on, name, strlen(name)) == 0;
}

const char *
account_passes_read_only(const char **right)
{
	static const char *const names[] = { "SUPER", "READ_ONLY ADMIN",
	    "READ ONLY ADMIN", "CONNECTION_ADMIN", "CONNECTION ADMIN",
	    "ALL PRIVILEGES ON *.*" };
	const char *on;

	for (; *right != NULL; right++) {
		if ((on = outside(*right, " ON *.*")) == NULL)
			continue;
		for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
			const char *at = strstr(*right, names[i]);

			if (at != NULL && at <= on)
				return names[i];
		}
	}
	return NULL;
}

enum err
account_rights(struct ctx *ctx, const struct account *who,
    struct account_state *s, char *why)
{
	struct arena *a = ctx->arena;
	struct db_result r;
	size_t n = 0;
	enum err e = script_run(ctx, arena_printf(a, "SHOW GRANTS FOR %s",
	    who != NULL ? who->sql : "CURRENT_USER"), &r, why);

	if (e != E_OK)
		return e;
	why_say(why, "out of memory");
	if ((s->right = arena_alloc(a, (r.rows + 1) * sizeof *s->right))
	    == NULL)
		return E_UNAVAILABLE;
	for (size_t i = 0; i < r.rows; i++)
		if ((s->right[n] = account_right_of(a, db_at(&r, i, 0)->s))
		    != NULL)
			n++;
	s->right[n] = NULL;
	return E_OK;
}

static enum err
look_by(struct ctx *ctx, const struct account *who, const char *name,
    struct account_state *s, char *why)
{
	struct db_result r;
	enum err e = script_run(ctx, arena_printf(ctx->arena,
	    "SHOW CREATE USER %s", name), &r, why);

	if (e != E_OK)
		return e;
	s->exists = true;
	s->made = db_at(&r, 0, 0)->s;
	s->locked = strstr(s->made, " ACCOUNT LOCK") != NULL;
	return account_rights(ctx, who, s, why);
}

enum err
account_look(struct ctx *ctx, const struct account *who,
    struct account_state *s, char *why)
{
	struct arena *a = ctx->arena;
	const char *user = db_quote(ctx->db, a, who->user);
	const char *host = db_quote(ctx->db, a, who->host);
	struct db_result r;
	enum err e;

	memset(s, 0, sizeof *s);
	/* The only account may look at itself, but not at the list of all. */
	if (!account_is_own(ctx->conf))
		return look_by(ctx, NULL, "CURRENT_USER()", s, why);
	if ((e = script_run(ctx, user == NULL || host == NULL ? NULL
	    : arena_printf(a, "SELECT 1 FROM mysql.user "
	    "WHERE user = %s AND host = %s", user, host), &r, why)) != E_OK ||
	    r.rows == 0)
		return e;
	return look_by(ctx, who, who->sql, s, why);
}

/* Connects once by c, and asks the server which account it took us for. */
static enum account_entry
try_with(const struct ctx *ctx, const struct conf *c, const char **as,
    char *why)
{
	struct ctx other = *ctx;
	enum account_entry entry = ENTRY_OPEN;
	struct db_result r;
	unsigned number;

	*as = NULL;
	why_say(why, "%s", "");
	other.conf = c;
	other.db = db_new(c, DB_WORKER, sql_table, SQL_COUNT, why);
	if (other.db == NULL)
		return ENTRY_AWAY;
	db_patient(other.db, true);
	db_begin(other.db, db_place(ctx->db));
	if (script_run(&other, "SELECT CURRENT_USER()", &r, why) == E_OK) {
		*as = db_at(&r, 0, 0)->s;
	} else {
		number = db_error_number(other.db);
		/* These errors come after the password was accepted. */
		if (number != 1044 && number != 1203 && number != 1226)
			entry = number >= 2000 && number < 2100 &&
			    number != 2059 && number != 2061 ? ENTRY_AWAY
			    : ENTRY_REFUSED;
	}
	db_free(other.db);
	return entry;
}

enum account_entry
account_try(struct ctx *ctx, bool with_password, const char **as, char *why)
{
	struct conf *c = arena_alloc(ctx->arena, sizeof *c);
	enum account_entry entry;

	*as = NULL;
	why_say(why, "out of memory");
	if (c == NULL)
		return ENTRY_AWAY;
	*c = *ctx->conf;
	if (!with_password)
		c->db_password_file[0] = '\0';
	entry = try_with(ctx, c, as, why);
	/* Perhaps it was made while TLS was on: then it needs TLS still. */
	if (entry == ENTRY_REFUSED && !places_are_sockets(c) &&
	    c->db_tls == DB_TLS_OFF) {
		c->db_tls = DB_TLS_ON;
		if (try_with(ctx, c, as, why) == ENTRY_OPEN)
			entry = ENTRY_OPEN;
	}
	return entry;
}
