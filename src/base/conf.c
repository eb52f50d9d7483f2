/* SPDX-License-Identifier: MIT */
/* conf.def as a table of rows, and a struct conf that is filled by it. */
#include "config.h"

#include "base/conf.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/conf_file.h"
#include "base/limits.h"
#include "base/num.h"
#include "base/origin.h"
#include "base/place.h"
#include "base/snapshot.h"
#include "paths.h"

enum kind { KIND_INT, KIND_STR, KIND_CHOICE };

struct row {
	const char *key;
	enum kind kind;
	size_t offset;		/* in struct conf */
	const char *def;
	int64_t min, max;	/* of an integer; max bytes of a text */
	const char *unit;	/* of an integer; the choices of a choice */
	const char *help;
};

static const struct row rows[] = {
#define CONF_INT(key, def, min, max, unit, help) \
	{ #key, KIND_INT, offsetof(struct conf, key), #def, min, max, unit, \
	    help },
#define CONF_STR(key, def, longest, help) \
	{ #key, KIND_STR, offsetof(struct conf, key), def, 0, longest, NULL, \
	    help },
#define CONF_CHOICE(key, def, choices, help, ...) \
	{ #key, KIND_CHOICE, offsetof(struct conf, key), def, 0, 0, choices, \
	    help },
#include "base/conf.def"
};

#define ROWS (sizeof rows / sizeof rows[0])

struct loading {
	struct conf *conf;
	int line[ROWS];		/* of the file, that sets it; 0: none */
};

static int64_t *
int_at(struct conf *c, const struct row *r)
{
	return (int64_t *)(void *)((char *)c + r->offset);
}

static int *
choice_at(struct conf *c, const struct row *r)
{
	return (int *)(void *)((char *)c + r->offset);
}

/* The place of a word among those with | between; -1: it is none of them. */
static int
place_of(const char *choices, const char *value)
{
	size_t len = strlen(value);
	int place = 0;

	for (const char *at = choices; at != NULL; at = strchr(at, '|')) {
		at += *at == '|';
		if (len > 0 && strcspn(at, "|") == len &&
		    strncmp(at, value, len) == 0)
			return place;
		place++;
	}
	return -1;
}

static enum err
set_value(struct conf *c, const struct row *r, const char *value, char *why)
{
	size_t len = strlen(value);

	switch (r->kind) {
	case KIND_INT:
		if (num_parse(value, len, r->min, r->max, int_at(c, r)))
			return E_OK;
		why_say(why, "%s = %.64s: must be a number "
		    "of %" PRId64 "..%" PRId64 " %s", r->key, value, r->min,
		    r->max, r->unit);
		return E_CONFIG;
	case KIND_CHOICE:
		*choice_at(c, r) = place_of(r->unit, value);
		if (*choice_at(c, r) < 0) {
			why_say(why, "%s = %.64s: must be "
			    "one of %s", r->key, value, r->unit);
			return E_CONFIG;
		}
		return E_OK;
	case KIND_STR:
		if (len > (size_t)r->max) {
			why_say(why, "%s = %.64s...: must "
			    "have at most %" PRId64 " bytes", r->key, value,
			    r->max);
			return E_CONFIG;
		}
		break;
	}
	memcpy((char *)c + r->offset, value, len + 1);
	return E_OK;
}

static const struct row *
find_setting(const char *key)
{
	for (size_t i = 0; i < ROWS; i++)
		if (strcmp(rows[i].key, key) == 0)
			return &rows[i];
	return NULL;
}

static enum err
on_pair(void *user, const struct conf_pair *pair, char *why)
{
	struct loading *l = user;
	const struct row *r = find_setting(pair->key);
	enum err e;
	int *line;

	if (r == NULL) {
		why_say(why, "%.64s: no such setting",
		    pair->key);
		return E_CONFIG;
	}
	if ((e = set_value(l->conf, r, pair->value, why)) != E_OK)
		return e;
	line = &l->line[r - rows];
	if (*line != 0) {
		why_say(why, "%s: set before, in line %d",
		    r->key, *line);
		return E_CONFIG;
	}
	*line = pair->line;
	return E_OK;
}

static enum err
load_file(struct conf *c, const char *file, char *why)
{
	struct loading l = { .conf = c };

	if (file[0] == '\0') {
		why_say(why, "the settings file's name "
		    "(--config, SHOP_CONFIG) is empty");
		return E_CONFIG;
	}
	if (strlen(file) >= sizeof c->settings_file) {
		why_say(why, "%.64s...: too long a name",
		    file);
		return E_CONFIG;
	}
	memcpy(c->settings_file, file, strlen(file) + 1);
	return conf_file_read(file, on_pair, &l, why);
}

/* SHOP_ and the key in capitals. */
static const char *
environment(const struct row *r)
{
	char name[64] = "SHOP_";
	size_t i, at = strlen(name);

	for (i = 0; r->key[i] != '\0' && at + i + 1 < sizeof name; i++)
		name[at + i] = r->key[i] >= 'a' && r->key[i] <= 'z'
		    ? (char)(r->key[i] - 'a' + 'A') : r->key[i];
	return getenv(name);
}

static enum err
load_environment(struct conf *c, char *why)
{
	char inner[WHY_BYTES];
	const char *value;

	for (size_t i = 0; i < ROWS; i++) {
		if ((value = environment(&rows[i])) == NULL)
			continue;
		c->from_environment++;
		if (conf_text_fault(value) != NULL)
			snprintf(inner, sizeof inner, "%s: %s", rows[i].key,
			    conf_text_fault(value));
		else if (set_value(c, &rows[i], value, inner) == E_OK)
			continue;
		why_say(why, "environment: %.400s", inner);
		return E_CONFIG;
	}
	return E_OK;
}

enum err
conf_load(struct conf *c, const char *file, char *why)
{
	enum err e;

	memset(c, 0, sizeof *c);
	for (size_t i = 0; i < ROWS; i++)
		if ((e = set_value(c, &rows[i], rows[i].def, why)) != E_OK)
			return e;
	if (file == NULL)
		file = getenv("SHOP_CONFIG");
	if (file == NULL && snapshot_exists(SHOP_CONFIG_FILE))
		file = SHOP_CONFIG_FILE;
	if ((file != NULL && (e = load_file(c, file, why)) != E_OK) ||
	    (e = load_environment(c, why)) != E_OK)
		return e;
	/* Keeps two shops on one database server from sharing an account. */
	if (c->db_user[0] == '\0')
		snprintf(c->db_user, sizeof c->db_user, "%s_worker",
		    c->db_name);
	return E_OK;
}

/*
 * nginx can't check the copy that it takes from memcached: only a unix socket
 * keeps strangers from writing it.  Ages are halved there, in whole seconds
 * (web/h_rank.c).
 */
static enum err
check_rank(const struct conf *c, char *why)
{
	if (c->rank_by_nginx != RANK_BY_NGINX)
		return E_OK;
	if (c->memcached[0] == '/' && c->rank_fresh_s >= RANK_BY_NGINX_S_MIN)
		return E_OK;
	why_say(why, "rank_by_nginx = on: memcached (%.100s) "
	    "must be a socket's path, and rank_fresh_s (%" PRId64 ") %d or "
	    "more", c->memcached, c->rank_fresh_s, RANK_BY_NGINX_S_MIN);
	return E_CONFIG;
}

int64_t
conf_workers(const struct conf *c)
{
	return c->workers + (c->listen_read[0] != '\0' ? c->workers_read : 0);
}

static enum err
check_pool(const struct conf *c, char *why)
{
	if (c->listen_read[0] != '\0' && strcmp(c->listen_read, c->listen) == 0)
		why_say(why, "listen_read (%s) must be "
		    "another one than listen", c->listen_read);
	else if (conf_workers(c) > WORKERS_MAX)
		why_say(why, "workers (%" PRId64 ") and "
		    "workers_read (%" PRId64 ") together must be %d at most",
		    c->workers, c->workers_read, WORKERS_MAX);
	else
		return E_OK;
	return E_CONFIG;
}

/* One who can make grants could make tokens else, and the other way round. */
static enum err
check_grants(const struct conf *c, char *why)
{
	if (c->charge_by != CHARGE_BY_GRANT ||
	    strcmp(c->grant_key_dir, c->jwt_key_dir) != 0)
		return E_OK;
	why_say(why, "grant_key_dir (%.200s) must be a directory of its own, "
	    "and not jwt_key_dir", c->grant_key_dir);
	return E_CONFIG;
}

bool
conf_word(const char **list, const char **word, size_t *len)
{
	*word = *list + strspn(*list, " \t");
	*len = strcspn(*word, " \t");
	*list = *word + *len;
	return *len > 0;
}

/* Each word of a list, by what says why one can't be. */
static enum err
check_words(const char *key, const char *list,
    const char *(*fault_of)(const char *, size_t), char *why)
{
	const char *word, *fault;
	size_t len;

	while (conf_word(&list, &word, &len))
		if ((fault = fault_of(word, len)) != NULL) {
			why_say(why, "%s: %.*s must %s", key,
			    len < 200 ? (int)len : 200, word, fault);
			return E_CONFIG;
		}
	return E_OK;
}

enum err
conf_check(const struct conf *c, char *why)
{
	const struct {
		const char *key, *longer;
		int64_t ms, longer_ms;
	} chain[] = {
		{ "db_lock_wait_s", "db_read_timeout_s",
		    c->db_lock_wait_s * 1000, c->db_read_timeout_s * 1000 },
		{ "db_read_timeout_s", "request_deadline_ms",
		    c->db_read_timeout_s * 1000, c->request_deadline_ms },
		{ "db_connect_timeout_s + db_read_timeout_s",
		    "request_deadline_ms", (c->db_connect_timeout_s +
		    c->db_read_timeout_s) * 1000, c->request_deadline_ms },
		{ "request_deadline_ms", "nginx_timeout_s",
		    c->request_deadline_ms, c->nginx_timeout_s * 1000 },
		{ "nginx_timeout_s", "stuck_timeout_ms",
		    c->nginx_timeout_s * 1000, c->stuck_timeout_ms },
	};

	for (size_t i = 0; i < sizeof chain / sizeof chain[0]; i++) {
		if (chain[i].ms < chain[i].longer_ms)
			continue;
		why_say(why, "%s (%" PRId64 " ms) must be "
		    "shorter than %s (%" PRId64 " ms)", chain[i].key,
		    chain[i].ms, chain[i].longer, chain[i].longer_ms);
		return E_CONFIG;
	}
	/* A browser's word is compared with origins as they are. */
	return places_check(c, why) != E_OK || check_pool(c, why) != E_OK ||
	    check_grants(c, why) != E_OK ||
	    check_words("cors_origins", c->cors_origins, origin_fault, why)
	    != E_OK || check_words("image_origins", c->image_origins,
	    origin_fault, why) != E_OK || check_words("metrics_allow",
	    c->metrics_allow, address_fault, why) != E_OK
	    ? E_CONFIG : check_rank(c, why);
}

void
conf_print_help(FILE *out)
{
	for (size_t i = 0; i < ROWS; i++) {
		const struct row *r = &rows[i];

		fprintf(out, "  %-22s ", r->key);
		switch (r->kind) {
		case KIND_INT:
			fprintf(out, "%s (%" PRId64 "..%" PRId64 " %s)",
			    r->def, r->min, r->max, r->unit);
			break;
		case KIND_CHOICE:
			fprintf(out, "%s (%s)", r->def, r->unit);
			break;
		case KIND_STR:
			fprintf(out, "%s", r->def[0] != '\0' ? r->def : "-");
			break;
		}
		fprintf(out, "\n%25s%s\n", "", r->help);
	}
}

/* A choice by its word. */
static void
print_choice(const char *choices, int place, FILE *out)
{
	for (; place > 0; place--)
		choices = strchr(choices, '|') + 1;
	fprintf(out, "%.*s", (int)strcspn(choices, "|"), choices);
}

void
conf_print(const struct conf *c, FILE *out)
{
	fprintf(out, "# %s\n", conf_source(c));
	for (size_t i = 0; i < ROWS; i++) {
		const void *at = (const char *)c + rows[i].offset;

		fprintf(out, "%s = ", rows[i].key);
		switch (rows[i].kind) {
		case KIND_INT:
			fprintf(out, "%" PRId64, *(const int64_t *)at);
			break;
		case KIND_CHOICE:
			print_choice(rows[i].unit, *(const int *)at, out);
			break;
		case KIND_STR:
			fputs(at, out);
			break;
		}
		fputc('\n', out);
	}
}

const char *
conf_source(const struct conf *c)
{
	return c->settings_file[0] != '\0' ? c->settings_file
	    : "no settings file: " SHOP_CONFIG_FILE " is not there";
}

/* Says what is wrong with the file, and wipes and frees its bytes. */
static enum err
refuse_secret(const char *path, const char *fault, char *bytes, size_t size,
    char *why)
{
	explicit_bzero(bytes, size);
	free(bytes);
	why_say(why, "%.300s: %s", path, fault);
	return E_CONFIG;
}

enum err
conf_read_octets(const char *path, size_t max, char **out, size_t *len,
    char *why)
{
	enum err e = snapshot_read(path, SNAPSHOT_SECRET, max, out, len, why);

	if (e == E_OK && *len == 0)
		return refuse_secret(path, "empty", *out, max, why);
	return e;
}

enum err
conf_read_secret(const char *path, size_t max, char **out, size_t *len,
    char *why)
{
	const char *fault = NULL;
	char *text = NULL;
	size_t n = 0;
	/* One byte more than max, for the newline. */
	enum err e = conf_read_octets(path, max + 1, &text, &n, why);

	if (e != E_OK)
		return e;
	if (n > 0 && text[n - 1] == '\n')
		text[--n] = '\0';
	if (n > max)
		fault = "too long";
	else if (n == 0)
		fault = "empty";
	else if (strlen(text) != n)
		fault = "holds a zero byte";
	if (fault != NULL)
		return refuse_secret(path, fault, text, max + 1, why);
	*out = text;
	*len = n;
	return E_OK;
}
