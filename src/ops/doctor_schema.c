/* SPDX-License-Identifier: MIT */
/*
 * Has the database the tables and routines that the files of schema/ make?
 * What a table should be is what the server makes of the migrations: their
 * CREATE, ALTER and DROP TABLE statements are run on temporary tables of other
 * names, and SHOW CREATE TABLE of the two is compared line by line.
 * Nothing else in a migration is run, and nothing lasting is touched.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "ops/doctor_part.h"
#include "ops/schema.h"
#include "ops/script.h"

#define TABLES_MAX 64
#define LINES_MAX 64

static const char see_files[] =
    "make it as schema/migrations has it, or restore a backup";

struct names {
	const char *name[TABLES_MAX];
	size_t n;
};

/* The lines between the first and the last, without what doesn't count. */
struct lines {
	const char *line[LINES_MAX];
	size_t n;
};

static bool
skip(const char **sql, const char *words)
{
	if (strncmp(*sql, words, strlen(words)) != 0)
		return false;
	*sql += strlen(words);
	return true;
}

/* Where the name stands; n where it doesn't. */
static size_t
place(const struct names *names, const char *name)
{
	size_t i = 0;

	while (i < names->n && strcmp(names->name[i], name) != 0)
		i++;
	return i;
}

/*
 * The constraints by names of the model's own: in MySQL a name is the whole
 * database's, also where a temporary table gets one by ALTER.
 */
#define MODELS "doctor_"

static const char *
rename_constraints(struct arena *a, const char *sql)
{
	static const char word[] = "CONSTRAINT ", if_not[] =
	    "/*M! IF NOT EXISTS */ ", if_there[] = "/*M! IF EXISTS */ ";
	const char *out = "", *at;

	while (out != NULL && (at = strstr(sql, word)) != NULL) {
		at += strlen(word);
		(void)(skip(&at, if_not) || skip(&at, if_there));
		out = arena_printf(a, "%s%.*s" MODELS, out, (int)(at - sql),
		    sql);
		sql = at;
	}
	return out != NULL ? arena_printf(a, "%s%s", out, sql) : NULL;
}

/* The statement for a model, if it shapes a table; else NULL. */
static const char *
for_model(struct arena *a, struct names *names, const char *sql)
{
	bool creates = skip(&sql, "CREATE TABLE ");
	bool drops = !creates && skip(&sql, "DROP TABLE ");
	const char *name, *rest;
	size_t len, at;

	if (!creates && !drops && !skip(&sql, "ALTER TABLE "))
		return NULL;
	(void)(skip(&sql, "IF NOT EXISTS ") || skip(&sql, "IF EXISTS "));
	len = strcspn(sql, " (\n");
	name = arena_copy(a, sql, len);
	if (name == NULL)
		return NULL;
	at = place(names, name);
	if ((at < names->n) == creates || at == TABLES_MAX)
		return NULL;
	if (creates)
		names->name[names->n++] = name;
	if (drops)
		names->name[at] = names->name[--names->n];
	rest = rename_constraints(a, sql + len);
	return rest == NULL ? NULL : arena_printf(a, "%s TABLE doctor_%s%s",
	    creates ? "CREATE TEMPORARY" : drops ? "DROP TEMPORARY" : "ALTER",
	    name, rest);
}

static bool
model_script(struct doctor *d, struct names *names, char *text)
{
	const char *sql, *copy;
	char *name;
	struct db_result r;

	while ((sql = script_next(&text, &name)) != NULL) {
		copy = for_model(d->ctx->arena, names, sql);
		if (copy != NULL && !doctor_ask(d, d->ctx, copy, &r))
			return false;
	}
	return true;
}

/* All tables there should be, and a model of each. */
static bool
model(struct doctor *d, struct names *names)
{
	const char **file;
	char why[WHY_BYTES] = "out of memory";
	char *text = arena_copy(d->ctx->arena, schema_own_tables,
	    strlen(schema_own_tables));
	size_t n;

	if (text == NULL || schema_list(d->ctx, "migrations", &file, &n, why)
	    != E_OK)
		return doctor_bad(d, "set schema_dir right", "%s", why);
	if (!model_script(d, names, text))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (schema_read_up(d->ctx, file[i], &text, why) != E_OK)
			return doctor_bad(d, "set schema_dir right", "%s",
			    why);
		if (!model_script(d, names, text))
			return false;
	}
	return true;
}

/* Without comment, counter, quotes, and what belongs to the list. */
static const char *
plain(struct arena *a, const char *line, size_t len)
{
	static const char counter[] = " AUTO_INCREMENT=";
	char *copy, *at, *to;

	while (len > 0 && *line == ' ')
		line++, len--;
	if (len > 0 && line[len - 1] == ',')
		len--;
	if ((copy = arena_copy(a, line, len)) == NULL)
		return NULL;
	if ((at = strstr(copy, " COMMENT")) != NULL)
		*at = '\0';
	if ((at = strstr(copy, counter)) != NULL) {
		to = at + strlen(counter);
		to += strspn(to, "0123456789");
		memmove(at, to, strlen(to) + 1);
	}
	for (at = to = copy; *at != '\0'; at++)
		if (*at != '`')
			*to++ = *at;
	*to = '\0';
	if (strncmp(copy, "CONSTRAINT " MODELS, strlen("CONSTRAINT " MODELS))
	    == 0) {
		at = copy + strlen("CONSTRAINT ");
		memmove(at, at + strlen(MODELS), strlen(at + strlen(MODELS)) + 1);
	}
	return copy;
}

static enum shape
shape_of(const char *line)
{
	if (line[0] == ')')
		return SHAPE_TABLE;
	if (strncmp(line, "CONSTRAINT ", 11) == 0)
		return SHAPE_CONSTRAINT;
	if (strncmp(line, "PRIMARY KEY ", 12) == 0 ||
	    strncmp(line, "UNIQUE KEY ", 11) == 0 ||
	    strncmp(line, "KEY ", 4) == 0)
		return SHAPE_KEY;
	return SHAPE_COLUMN;
}

static bool
definition(struct doctor *d, const char *prefix, const char *name,
    struct lines *lines)
{
	struct arena *a = d->ctx->arena;
	struct db_result r;
	const char *at, *line;
	size_t len;

	lines->n = 0;
	if (!doctor_ask(d, d->ctx, arena_printf(a, "SHOW CREATE TABLE `%s%s`",
	    prefix, name), &r))
		return false;
	at = strchr(db_at(&r, 0, 1)->s, '\n');
	while (at != NULL && lines->n < LINES_MAX) {
		at++;
		len = strcspn(at, "\n");
		if ((line = plain(a, at, len)) != NULL)
			lines->line[lines->n++] = line;
		at = strchr(at, '\n');
	}
	return true;
}

static bool
is_there(struct doctor *d, const char *name, bool *there)
{
	struct db_result r;

	if (!doctor_ask(d, d->ctx, arena_printf(d->ctx->arena, "SELECT 1 "
	    "FROM information_schema.tables WHERE table_schema = DATABASE() "
	    "AND table_name = '%s'", name), &r))
		return false;
	*there = r.rows > 0;
	return true;
}

static bool
has_line(const struct lines *lines, const char *line)
{
	for (size_t i = 0; i < lines->n; i++)
		if (strcmp(lines->line[i], line) == 0)
			return true;
	return false;
}

/* A column besides ours is the operator's, unless a row needs it. */
static bool
is_in_the_way(const struct lines *wanted, const char *line)
{
	size_t name = strcspn(line, " ");

	if (shape_of(line) != SHAPE_COLUMN || strstr(line, " NOT NULL") == NULL
	    || strstr(line, " DEFAULT ") != NULL ||
	    strstr(line, " GENERATED ") != NULL)
		return false;
	for (size_t i = 0; i < wanted->n; i++)
		if (strncmp(wanted->line[i], line, name + 1) == 0)
			return false;
	return true;
}

/*
 * What the model has and the table lacks; what it has besides is its own, but
 * for a column that no INSERT of ours fills.
 */
static bool
compare_table(struct doctor *d, const char *name)
{
	struct lines wanted, has;
	struct faults *f;
	bool there;

	if (!is_there(d, name, &there))
		return false;
	if (!there) {
		doctor_add(d, &d->shapes[SHAPE_TABLE], "there is no %s", name);
		return true;
	}
	if (!definition(d, "doctor_", name, &wanted) ||
	    !definition(d, "", name, &has))
		return false;
	for (size_t i = 0; i < wanted.n; i++) {
		const char *line = wanted.line[i];
		enum shape shape = shape_of(line);

		if (has_line(&has, line))
			continue;
		f = &d->shapes[shape];
		if (shape == SHAPE_TABLE)
			doctor_add(d, f, "%s is %s instead of %s", name,
			    has.n > 0 ? has.line[has.n - 1] + 2 : "?",
			    line + 2);
		else
			doctor_add(d, f, "%s has no %s", name, line);
	}
	for (size_t i = 0; i < has.n; i++)
		if (is_in_the_way(&wanted, has.line[i]))
			doctor_add(d, &d->shapes[SHAPE_COLUMN], "%s has %s, "
			    "which nothing fills", name, has.line[i]);
	return true;
}

/* Looks once, at the first of the four checks. */
static bool
shapes(struct doctor *d, enum shape shape)
{
	struct names names = { .n = 0 };

	if (shape == SHAPE_TABLE) {
		if (!model(d, &names))
			return false;
		for (size_t i = 0; i < names.n; i++)
			if (!compare_table(d, names.name[i]))
				return false;
		d->shapes_known = true;
	}
	if (!d->shapes_known)
		return doctor_bad(d, "set the check tables right",
		    "not looked at");
	return d->shapes[shape].n == 0 ||
	    doctor_bad(d, see_files, "%s", d->shapes[shape].text);
}

bool
doctor_tables(struct doctor *d)
{
	return shapes(d, SHAPE_TABLE);
}

bool
doctor_columns(struct doctor *d)
{
	return shapes(d, SHAPE_COLUMN);
}

bool
doctor_keys(struct doctor *d)
{
	return shapes(d, SHAPE_KEY);
}

bool
doctor_constraints(struct doctor *d)
{
	return shapes(d, SHAPE_CONSTRAINT);
}
