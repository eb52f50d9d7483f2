/* SPDX-License-Identifier: MIT */
/*
 * A whole request, from FastCGI's parameters (run/request) to the bytes and
 * the log line that come of it, over a fake database (fakes.h).  The input is
 *
 *	SCRIPT 0 (NAME 0 VALUE 0)... 0 BODY
 *
 * the script being the fakes'.  An HTTP_AUTHORIZATION that ends in "$T" ends
 * in a token of user 1 instead; a CONTENT_LENGTH "*" is the body's; with ARENA
 * the request has that many bytes of memory.
 */
#include "config.h"

#include "run/request.h"
#include "web/text.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/num.h"
#include "base/utf8.h"
#include "fakes.h"
#include "fuzz.h"

/* One request, instead of io/fcgi.c's. */
struct fcgi {
	const char *params;	/* names and values, an empty name ends them */
	const char *body;
	size_t body_len;
	const char *token;
	char authorization[TOKEN_BYTES_MAX];
	char length[24];
	bool tight;		/* has less memory than it may need */
	int finished, logged;
};

static struct fcgi *serving;

/* The nth of that name. */
static const char *
find_nth(const struct fcgi *f, const char *name, size_t n)
{
	const char *value, *at;

	for (at = f->params; *at != '\0'; at = value + strlen(value) + 1) {
		value = at + strlen(at) + 1;
		if (strcmp(at, name) == 0 && n-- == 0)
			return value;
	}
	return NULL;
}

static const char *
find(const struct fcgi *f, const char *name)
{
	return find_nth(f, name, 0);
}

const char *
fcgi_param_nth(const struct fcgi *f, const char *name, size_t n)
{
	return n == 0 ? fcgi_param(f, name) : find_nth(f, name, n);
}

const char *
fcgi_param(const struct fcgi *f, const char *name)
{
	const char *value = find(f, name);
	size_t len = value != NULL ? strlen(value) : 0;

	CHECK(f->finished == 0);
	if (strcmp(name, "CONTENT_LENGTH") == 0 && len == 1 && *value == '*')
		return f->length;
	if (strcmp(name, "HTTP_AUTHORIZATION") != 0 || len < 2 || len > 999 ||
	    strcmp(value + len - 2, "$T") != 0)
		return value;
	fakes_authorize();
	snprintf(serving->authorization, sizeof serving->authorization,
	    "%.*s%s", (int)len - 2, value, f->token);
	return f->authorization;
}

bool
fcgi_body(struct fcgi *f, char *to, size_t len)
{
	CHECK(len <= BODY_BYTES_MAX);
	memcpy(to, f->body, len < f->body_len ? len : f->body_len);
	return len == f->body_len;
}

bool
fcgi_body_all(struct fcgi *f, char *to, size_t max, size_t *len)
{
	CHECK(max == BODY_BYTES_MAX && f->body_len > 0);
	*len = f->body_len < max ? f->body_len : max;
	memcpy(to, f->body, *len);
	return f->body_len <= max;
}

/* ---- What was answered */

/* The value of a header, in a malloc; NULL where there is none. */
static char *
header(const char *head, const char *name)
{
	char start[64];
	const char *at;
	char *value;

	snprintf(start, sizeof start, "\r\n%s: ", name);
	if ((at = strstr(head, start)) == NULL)
		return NULL;
	at += strlen(start);
	CHECK(strstr(at, start) == NULL);
	CHECK((value = strndup(at, strcspn(at, "\r"))) != NULL);
	return value;
}

static bool
has(const char *head, const char *name, const char *wanted)
{
	char *value = header(head, name);
	bool equal = value != NULL && (wanted == NULL ||
	    strcmp(value, wanted) == 0);

	free(value);
	return equal;
}

/* "Name: value" CR LF, over and over, and an empty line; returns the status. */
static int
check_head(const char *head, size_t len)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ-";
	const char *line = head;
	size_t name, value;
	int status = 0;

	CHECK(strlen(head) == len);
	CHECK(len < HEADER_BYTES_MAX + 128);
	for (; *line != '\r'; line += name + value + 2) {
		name = strspn(line, letters);
		CHECK(name > 0 && strncmp(line + name, ": ", 2) == 0);
		for (value = 2; (unsigned char)line[name + value] >= ' ' &&
		    (unsigned char)line[name + value] < 0x7f; value++)
			continue;
		CHECK(strncmp(line + name + value, "\r\n", 2) == 0);
	}
	CHECK(strcmp(line, "\r\n") == 0);
	CHECK(sscanf(head, "Status: %d ", &status) == 1);
	return status;
}

static void
check_id(const char *head, char **id)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	CHECK((*id = header(head, "X-Request-Id")) != NULL);
	CHECK((*id)[0] != '\0' && strlen(*id) <= REQUEST_ID_BYTES_MAX);
	CHECK((*id)[strspn(*id, allowed)] == '\0');
}

static void
check_status(const char *head, int status)
{
	bool known = status == 201 || status == 304;

	for (int e = E_OK; e < E_COUNT; e++)
		known |= err_row((enum err)e)->status == status;
	CHECK(known);
	CHECK(status != 500 || fakes_excuse() || serving->tight);
	CHECK(status == 401 || !has(head, "WWW-Authenticate", NULL));
	CHECK(status != 401 || has(head, "WWW-Authenticate", NULL));
	CHECK((status == 405) == has(head, "Allow", NULL));
	CHECK(status != 503 || has(head, "Retry-After", NULL));
	CHECK(status != 201 || strstr(head, "\r\nCache-Control: no-store\r\n")
	    != NULL);
	CHECK(status == 304 || has(head, "Content-Type", status < 400
	    ? "application/json" : "application/problem+json"));
	CHECK(status != 304 || (has(head, "ETag", NULL) &&
	    !has(head, "Content-Type", NULL) &&
	    !has(head, "Content-Length", NULL)));
}

static const char *
member_text(const cJSON *problem, const char *name)
{
	const char *text = cJSON_GetStringValue(
	    cJSON_GetObjectItemCaseSensitive(problem, name));

	CHECK(text != NULL && text[0] != '\0');
	return text;
}

static void
check_faults(const cJSON *errors)
{
	const cJSON *one;

	CHECK(errors == NULL || cJSON_GetArraySize(errors) <= FAULTS_MAX);
	cJSON_ArrayForEach(one, errors) {
		member_text(one, "detail");
		member_text(one, "code");
		CHECK(cJSON_IsString(cJSON_GetObjectItemCaseSensitive(one,
		    "pointer")) != cJSON_IsString(
		    cJSON_GetObjectItemCaseSensitive(one, "parameter")));
	}
}

static void
check_problem(const cJSON *problem, int status, const char *id)
{
	const cJSON *told = cJSON_GetObjectItemCaseSensitive(problem,
	    "status");
	const char *code = member_text(problem, "code");
	const struct err_row *row = NULL;
	enum err is = E_OK;
	char type[64], instance[sizeof type + REQUEST_ID_BYTES_MAX + 1];

	for (int e = E_OK + 1; e < E_COUNT; e++)
		if (strcmp(err_row((enum err)e)->code, code) == 0)
			row = err_row(is = (enum err)e);
	CHECK(row != NULL && row->status == status);
	CHECK(cJSON_IsNumber(told) && told->valueint == status);
	snprintf(type, sizeof type, "/problems/%s", code);
	CHECK(strcmp(member_text(problem, "type"), type) == 0);
	CHECK(strcmp(member_text(problem, "title"), text_title(is)) == 0);
	CHECK(strcmp(member_text(problem, "requestId"), id) == 0);
	snprintf(instance, sizeof instance, "%s#%s", type, id);
	CHECK(strcmp(member_text(problem, "instance"), instance) == 0);
	CHECK(strcmp(member_text(problem, "detail"), text_title(is)) != 0);
	check_faults(cJSON_GetObjectItemCaseSensitive(problem, "errors"));
}

static void
check_body(const char *body, size_t len, int status, const char *id)
{
	char *text = strndup(body, len);
	cJSON *tree;

	CHECK(text != NULL && strlen(text) == len);
	CHECK(len <= RESPONSE_BYTES_MAX);
	CHECK(utf8_chars(text) >= 0);
	tree = cJSON_ParseWithOpts(text, NULL, 1);
	CHECK(cJSON_IsObject(tree));
	if (status >= 400)
		check_problem(tree, status, id);
	cJSON_Delete(tree);
	free(text);
}

/* Without memory there may be no id, and then nothing that has it. */
static bool
is_nameless(const char *head, const char *body, size_t len)
{
	static const char text[] = "{\"type\":\"/problems/internal\",";

	return !has(head, "X-Request-Id", NULL) &&
	    (len == 0 || strncmp(body, text, sizeof text - 1) == 0);
}

bool
fcgi_finish(struct fcgi *f, const char *head, size_t head_len,
    const char *body, size_t body_len)
{
	int status = check_head(head, head_len);
	const char *method = find(f, "REQUEST_METHOD");
	char length[24], *id;

	f->finished++;
	if (f->tight && status == 500 && is_nameless(head, body, body_len))
		return false;
	check_id(head, &id);
	check_status(head, status);
	if (status == 304) {
		CHECK(body_len == 0);
	} else if (method != NULL && strcmp(method, "HEAD") == 0) {
		CHECK(body_len == 0);
		CHECK(has(head, "Content-Length", NULL));
	} else {
		snprintf(length, sizeof length, "%zu", body_len);
		CHECK(has(head, "Content-Length", length));
		check_body(body, body_len, status, id);
	}
	free(id);
	return true;
}

/* ---- What was logged */

/* key=value with blanks between; a quoted value has its own escapes. */
static void
check_pairs(const char *at)
{
	while (*at != '\n') {
		size_t key = strspn(at, "abcdefghijklmnopqrstuvwxyz_");

		CHECK(key > 0 && at[key] == '=');
		at += key + 1;
		if (*at != '"') {
			at += strcspn(at, " \n");
		} else {
			for (at++; *at != '"'; at++) {
				CHECK((unsigned char)*at >= ' ');
				at += *at == '\\';
			}
			at++;
		}
		CHECK(*at == ' ' || *at == '\n');
		at += *at == ' ';
	}
	CHECK(strcmp(at, "\n") == 0);
}

ssize_t __real_write(int, const void *, size_t);
ssize_t __wrap_write(int, const void *, size_t);

/* The log's, while a request is served; libFuzzer writes as well. */
ssize_t
__wrap_write(int fd, const void *bytes, size_t len)
{
	char line[LOG_LINE_BYTES_MAX + 1];

	if (serving == NULL)
		return __real_write(fd, bytes, len);
	CHECK(fd == STDERR_FILENO);
	CHECK(len > 0 && len <= LOG_LINE_BYTES_MAX);
	memcpy(line, bytes, len);
	line[len] = '\0';
	CHECK(strlen(line) == len);
	check_pairs(line);
	CHECK(strstr(line, serving->token) == NULL);
	serving->logged += strstr(line, " event=request ") != NULL ||
	    strstr(line, " event=request\n") != NULL;
	return (ssize_t)len;
}

/* ---- One input */

static const char *
token(void)
{
	static char text[TOKEN_BYTES_MAX / 2];
	const char *made;

	if (text[0] == '\0') {
		CHECK(jwt_sign(jwt_keys_signer(fuzz_keys()), fuzz_conf(),
		    fuzz_arena(), FAKES_USER, FUZZ_NOW_S * 1000, 600, &made) ==
		    E_OK);
		snprintf(text, sizeof text, "%s", made);
		arena_reset(fuzz_arena());
	}
	return text;
}

/* The fakes have fuzz_arena() for themselves. */
static struct arena *
new_arena(struct fcgi *f)
{
	const char *room = find(f, "ARENA");
	int64_t bytes = ARENA_BYTES_MAX;
	struct arena *a;

	f->tight = room != NULL && num_parse(room, strlen(room), 0,
	    ARENA_BYTES_MAX, &bytes);
	CHECK((a = arena_new((size_t)bytes)) != NULL);
	return a;
}

static void
serve(struct fcgi *f)
{
	struct ctx ctx = { .conf = fuzz_conf(), .keys = fuzz_keys(),
	    .arena = new_arena(f), .db = fakes_db(),
	    .cache = fakes_cache() };

	serving = f;
	request_serve(&ctx, f);
	serving = NULL;
	arena_free(ctx.arena);
	arena_reset(fuzz_arena());
	CHECK(f->finished == 1);
	CHECK(f->logged == 1);
}

/* Behind the empty name that ends the parameters; text ends in three 0. */
static const char *
body_of(const char *params)
{
	while (*params != '\0') {
		params += strlen(params) + 1;
		params += strlen(params) + 1;
	}
	return params + 1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = calloc(1, len + 3), *script;
	struct fcgi f = { .token = token() };
	size_t script_len;

	CHECK(text != NULL);
	memcpy(text, data, len);
	script = text;
	script_len = strlen(script);
	f.params = text + (script_len < len ? script_len + 1 : script_len);
	f.body = body_of(f.params);
	if (f.body > text + len)
		f.body = text + len;
	f.body_len = (size_t)(text + len - f.body);
	snprintf(f.length, sizeof f.length, "%zu", f.body_len);
	fakes_reset((const uint8_t *)script, script_len);
	serve(&f);
	free(text);
	return 0;
}
