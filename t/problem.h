/* SPDX-License-Identifier: MIT */
/* What each problem document has, for the programs that ask without jq. */
#ifndef SHOP_T_PROBLEM_H
#define SHOP_T_PROBLEM_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The text of a member that stands before all others' lists; NULL: none. */
static inline const char *
problem_text(const char *body, const char *name)
{
	char start[32];
	const char *at;

	snprintf(start, sizeof start, "\"%s\":\"", name);
	at = strstr(body, start);
	return at != NULL ? at + strlen(start) : NULL;
}

/* Is the text at s this one? */
static inline bool
problem_is(const char *s, const char *wanted)
{
	size_t len = strlen(wanted);

	return s != NULL && strncmp(s, wanted, len) == 0 && s[len] == '"';
}

/*
 * Does it tell its type, the status, the request's id (id_len bytes at id),
 * where to read on, and more than its title?
 */
static inline bool
problem_is_whole(const char *body, int status, const char *code,
    const char *id, size_t id_len)
{
	const char *title = problem_text(body, "title");
	const char *detail = problem_text(body, "detail");
	char text[192];
	size_t len;

	if (title == NULL || detail == NULL || *detail == '"')
		return false;
	len = strcspn(title, "\"") + 1;
	snprintf(text, sizeof text, "\"status\":%d,", status);
	if (strncmp(title, detail, len) == 0 || strstr(body, text) == NULL)
		return false;
	snprintf(text, sizeof text, "/problems/%s", code);
	if (!problem_is(problem_text(body, "type"), text))
		return false;
	snprintf(text, sizeof text, "/problems/%s#%.*s", code, (int)id_len,
	    id);
	return problem_is(problem_text(body, "instance"), text) &&
	    problem_is(problem_text(body, "requestId"), strchr(text, '#') + 1);
}

#endif
