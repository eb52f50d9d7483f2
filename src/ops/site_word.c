/* SPDX-License-Identifier: MIT */
/* Gives the words of the templates their values. */
#include "config.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/limits.h"
#include "ops/site_part.h"

static const struct problem {
	const char *code;	/* behind "ko_" where the title is Korean */
	int status;
	const char *title;
} problems[] = {
#include "problems.h"
};

/* The rows of routes.def as those of nginx's map. */
static const char methods[] =
#include "methods.h"
;

bool
site_stop(struct making *m, const char *format, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	if (m->why == NULL)
		m->why = arena_copy(m->ctx->arena, text, strlen(text));
	if (m->why == NULL)
		m->why = "out of memory";
	return false;
}

static void
set_word(struct making *m, const char *name, const char *value)
{
	assert(m->words < SITE_WORDS_MAX);
	if (value == NULL)
		(void)site_stop(m, "out of memory");
	else
		m->word[m->words++] = (struct word){ name, value };
}

static void
set_number(struct making *m, const char *name, int64_t value)
{
	set_word(m, name, arena_printf(m->ctx->arena, "%" PRId64, value));
}

/* A setting's text stands in nginx's quotes. */
static void
must_be_quotable(struct making *m, const char *key, const char *value)
{
	if (strpbrk(value, "\"\\$") != NULL)
		(void)site_stop(m, "%s = %.256s: must be without \" \\ and "
		    "$, for nginx", key, value);
}

static void
set_quoted(struct making *m, const char *name, const char *key,
    const char *value)
{
	must_be_quotable(m, key, value);
	set_word(m, name, value);
}

/* Each origin as a row of nginx's map to itself. */
static void
set_origins(struct making *m)
{
	const char *list = m->ctx->conf->cors_origins, *origin, *rows = "";
	size_t len;

	while (rows != NULL && conf_word(&list, &origin, &len))
		rows = arena_printf(m->ctx->arena, "%s%s\"%.*s\"\t\"%.*s\";", rows,
		    rows[0] != '\0' ? "\n\t" : "", (int)len, origin, (int)len,
		    origin);
	set_word(m, "CORS_ORIGINS", rows);
}

/* What stands behind the sources of pictures that there always are. */
static void
set_image_origins(struct making *m)
{
	const char *list = m->ctx->conf->image_origins;

	set_word(m, "IMAGE_ORIGINS", list[0] == '\0' ? "" :
	    arena_printf(m->ctx->arena, " %s", list));
}

/* all, and behind it a server of an upstream. */
static const char *
with_server(struct making *m, const char *all, const char *place,
    const char *how)
{
	return all == NULL || place == NULL ? NULL : arena_printf(m->ctx->arena,
	    "%s%sserver \"%s\" %s;", all, all[0] != '\0' ? "\n\t" : "", place,
	    how);
}

/*
 * The servers of an upstream.  Of one pool the same place n times, so that another of
 * its workers is asked where one dies; of several machines (--pools) each at the
 * port of the place, and one that is away is left alone for a while.
 */
static void
set_servers(struct making *m, const char *name, const char *key,
    const char *place, int n)
{
	const char *pools = site_option(m->site, SITE_POOLS), *all = "", *port =
	    strrchr(place, ':'), *at = strchr(pools, ',') != NULL ? pools : "";

	must_be_quotable(m, key, place);
	if (pools[0] != '\0' && (port == NULL || strncmp(place, "unix:", 5) == 0))
		(void)site_stop(m, "%s = %.256s: with --pools it must be HOST:PORT",
		    key, place);
	else if (pools[0] != '\0' && at[0] == '\0')
		place = arena_printf(m->ctx->arena, "%s%s", pools, port);
	for (int i = 0; at[0] == '\0' && i < n; i++)
		all = with_server(m, all, place, "max_fails=0");
	while (at[0] != '\0') {
		size_t len = strcspn(at, ",");

		all = with_server(m, all, arena_printf(m->ctx->arena, "%.*s%s",
		    (int)len, at, port != NULL ? port : ""),
		    "max_fails=10 fail_timeout=5s");
		at += len + (at[len] == ',');
	}
	set_word(m, name, all);
}

/*
 * Where reads have a socket of their own, and so workers that hold several
 * connections, some are kept.
 */
static void
set_pool(struct making *m)
{
	const struct conf *c = m->ctx->conf;
	bool of_reads = c->listen_read[0] != '\0';
	const char *key = of_reads ? "listen_read" : "listen", *place = of_reads
	    ? c->listen_read : c->listen;
	bool several;

	set_servers(m, "WRITERS", "listen", c->listen, 2);
	set_servers(m, "READERS", key, place, 1);
	set_servers(m, "READERS_AGAIN", key, place, 2);
	several = strchr(site_option(m->site, SITE_POOLS), ',') != NULL;
	set_word(m, "AT_FIRST", several ? "timeout" : "off");
	set_word(m, "IF_SILENT", several ? " timeout" : "");
	set_word(m, "KEEP", of_reads ? "keepalive 32;" : "");
	set_word(m, "KEEP_CONN", of_reads ? "on" : "off");
	set_number(m, "NGINX_TIMEOUT", c->nginx_timeout_s);
}

/* Without a key memcached is never asked, but nginx wants a server. */
static void
set_ranking(struct making *m)
{
	const struct conf *c = m->ctx->conf;
	struct arena *a = m->ctx->arena;
	bool on = site_needs_id(m->ctx, m->site);

	if (on && m->site->id == NULL)
		(void)site_stop(m, "rank_by_nginx = on: the database can't be "
		    "asked for the shop's id, or has none: run shopctl "
		    "migrate");
	set_quoted(m, "MEMCACHED", "memcached", on ? arena_printf(a, "unix:%s",
	    c->memcached) : "unix:/run/memcached/memcached.sock");
	set_word(m, "RANK_KEY", on ? arena_printf(a, "shop:%s:top",
	    m->site->id) : "");
	/* A copy may be half that old when nginx hands it out. */
	set_number(m, "RANK_MAX_AGE", c->rank_fresh_s / 2);
}

/* "RATE,BURST,AT_ONCE", three words of a limit. */
static void
set_limit(struct making *m, enum site_option o, const char *const *names)
{
	const char *at = site_option(m->site, o);

	for (int i = 0; i < 3; i++) {
		size_t len = strcspn(at, ",");

		set_word(m, names[i], arena_copy(m->ctx->arena, at, len));
		at += len + (at[len] == ',');
	}
}

/* "A, B" as nginx has it behind listen: "A; listen B". */
static const char *
listens(struct making *m, enum site_option o)
{
	const char *at = site_option(m->site, o), *all = "";

	while (*at != '\0' && all != NULL) {
		size_t len;

		at += strspn(at, ", ");
		len = strcspn(at, ",");
		all = arena_printf(m->ctx->arena, "%s%s%.*s", all,
		    all[0] != '\0' ? "; listen " : "", (int)len, at);
		at += len;
	}
	return all;
}

/* The options; most are put in as they are given. */
static void
set_given(struct making *m)
{
	static const char *const names[SITE_OPTIONS] = {
#define OPTION(word, text, form, def) #word,
#include "ops/site.def"
#undef OPTION
	};
	static const char *const limits[SITE_OPTIONS][3] = {
		[SITE_LIMIT_READS] = { "READS_RATE", "READS_BURST",
		    "READS_AT_ONCE" },
		[SITE_LIMIT_WRITES] = { "WRITES_RATE", "WRITES_BURST",
		    "WRITES_AT_ONCE" },
		[SITE_LIMIT_LOGINS] = { "LOGINS_RATE", "LOGINS_BURST",
		    "LOGINS_AT_ONCE" },
	};

	for (enum site_option i = 0; i < SITE_OPTIONS; i++)
		if (i == SITE_LISTEN || i == SITE_PLAIN)
			set_word(m, names[i], listens(m, i));
		else if (i == SITE_HTTP2)
			set_word(m, names[i], strcmp(site_option(m->site, i),
			    "on") == 0 ? "http2 on;" : "");
		else if (limits[i][0] != NULL)
			set_limit(m, i, limits[i]);
		else
			set_word(m, names[i], site_option(m->site, i));
}

bool
site_words(struct making *m)
{
	set_given(m);
	/* A checkout of root's may be nobody else's to read. */
	set_word(m, "USER", geteuid() == 0 ? "user root;" : "");
	if (site_option(m->site, SITE_MAIN)[0] != '\0')
		return m->why == NULL;
	set_pool(m);
	set_ranking(m);
	set_origins(m);
	set_image_origins(m);
	set_word(m, "METHODS", methods);
	set_number(m, "BODY_BYTES_MAX", BODY_BYTES_MAX);
	set_number(m, "TARGET_BYTES_MAX", TARGET_BYTES_MAX);
	set_number(m, "REQUEST_ID_BYTES_MAX", REQUEST_ID_BYTES_MAX);
	set_number(m, "IDEM_KEY_BYTES_MAX", IDEM_KEY_BYTES_MAX);
	set_number(m, "RETRY_AFTER_S", RETRY_AFTER_S);
	return m->why == NULL;
}

/* A problem's title, status and code, for JSON in nginx's single quotes. */
static const char *
problem(struct arena *a, const struct problem *p)
{
	char text[256];
	struct buf title;

	buf_init(&title, text, sizeof text);
	for (const char *at = p->title; *at != '\0'; at++) {
		if (*at == '\'' || *at == '\\')
			buf_char(&title, '\\');
		buf_char(&title, *at);
	}
	return arena_printf(a, "\"title\":\"%s\",\"status\":%d,\"code\":\"%s\"",
	    text, p->status, strncmp(p->code, "ko_", 3) == 0 ? p->code + 3
	    : p->code);
}

const char *
site_word(const struct making *m, const char *name)
{
	size_t i;

	for (i = 0; i < m->words; i++)
		if (strcmp(m->word[i].name, name) == 0)
			return m->word[i].value;
	if (strncmp(name, "problem ", 8) != 0)
		return NULL;
	for (i = 0; i < sizeof problems / sizeof problems[0]; i++)
		if (strcmp(problems[i].code, name + 8) == 0)
			return problem(m->ctx->arena, &problems[i]);
	return NULL;
}
