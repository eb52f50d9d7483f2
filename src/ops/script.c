/* SPDX-License-Identifier: MIT */
/* SQL files are cut into statements where they lie, in memory. */
#include "config.h"

#include "ops/script.h"

#include <string.h>

/* Cuts the line off and moves behind it. */
static char *
cut_line(char **at)
{
	char *line = *at;
	size_t len = strcspn(line, "\n");

	*at = line + len + (line[len] == '\n');
	line[len] = '\0';
	return line;
}

static char *
label(char *comment)
{
	char *name = comment + 2 + strspn(comment + 2, " ");
	size_t len = strcspn(name, " :");

	if (len == 0 || name[len] != ':')
		return NULL;
	name[len] = '\0';
	return name;
}

const char *
script_next(char **at, char **name)
{
	char *statement, *end, *found;

	*name = NULL;
	for (;;) {
		*at += strspn(*at, " \t\r\n");
		if (strncmp(*at, "--", 2) != 0)
			break;
		if ((found = label(cut_line(at))) != NULL)
			*name = found;
	}
	if (**at == '\0')
		return NULL;
	statement = *at;
	if ((end = strstr(statement, ";\n")) == NULL) {
		*at += strlen(statement);
		return statement;
	}
	*end = '\0';
	*at = end + 2;
	return statement;
}

enum err
script_run(struct ctx *ctx, const char *sql, struct db_result *r,
    char *why)
{
	struct db_result ignored;

	if (sql != NULL && db_text(ctx->db, ctx->arena, sql,
	    r != NULL ? r : &ignored) == DB_OK)
		return E_OK;
	why_say(why, "%s", sql != NULL ? db_error(ctx->db) : "out of memory");
	return E_UNAVAILABLE;
}
