/* SPDX-License-Identifier: MIT */
/*
 * The options of nginx's site.  Their forms see to it that nginx takes a value
 * for a value, and never for another directive; the head of nginx's file
 * remembers the options.
 */
#include "config.h"

#include "ops/site_option.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/num.h"
#include "paths.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* A name in a regular expression has at most 32 characters. */
#define NAME_BYTES_MAX 18

enum form { FORM_HOSTS, FORM_LISTEN, FORM_SWITCH, FORM_PATH, FORM_LOG,
    FORM_NAME, FORM_LIMIT, FORM_POOLS };

static const struct row {
	const char *name;
	enum form form;
	const char *def;
} rows[SITE_OPTIONS] = {
#define OPTION(word, text, form, def) { text, form, def },
#include "ops/site.def"
#undef OPTION
};

const char *
site_option_name(enum site_option o)
{
	return rows[o].name;
}

const char *
site_option(const struct site *s, enum site_option o)
{
	return s->option[o] != NULL ? s->option[o] : rows[o].def;
}

bool
site_needs_id(const struct ctx *ctx, const struct site *s)
{
	return ctx->conf->rank_by_nginx == RANK_BY_NGINX &&
	    site_option(s, SITE_MAIN)[0] == '\0';
}

/* ---- Forms */

static const char *
hosts_fault(const char *text)
{
	return text[strspn(text, " ")] != '\0' &&
	    text[strspn(text, LETTERS DIGITS ".-_* ")] == '\0' ? NULL
	    : "must be names of letters, digits, . - _ and *, with blanks "
	    "between";
}

static const char *
addresses_fault(const char *text)
{
	const char *at = text;
	size_t len;
	bool good;

	do {
		at += *at == ',';
		at += strspn(at, " ");
		len = strcspn(at, ",");
		good = len > 0;
		at += len;
	} while (good && *at != '\0');
	return good && text[strspn(text, LETTERS DIGITS ".:-_*=/+[], ")]
	    == '\0' ? NULL : "must be what nginx's listen has, with commas "
	    "between several";
}

static const char *
path_fault(const char *text)
{
	if (text[0] != '\0' && text[0] != '/')
		return "must be an absolute path";
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f ||
		    strchr("'\"\\$", *text) != NULL)
			return "must be without quotes, \\, $ and control "
			    "characters";
	return NULL;
}

static const char *
log_fault(const char *text)
{
	if (strncmp(text, "syslog:", 7) != 0)
		return path_fault(text);
	return text[strspn(text, LETTERS DIGITS ".:_,=/[]-")] == '\0' ? NULL
	    : "must be an absolute path, or what nginx has behind syslog:";
}

static const char *
name_fault(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len <= NAME_BYTES_MAX &&
	    strspn(text, DIGITS "_") == 0 &&
	    strspn(text, LETTERS DIGITS "_") == len ? NULL
	    : "must be letters, digits and _, a letter first, 18 at most";
}

/* "RATE,BURST,AT_ONCE"; nginx's limit_conn ends at 65535. */
static const char *
limit_fault(const char *text)
{
	static const int64_t max[] = { 1000000, 1000000, 65535 };
	bool good = true;
	int64_t n;

	for (int i = 0; good && i < 3; i++) {
		size_t len = strcspn(text, ",");

		good = num_parse(text, len, 1, max[i], &n) &&
		    (text[len] == ',') == (i < 2);
		text += len + (text[len] == ',');
	}
	return good ? NULL : "must be RATE,BURST,AT_ONCE: numbers of "
	    "1..1000000 a second, 1..1000000 at once and 1..65535 under way";
}

/* "" or machines by commas, each a name or an address: what a port can follow. */
static const char *
pools_fault(const char *text)
{
	bool good = true;

	for (const char *at = text; good && *at != '\0'; at += *at == ',') {
		size_t len = strcspn(at, ","), name = strspn(at, LETTERS DIGITS
		    ".-"), v6 = at[0] == '[' ? 1 + strspn(at + 1, DIGITS
		    "abcdefABCDEF:.") : 0;

		good = len > 0 && (at[len] == '\0' || at[len + 1] != '\0') &&
		    (len == name || (v6 > 1 && at[v6] == ']' && len == v6 + 1));
		at += len;
	}
	return good ? NULL : "must be names or addresses of machines, without "
	    "ports, with commas between; of IPv6 in [ ]";
}

static const char *
form_fault(enum form form, const char *text)
{
	switch (form) {
	case FORM_HOSTS:
		return hosts_fault(text);
	case FORM_LISTEN:
		return addresses_fault(text);
	case FORM_SWITCH:
		return strcmp(text, "on") == 0 || strcmp(text, "off") == 0
		    ? NULL : "must be on or off";
	case FORM_PATH:
		return path_fault(text);
	case FORM_LOG:
		return log_fault(text);
	case FORM_NAME:
		return name_fault(text);
	case FORM_LIMIT:
		return limit_fault(text);
	case FORM_POOLS:
		return pools_fault(text);
	}
	return NULL;
}

/* Is the first name one that a browser can be sent to? */
static bool
leads_somewhere(const char *hosts)
{
	size_t len;

	hosts += strspn(hosts, " ");
	len = strcspn(hosts, " ");
	return hosts[0] != '.' && memchr(hosts, '*', len) == NULL &&
	    (len != 1 || hosts[0] != '_');
}

/*
 * Why two options don't go together, and one of them in *which; or NULL.  nginx
 * does not start, with all its sites, where it is to speak TLS without a
 * certificate.
 */
static const char *
pair_fault(const struct site *s, enum site_option *which)
{
	bool tls = site_option(s, SITE_CERTIFICATE)[0] != '\0';
	bool ssl = strstr(site_option(s, SITE_LISTEN), " ssl") != NULL;

	*which = SITE_CERTIFICATE;
	if (tls != (site_option(s, SITE_KEY)[0] != '\0'))
		return "needs --key, and --key needs it";
	if (tls && !ssl)
		return "needs ssl in --listen";
	*which = SITE_LISTEN;
	if (ssl && !tls)
		return "needs --certificate and --key where it has ssl";
	*which = SITE_HOST;
	return !tls || leads_somewhere(site_option(s, SITE_HOST)) ? NULL
	    : "must begin with a name without *, which port 80 leads to";
}

const char *
site_fault(const struct site *s, enum site_option *which)
{
	const char *fault;

	for (enum site_option i = 0; i < SITE_OPTIONS; i++) {
		*which = i;
		fault = form_fault(rows[i].form, site_option(s, i));
		if (fault != NULL)
			return fault;
	}
	return pair_fault(s, which);
}

/* ---- The head */

static void
head_line(struct buf *to, const char *dashes, const char *name,
    const char *value)
{
	buf_str(to, "# ");
	buf_str(to, dashes);
	buf_str(to, name);
	buf_str(to, value[0] != '\0' ? " = " : " =");
	buf_str(to, value);
	buf_char(to, '\n');
}

/* Without the ranking memcached and id don't matter, and are left empty. */
void
site_head(const struct ctx *ctx, const struct site *site, struct buf *to)
{
	const struct conf *c = ctx->conf;
	bool on = site_needs_id(ctx, site);
	char fresh[24], timeout[24];

	snprintf(fresh, sizeof fresh, "%lld", (long long)c->rank_fresh_s);
	snprintf(timeout, sizeof timeout, "%lld",
	    (long long)c->nginx_timeout_s);
	buf_str(to, SITE_MARK PACKAGE_VERSION "\n"
	    "# Make it anew instead of editing it: shopctl doctor compares.\n");
	head_line(to, "", "listen", c->listen);
	head_line(to, "", "listen_read", c->listen_read);
	head_line(to, "", "nginx_timeout_s", timeout);
	head_line(to, "", "rank_by_nginx", on ? "on" : "off");
	head_line(to, "", "rank_fresh_s", fresh);
	head_line(to, "", "memcached", on ? c->memcached : "");
	head_line(to, "", "id", on ? site->id : "");
	for (enum site_option i = 0; i < SITE_OPTIONS; i++)
		if (site->option[i] != NULL)
			head_line(to, "--", rows[i].name, site->option[i]);
	buf_char(to, '\n');
}

/* The value behind "# NAME = " if the line is such a one. */
static const char *
remembered_value(struct arena *a, const char *line, const char *dashes,
    const char *name)
{
	size_t len = strcspn(line, "\n"), dash = strlen(dashes);
	const char *end = line + len;

	line += 2 + dash;
	if (len < 2 + dash + strlen(name) + 2 ||
	    strncmp(line - dash, dashes, dash) != 0 ||
	    strncmp(line, name, strlen(name)) != 0)
		return NULL;
	line += strlen(name);
	if (strncmp(line, " =", 2) != 0)
		return NULL;
	line += 2 + (line[2] == ' ');
	return arena_copy(a, line, (size_t)(end - line));
}

static void
recall_line(struct arena *a, const char *line, struct site *s)
{
	const char *value;

	for (enum site_option i = 0; i < SITE_OPTIONS; i++)
		if ((value = remembered_value(a, line, "--", rows[i].name)) != NULL)
			s->option[i] = value;
	value = remembered_value(a, line, "", "id");
	if (value != NULL && value[0] != '\0' && s->id == NULL)
		s->id = value;
}

bool
site_recall(struct arena *a, const char *text, struct site *s,
    const char **version)
{
	const size_t mark = strlen(SITE_MARK);

	if (strncmp(text, SITE_MARK, mark) != 0)
		return false;
	*version = arena_copy(a, text + mark, strcspn(text + mark, "\n"));
	while (*text == '#') {
		recall_line(a, text, s);
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return *version != NULL;
}
