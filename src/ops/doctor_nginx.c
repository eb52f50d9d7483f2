/* SPDX-License-Identifier: MIT */
/*
 * Is nginx's file of the shop as shopctl site would make it now?  It is made
 * again, with the options that its head remembers, and both are compared.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/file.h"
#include "ops/doctor_part.h"
#include "ops/site.h"
#include "shop/identity.h"

#define NGINX_CONNECTIONS 512	/* nginx's own worker_connections */

/* Two files side by side, a line each. */
struct pair {
	const char *is, *wanted;
	size_t is_len, wanted_len;
	int line;
};

/* Step to the next two lines; false when both files have ended. */
static bool
next_lines(struct pair *p)
{
	if (p->line++ > 0) {
		p->is += p->is_len;
		p->is += *p->is == '\n';
		p->wanted += p->wanted_len;
		p->wanted += *p->wanted == '\n';
	}
	p->is_len = strcspn(p->is, "\n");
	p->wanted_len = strcspn(p->wanted, "\n");
	return *p->is != '\0' || *p->wanted != '\0';
}

static bool
lines_differ(const struct pair *p)
{
	return p->is_len != p->wanted_len ||
	    p->is[p->is_len] != p->wanted[p->wanted_len] ||
	    memcmp(p->is, p->wanted, p->is_len) != 0;
}

/*
 * Tell of a difference in the heads, "# KEY = VALUE" with one key and two
 * values; false: the lines differ in another way.
 */
static bool
judge_setting(struct doctor *d, struct faults *f, const struct pair *p)
{
	size_t key = strcspn(p->wanted, "=\n");
	const char *value = p->wanted + key + 1;
	int len;

	if (p->wanted[0] != '#' || p->wanted[key] != '=' ||
	    strncmp(p->is, p->wanted, key + 1) != 0)
		return false;
	value += *value == ' ';
	len = (int)strcspn(value, "\n");
	doctor_add(d, f, "it was made with %.*s instead of %.*s",
	    (int)p->is_len - 2, p->is + 2, len > 0 ? len : 7,
	    len > 0 ? value : "nothing");
	return true;
}

/* The version in the first line may differ: two can make the same file. */
static void
judge_lines(struct doctor *d, struct faults *f, struct pair *p,
    const char *version)
{
	while (next_lines(p)) {
		if (p->line == 1 || !lines_differ(p))
			continue;
		if (judge_setting(d, f, p))
			continue;
		if (f->n == 0)
			doctor_add(d, f, "line %d is not as shopctl site "
			    "makes it: it was edited, or is of version %s",
			    p->line, version);
		return;
	}
}

/* The command that makes the file anew: into nginx_conf, where this one is. */
static const char *
site_again(struct doctor *d, const struct site *s)
{
	struct arena *a = d->ctx->arena;
	const char *text = "run shopctl site";

	for (enum site_option i = 0; text != NULL && i < SITE_OPTIONS;
	    i++)
		if (s->option[i] != NULL)
			text = arena_printf(a, "%s --%s '%s'", text,
			    site_option_name(i), s->option[i]);
	return text == NULL ? NULL : arena_printf(a, "%s --write && nginx -t "
	    "&& nginx -s reload", text);
}

static bool
is_as_made(struct doctor *d, const char *is)
{
	const char *file = d->ctx->conf->nginx_conf, *version, *fault;
	char why[WHY_BYTES];
	struct site s = { .id = NULL };
	struct faults f = { 0 };
	enum site_option which;
	struct pair p = { .is = is };

	if (site_needs_id(d->ctx, &s))
		s.id = identity_get(d->ctx);
	if (!site_recall(d->ctx->arena, is, &s, &version))
		return doctor_bad(d, "move it away and run shopctl site "
		    "--write, or set nginx_conf empty", "%s was not made by shopctl site: "
		    "nobody can tell whether it fits", file);
	if ((fault = site_fault(&s, &which)) != NULL)
		return doctor_bad(d, "run shopctl site --write with all its "
		    "options",
		    "%s: --%s %s", file, site_option_name(which), fault);
	if ((p.wanted = site_make(d->ctx, &s, why)) == NULL)
		return doctor_bad(d, "set this right", "%s", why);
	judge_lines(d, &f, &p, version);
	return f.n == 0 || doctor_bad(d, site_again(d, &s), "%s", f.text);
}

/* A shorter timeout would make nginx give up a worker that is still at work. */
static bool
waits_longest(struct doctor *d)
{
	const struct conf *c = d->ctx->conf;
	int64_t longest_ms = c->request_deadline_ms +
	    c->db_read_timeout_s * 1000;

	return c->nginx_timeout_s * 1000 > longest_ms || doctor_bad(d,
	    "set nginx_timeout_s longer, and run shopctl doctor again",
	    "nginx_timeout_s is %" PRId64 ", but request_deadline_ms and "
	    "db_read_timeout_s together %" PRId64 " ms", c->nginx_timeout_s,
	    longest_ms);
}

bool
doctor_nginx(struct doctor *d)
{
	const char *file = d->ctx->conf->nginx_conf, *text;

	if (file[0] == '\0')
		return doctor_skip(d, "nginx_conf is not set");
	if ((text = file_read(d->ctx->arena, file)) == NULL)
		return doctor_bad(d, errno == ENOENT ? "run shopctl site "
		    "--write, or set nginx_conf right" : "set nginx_conf "
		    "right", "%s: %s", file, strerror(errno));
	return is_as_made(d, text) && waits_longest(d);
}

/*
 * The nginx.conf that has the site: beside it, or above its directory
 * (/etc/nginx/conf.d/, sites-enabled/).  NULL: neither is there.
 */
static const char *
main_file(struct doctor *d, const char *site, const char **text)
{
	static const char *const places[] = { "nginx.conf", "../nginx.conf" };
	const char *slash = strrchr(site, '/'), *file;
	int dir = slash != NULL ? (int)(slash - site) + 1 : 0;

	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		file = arena_printf(d->ctx->arena, "%.*s%s", dir, site,
		    places[i]);
		if (file != NULL && (*text = file_read(d->ctx->arena, file))
		    != NULL)
			return file;
	}
	return NULL;
}

/* The number behind the directive's first place that is no comment; else 0. */
static int64_t
directive_number(const char *text, const char *name)
{
	const char *at = strstr(text, name), *begin;

	for (; at != NULL; at = strstr(at + 1, name)) {
		for (begin = at; begin > text && begin[-1] != '\n'; begin--)
			;
		if (memchr(begin, '#', (size_t)(at - begin)) == NULL)
			return strtoll(at + strlen(name), NULL, 10);
	}
	return 0;
}

/* A request that waits for a worker has two connections: its client's, and that. */
bool
doctor_nginx_connections(struct doctor *d)
{
	const struct conf *c = d->ctx->conf;
	int64_t has, needs = 2 * (c->listen_backlog + conf_workers(c));
	const char *text, *file;

	if (c->nginx_conf[0] == '\0')
		return doctor_skip(d, "nginx_conf is not set");
	if ((file = main_file(d, c->nginx_conf, &text)) == NULL)
		return doctor_skip(d, "no nginx.conf is beside %s or above it",
		    c->nginx_conf);
	if ((has = directive_number(text, "worker_connections ")) == 0)
		has = NGINX_CONNECTIONS;
	return has >= needs || doctor_bad(d, "set it to 4096, and reload "
	    "nginx", "%s: worker_connections is %" PRId64 ", and requests "
	    "that wait need up to %" PRId64, file, has, needs);
}
