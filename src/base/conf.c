/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/num.h"

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
#define CONF_CHOICE(key, def, choices, help) \
	{ #key, KIND_CHOICE, offsetof(struct conf, key), def, 0, 15, choices, \
	    help },
#include "base/conf.def"
};

#define ROWS (sizeof rows / sizeof rows[0])

struct loading {
	struct conf *conf;
	const char *file;
	FILE *stream;
	char *why;
	bool bad;
};

static int64_t *
int_at(struct conf *c, const struct row *r)
{
	return (int64_t *)(void *)((char *)c + r->offset);
}

static bool
is_choice(const char *choices, const char *value)
{
	size_t len = strlen(value);
	const char *at;

	if (len == 0 || strchr(value, '|') != NULL)
		return false;
	for (at = choices; at != NULL; at = strchr(at, '|')) {
		at += *at == '|';
		if (strncmp(at, value, len) == 0 &&
		    (at[len] == '|' || at[len] == '\0'))
			return true;
	}
	return false;
}

static enum err
set(struct conf *c, const struct row *r, const char *value, char *why)
{
	size_t len = strlen(value);

	switch (r->kind) {
	case KIND_INT:
		if (num_parse(value, len, r->min, r->max, int_at(c, r)))
			return E_OK;
		snprintf(why, CONF_WHY_BYTES, "%s = %.64s: must be a number "
		    "of %" PRId64 "..%" PRId64 " %s", r->key, value, r->min,
		    r->max, r->unit);
		return E_INVALID_PARAMETER;
	case KIND_CHOICE:
		if (!is_choice(r->unit, value)) {
			snprintf(why, CONF_WHY_BYTES, "%s = %.64s: must be "
			    "one of %s", r->key, value, r->unit);
			return E_INVALID_PARAMETER;
		}
		break;
	case KIND_STR:
		if (len > (size_t)r->max) {
			snprintf(why, CONF_WHY_BYTES, "%s = %.64s...: must "
			    "have at most %" PRId64 " bytes", r->key, value,
			    r->max);
			return E_INVALID_PARAMETER;
		}
		break;
	}
	memcpy((char *)c + r->offset, value, len + 1);
	return E_OK;
}

static const struct row *
find(const char *key)
{
	for (size_t i = 0; i < ROWS; i++)
		if (strcmp(rows[i].key, key) == 0)
			return &rows[i];
	return NULL;
}

/* inih's handler: 1 goes on, 0 is counted as the line's error. */
static int
on_pair(void *user, const char *section, const char *key, const char *value)
{
	struct loading *l = user;
	const struct row *r = section[0] == '\0' ? find(key) : NULL;
	char why[CONF_WHY_BYTES];

	if (l->bad)
		return 1;
	if (r == NULL)
		snprintf(why, sizeof why, "%.64s: no such setting", key);
	else if (set(l->conf, r, value, why) == E_OK)
		return 1;
	snprintf(l->why, CONF_WHY_BYTES, "%.200s: %.300s", l->file, why);
	l->bad = true;
	return 0;
}

/*
 * inih's reader.  An indented line would replace the value before it, and
 * one longer than inih's buffer would be taken for two: neither gets there.
 */
static char *
read_line(char *to, int size, void *user)
{
	struct loading *l = user;
	size_t blanks, len;

	if (l->bad || fgets(to, size, l->stream) == NULL)
		return NULL;
	len = strlen(to);
	if (len + 1 == (size_t)size && to[len - 1] != '\n') {
		snprintf(l->why, CONF_WHY_BYTES, "%.200s: a line must have "
		    "fewer than %d bytes: %.64s...", l->file, size - 1, to);
		l->bad = true;
		return NULL;
	}
	blanks = strspn(to, " \t");
	memmove(to, to + blanks, len - blanks + 1);
	return to;
}

static enum err
load_file(struct conf *c, const char *file, char *why)
{
	struct loading l = { c, file, fopen(file, "re"), why, false };
	int line = 0, error = errno;

	if (l.stream != NULL) {
		line = ini_parse_stream(read_line, &l, on_pair, &l);
		error = ferror(l.stream) ? errno : 0;
		fclose(l.stream);
	}
	if (l.bad)
		return E_INVALID_PARAMETER;
	if (l.stream == NULL || error != 0)
		snprintf(why, CONF_WHY_BYTES, "%.200s: %s", file,
		    strerror(error));
	else if (line > 0)
		snprintf(why, CONF_WHY_BYTES, "%.200s:%d: not a key = value "
		    "line", file, line);
	else if (line < 0)
		snprintf(why, CONF_WHY_BYTES, "%.200s: out of memory", file);
	else
		return E_OK;
	return E_INVALID_PARAMETER;
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
	char inner[CONF_WHY_BYTES];
	const char *value;

	for (size_t i = 0; i < ROWS; i++) {
		if ((value = environment(&rows[i])) == NULL ||
		    set(c, &rows[i], value, inner) == E_OK)
			continue;
		snprintf(why, CONF_WHY_BYTES, "environment: %.400s", inner);
		return E_INVALID_PARAMETER;
	}
	return E_OK;
}

enum err
conf_load(struct conf *c, const char *file, char *why)
{
	enum err e;

	memset(c, 0, sizeof *c);
	for (size_t i = 0; i < ROWS; i++)
		if ((e = set(c, &rows[i], rows[i].def, why)) != E_OK)
			return e;
	if (file == NULL)
		file = getenv("SHOP_CONFIG");
	if (file == NULL && access(SHOP_CONFIG_FILE, F_OK) == 0)
		file = SHOP_CONFIG_FILE;
	if ((file != NULL && (e = load_file(c, file, why)) != E_OK) ||
	    (e = load_environment(c, why)) != E_OK)
		return e;
	/* Two shops of one database server don't meet in one account. */
	if (c->db_user[0] == '\0')
		snprintf(c->db_user, sizeof c->db_user, "%s_worker",
		    c->db_name);
	return E_OK;
}

/* What nginx can't check must come from nobody else, and in whole seconds. */
static enum err
check_rank(const struct conf *c, char *why)
{
	if (strcmp(c->rank_by_nginx, "on") != 0)
		return E_OK;
	if (c->memcached[0] == '/' && c->rank_fresh_s >= RANK_BY_NGINX_S_MIN)
		return E_OK;
	snprintf(why, CONF_WHY_BYTES, "rank_by_nginx = on: memcached (%.100s) "
	    "must be a socket's path, and rank_fresh_s (%" PRId64 ") %d or "
	    "more", c->memcached, c->rank_fresh_s, RANK_BY_NGINX_S_MIN);
	return E_INVALID_PARAMETER;
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
		snprintf(why, CONF_WHY_BYTES, "%s (%" PRId64 " ms) must be "
		    "shorter than %s (%" PRId64 " ms)", chain[i].key,
		    chain[i].ms, chain[i].longer, chain[i].longer_ms);
		return E_INVALID_PARAMETER;
	}
	return check_rank(c, why);
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

void
conf_print(const struct conf *c, FILE *out)
{
	for (size_t i = 0; i < ROWS; i++) {
		const char *at = (const char *)c + rows[i].offset;

		if (rows[i].kind == KIND_INT)
			fprintf(out, "%s = %" PRId64 "\n", rows[i].key,
			    *(const int64_t *)(const void *)at);
		else
			fprintf(out, "%s = %s\n", rows[i].key, at);
	}
}

/* All of fd, at most max bytes; -1 for an error, max + 1 for more. */
static ssize_t
read_all(int fd, char *to, size_t max)
{
	size_t len = 0;
	ssize_t n;

	do {
		n = read(fd, to + len, max + 1 - len);
		if (n < 0 && errno != EINTR)
			return -1;
		len += n > 0 ? (size_t)n : 0;
	} while (n != 0 && len <= max);
	return (ssize_t)len;
}

static const char *
read_octets(int fd, char *to, size_t max, size_t *len)
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) != 0)
		return strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "not a plain file";
	if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return "readable by others than its owner (chmod 600)";
	if ((n = read_all(fd, to, max)) < 0)
		return strerror(errno);
	if ((size_t)n > max)
		return "too long";
	to[n] = '\0';
	*len = (size_t)n;
	return n == 0 ? "empty" : NULL;
}

/* What is wrong with a file, whose bytes are wiped. */
static enum err
refuse(const char *path, const char *fault, char *bytes, size_t size,
    char *why)
{
	if (bytes != NULL)
		explicit_bzero(bytes, size);
	free(bytes);
	snprintf(why, CONF_WHY_BYTES, "%.300s: %s", path, fault);
	return E_INVALID_PARAMETER;
}

enum err
conf_read_octets(const char *path, size_t max, char **out, size_t *len,
    char *why)
{
	/* A FIFO's open() must not wait for its writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *bytes = calloc(1, max + 2);
	const char *fault = fd < 0 ? strerror(errno)
	    : bytes == NULL ? "out of memory"
	    : read_octets(fd, bytes, max, len);

	if (fd >= 0)
		close(fd);
	if (fault != NULL)
		return refuse(path, fault, bytes, max + 2, why);
	*out = bytes;
	return E_OK;
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
		return refuse(path, fault, text, max + 1, why);
	*out = text;
	*len = n;
	return E_OK;
}
