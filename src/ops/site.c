/* SPDX-License-Identifier: MIT */
/*
 * Makes nginx's file of the templates: replaces their words by values, and
 * inserts templates into each other, so that nothing stands twice in them.
 */
#include "config.h"

#include "ops/site.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/file.h"
#include "ops/site_part.h"

/* The file has some 40 KiB. */
#define SITE_BYTES_MAX (256 * 1024)

/* Of templates within templates; more is one that inserts itself. */
#define DEPTH_MAX 8

#define LINE_BYTES_MAX 1024

static bool put_template(struct making *, const char *name,
    const char *indent);

/*
 * Is the line "@name@" or "@name if WORD@", perhaps behind tabs?  name[] and
 * condition[] have room for 64 bytes; without a condition it is "".
 */
static bool
is_insertion(const char *line, char *name, char *condition)
{
	int end = 0;

	condition[0] = '\0';
	line += strspn(line, "\t");
	if (sscanf(line, "@%63[a-z]@%n", name, &end) == 1 && end > 0)
		return line[end] == '\0';
	end = 0;
	return sscanf(line, "@%63[a-z] if %63[A-Z_]@%n", name, condition, &end)
	    == 2 && end > 0 && line[end] == '\0';
}

/* The value of the word that begins at this @, and its length; or NULL. */
static const char *
word_at(struct making *m, const char *at, char *name, size_t *len)
{
	const char *end = at + 1 + strspn(at + 1,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
	const char *value;

	if (strncmp(at, "@problem ", 9) == 0)
		end = at + 9 + strspn(at + 9, "abcdefghijklmnopqrstuvwxyz_");
	if (end == at + 1 || *end != '@')
		return NULL;
	*len = (size_t)(end + 1 - at);
	memcpy(name, at + 1, *len - 2);
	name[*len - 2] = '\0';
	if ((value = site_word(m, name)) == NULL)
		site_stop(m, "%s: no such word: %s", m->template, name);
	return value;
}

/* Append the line with its words replaced; returns whether it had any. */
static bool
expand_words(struct making *m, const char *line, struct buf *to)
{
	char name[LINE_BYTES_MAX];
	const char *value;
	bool had_word = false;
	size_t len;

	while (*line != '\0') {
		value = *line == '@' ? word_at(m, line, name, &len) : NULL;
		if (value == NULL) {
			buf_char(to, *line++);
			continue;
		}
		buf_str(to, value);
		had_word = true;
		line += len;
	}
	return had_word;
}

/* A line that has nothing but words without a value is left out. */
static void
put_expanded(struct making *m, const char *indent, const char *line)
{
	char text[2 * CONF_PATH_BYTES];
	struct buf b;

	buf_init(&b, text, sizeof text);
	if (expand_words(m, line, &b) && text[strspn(text, " \t")] == '\0')
		return;
	if (!buf_ok(&b))
		(void)site_stop(m, "%s: too long a line", m->template);
	if (text[0] != '\0')
		buf_str(m->out, indent);
	buf_str(m->out, text);
	buf_char(m->out, '\n');
}

static bool
put_any_line(struct making *m, const char *indent, const char *line)
{
	char name[LINE_BYTES_MAX], condition[LINE_BYTES_MAX];
	const char *template = m->template, *value = "yes";

	if (!is_insertion(line, name, condition)) {
		put_expanded(m, indent, line);
		return m->why == NULL;
	}
	if (condition[0] != '\0' && (value = site_word(m, condition)) == NULL)
		return site_stop(m, "%s: no such word: %s", template,
		    condition);
	if (*value == '\0')
		return true;
	if (!put_template(m, name, arena_printf(m->ctx->arena, "%s%.*s",
	    indent, (int)strspn(line, "\t"), line)))
		return false;
	m->template = template;
	return true;
}

/* The template behind its head, which is for readers of the template. */
static char *
behind_head(char *text)
{
	while (*text == '#') {
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return text + (*text == '\n');
}

static char *
template_text(struct making *m, const char *name)
{
	const char *dir = m->ctx->conf->nginx_dir;
	const char *path = arena_printf(m->ctx->arena, "%s/%s.conf.in", dir,
	    name);
	char *text = path != NULL ? file_read(m->ctx->arena, path) : NULL;

	if (text == NULL)
		site_stop(m, "nginx_dir: %s/%s.conf.in: %s", dir, name,
		    strerror(errno));
	m->template = path;
	return text;
}

static bool
put_template(struct making *m, const char *name, const char *indent)
{
	char *text = template_text(m, name), *line, *end;
	bool good = text != NULL && indent != NULL;

	if (++m->depth > DEPTH_MAX)
		good = site_stop(m, "%s: inserts itself", m->template);
	line = good ? behind_head(text) : NULL;
	for (; good && *line != '\0'; line = end) {
		end = line + strcspn(line, "\n");
		if (*end != '\0')
			*end++ = '\0';
		good = strlen(line) < LINE_BYTES_MAX
		    ? put_any_line(m, indent, line)
		    : site_stop(m, "%s: too long a line", m->template);
	}
	m->depth--;
	return good;
}

char *
site_make(struct ctx *ctx, const struct site *site, char *why)
{
	char *text = arena_alloc(ctx->arena, SITE_BYTES_MAX);
	struct buf out;
	struct making m = { .ctx = ctx, .site = site, .out = &out };
	bool main_file = site_option(site, SITE_MAIN)[0] != '\0';

	why_say(why, "out of memory");
	if (text == NULL)
		return NULL;
	buf_init(&out, text, SITE_BYTES_MAX);
	if (site_words(&m)) {
		if (!main_file)
			site_head(ctx, site, &out);
		(void)put_template(&m, main_file ? "nginx" : "shop", "");
	}
	if (m.why == NULL && !buf_ok(&out))
		(void)site_stop(&m, "the templates are too large");
	if (m.why != NULL)
		why_say(why, "%s", m.why);
	return m.why == NULL ? text : NULL;
}
