/* SPDX-License-Identifier: MIT */
/*
 * A reader of our own: inih has a line buffer of 200 bytes, fixed when inih is
 * built, and cuts longer lines.
 */
#include "config.h"

#include "base/conf_file.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/conf.h"
#include "base/snapshot.h"
#include "base/utf8.h"

#define BLANKS " \t\r"
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* Cuts the blanks off both ends. */
static char *
trim(char *text)
{
	size_t len;

	text += strspn(text, BLANKS);
	len = strlen(text);
	while (len > 0 && strchr(BLANKS, text[len - 1]) != NULL)
		len--;
	text[len] = '\0';
	return text;
}

static void
cut_comment(char *text)
{
	for (char *at = text; (at = strchr(at, ';')) != NULL; at++)
		if (at > text && strchr(BLANKS, at[-1]) != NULL) {
			*at = '\0';
			return;
		}
}

const char *
conf_text_fault(const char *text)
{
	for (const char *at = text; *at != '\0'; at++)
		if (((unsigned char)*at < 0x20 && *at != '\t') || *at == 0x7f)
			return "a control character";
	return utf8_chars(text) < 0 ? "not UTF-8" : NULL;
}

/* Cuts a line in two; false and why it can't be. */
static bool
split_pair(char *line, struct conf_pair *pair, char *why)
{
	char *sign;

	cut_comment(line);
	line = trim(line);
	sign = strpbrk(line, "=:");
	if (line[0] == '[')
		why_say(why, "%.64s: no such setting, for "
		    "there are no sections", line);
	else if (conf_text_fault(line) != NULL)
		why_say(why, "%s", conf_text_fault(line));
	else if (sign == NULL || sign == line)
		why_say(why, "not a key = value line");
	else {
		*sign = '\0';
		pair->key = trim(line);
		pair->value = trim(sign + 1);
		return true;
	}
	return false;
}

struct reading {
	enum err (*on_pair)(void *, const struct conf_pair *, char *);
	void *user;
};

static enum err
next_line(const struct reading *r, int number, char *line, size_t len,
    char *why)
{
	struct conf_pair pair = { .line = number };

	if (strlen(line) != len) {
		why_say(why, "a zero byte");
		return E_CONFIG;
	}
	line = trim(line);
	if (line[0] == '\0' || line[0] == '#' || line[0] == ';')
		return E_OK;
	return split_pair(line, &pair, why) ? r->on_pair(r->user, &pair, why)
	    : E_CONFIG;
}

/* text[len] is a 0 and may be written to. */
static enum err
take_text(const struct reading *r, const char *file, char *text, size_t len,
    char *why)
{
	char fault[WHY_BYTES], *end = text + len;
	size_t mark = strlen(BYTE_ORDER_MARK);
	enum err e = E_OK;

	if (strncmp(text, BYTE_ORDER_MARK, mark) == 0)
		text += mark;
	for (int number = 1; e == E_OK && text < end; number++) {
		char *line = text;
		char *stop = memchr(text, '\n', (size_t)(end - text));

		if (stop == NULL)
			stop = end;
		*stop = '\0';
		text = stop + 1;
		e = next_line(r, number, line, (size_t)(stop - line), fault);
		if (e != E_OK)
			why_say(why, "%.200s:%d: %.280s",
			    file, number, fault);
	}
	return e;
}

enum err
conf_file_read(const char *file, enum err (*on_pair)(void *user,
    const struct conf_pair *, char *why), void *user, char *why)
{
	const struct reading r = { on_pair, user };
	char *text;
	size_t len;
	enum err e;

	e = snapshot_read(file, SNAPSHOT_OPEN, CONF_FILE_BYTES_MAX, &text,
	    &len, why);
	if (e != E_OK)
		return e;
	e = take_text(&r, file, text, len, why);
	free(text);
	return e;
}
