/* SPDX-License-Identifier: MIT */
/* Does nginx's site file agree with our settings and limits? */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/file.h"
#include "base/limits.h"
#include "ops/doctor_part.h"
#include "shop/identity.h"

#define WORD_BYTES 64

enum token { TOKEN_WORD, TOKEN_END_OF_DIRECTIVE, TOKEN_END };

struct site {
	const char *at;			/* in the file's text */
	char name[WORD_BYTES], value[WORD_BYTES];
	bool has_timeout, has_size, has_reads;
	struct faults faults;
};

static const char *
skip_blanks(const char *at)
{
	for (;;) {
		at += strspn(at, " \t\r\n");
		if (*at != '#')
			return at;
		at += strcspn(at, "\n");
	}
}

/* One word; of a long one the beginning, which is no word we look for. */
static void
take_word(struct site *s, char *word)
{
	const char quote = *s->at == '"' || *s->at == '\'' ? *s->at++ : '\0';
	size_t len = 0;

	for (; *s->at != '\0'; s->at++) {
		if (quote != '\0' ? *s->at == quote
		    : strchr(" \t\r\n;{}", *s->at) != NULL &&
		    !(*s->at == '{' && s->at[-1] == '$'))
			break;
		if (*s->at == '\\' && s->at[1] != '\0')
			s->at++;
		if (len < WORD_BYTES - 1)
			word[len++] = *s->at;
	}
	word[len] = '\0';
	if (quote != '\0' && *s->at == quote)
		s->at++;
}

static enum token
next_token(struct site *s, char *word)
{
	s->at = skip_blanks(s->at);
	if (*s->at == '\0')
		return TOKEN_END;
	if (strchr(";{}", *s->at) != NULL) {
		s->at++;
		return TOKEN_END_OF_DIRECTIVE;
	}
	take_word(s, word);
	return TOKEN_WORD;
}

/* The next directive's name and first word; false at the end. */
static bool
next_directive(struct site *s)
{
	char word[WORD_BYTES];
	enum token t;
	int n = 0;

	s->name[0] = s->value[0] = '\0';
	while ((t = next_token(s, word)) == TOKEN_WORD) {
		if (n < 2)
			memcpy(n == 0 ? s->name : s->value, word, sizeof word);
		n++;
	}
	return t != TOKEN_END;
}

/* "1m30s" or "64k" as a number of the smallest unit; -1 for what is none. */
static int64_t
number(const char *text, const char *const *unit, const int64_t *factor)
{
	int64_t sum = 0, n;
	size_t len, i;
	char *end;

	do {
		if (*text < '0' || *text > '9')
			return -1;
		n = strtoll(text, &end, 10);
		len = strspn(end, "abcdefghijklmnopqrstuvwxyz"
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
		for (i = 0; unit[i] != NULL; i++)
			if (strlen(unit[i]) == len &&
			    strncmp(unit[i], end, len) == 0)
				break;
		if (unit[i] == NULL || n > INT32_MAX)
			return -1;
		sum += n * factor[i];
		text = end + len;
	} while (*text != '\0');
	return sum;
}

static int64_t
time_ms(const char *text)
{
	static const char *const unit[] = { "ms", "s", "", "m", "h", NULL };
	static const int64_t factor[] = { 1, 1000, 1000, 60000, 3600000 };

	return number(text, unit, factor);
}

static int64_t
size_bytes(const char *text)
{
	static const char *const unit[] = { "", "k", "K", "m", "M", NULL };
	static const int64_t factor[] = { 1, 1024, 1024, 1 << 20, 1 << 20 };

	return number(text, unit, factor);
}

/* With another key nginx never finds this shop's ranking, or tells another's. */
static void
judge_rank_key(struct doctor *d, struct site *s)
{
	const char *id = identity_get(d->ctx);
	const char *key = id == NULL ? NULL
	    : arena_printf(d->ctx->arena, "shop:%s:top", id);

	if (s->value[0] != '\0' && key != NULL && strcmp(s->value, key) != 0)
		doctor_add(d, &s->faults, "the ranking's key is %s instead "
		    "of %s", s->value, key);
}

static void
judge(struct doctor *d, struct site *s)
{
	const struct conf *c = d->ctx->conf;

	if (strcmp(s->name, "fastcgi_read_timeout") == 0) {
		s->has_timeout = true;
		if (time_ms(s->value) != c->nginx_timeout_s * 1000)
			doctor_add(d, &s->faults, "fastcgi_read_timeout is "
			    "%s, nginx_timeout_s %" PRId64, s->value,
			    c->nginx_timeout_s);
	} else if (strcmp(s->name, "client_max_body_size") == 0) {
		s->has_size = true;
		if (size_bytes(s->value) != BODY_BYTES_MAX)
			doctor_add(d, &s->faults, "client_max_body_size is "
			    "%s instead of %d", s->value, BODY_BYTES_MAX);
	} else if (strcmp(s->name, "fastcgi_keep_conn") == 0 &&
	    strcmp(s->value, "off") != 0)
		doctor_add(d, &s->faults, "fastcgi_keep_conn is %s: an idle "
		    "connection holds a worker", s->value);
	else if (strcmp(s->name, "server") == 0)
		s->has_reads |= strncmp(s->value, c->listen_read,
		    WORD_BYTES - 1) == 0;
	else if (strcmp(s->name, "/v1/products/top") == 0)
		judge_rank_key(d, s);
}

bool
doctor_nginx(struct doctor *d)
{
	const struct conf *c = d->ctx->conf;
	int64_t longest_ms = c->request_deadline_ms +
	    c->db_read_timeout_s * 1000;
	struct site s = { 0 };

	if (c->nginx_conf[0] == '\0')
		return true;
	if ((s.at = file_read(d->ctx->arena, c->nginx_conf)) == NULL)
		return doctor_bad(d, "set nginx_conf right", "%s: %s",
		    c->nginx_conf, strerror(errno));
	while (next_directive(&s))
		judge(d, &s);
	if (!s.has_timeout)
		doctor_add(d, &s.faults, "fastcgi_read_timeout is not set");
	if (!s.has_size)
		doctor_add(d, &s.faults, "client_max_body_size is not set");
	/* Of a port nginx may know another name. */
	if (strncmp(c->listen_read, "unix:", 5) == 0 && !s.has_reads)
		doctor_add(d, &s.faults, "no server is %s (listen_read): "
		    "reads wait behind writes", c->listen_read);
	if (c->nginx_timeout_s * 1000 <= longest_ms)
		doctor_add(d, &s.faults, "nginx_timeout_s is %" PRId64 ", but "
		    "request_deadline_ms and db_read_timeout_s together %"
		    PRId64 " ms", c->nginx_timeout_s, longest_ms);
	return s.faults.n == 0 || doctor_bad(d, arena_printf(d->ctx->arena,
	    "set it right in %s and reload nginx", c->nginx_conf), "%s",
	    s.faults.text);
}
