/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a JSON body (io/json, io/json_scan).  The first byte chooses
 * the table of fields: o, an order's; c, a charge's; any other, one that has
 * all there is.  What is accepted, cJSON must accept as well and read alike;
 * what was decoded is written, parsed and decoded again.
 */
#include "config.h"

#include "io/json.h"
#include "web/text.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "fuzz.h"

struct line {
	int64_t product_id, quantity;
};

struct all {
	int64_t n;
	const char *s;
	size_t lines;
	struct line *line;
};

#define INT(s, m, label, from, to) { .name = label, .type = JSON_INT, \
	.min = from, .max = to, .offset = offsetof(struct s, m) }
#define LINES(label, from, to, may) { .name = label, .type = JSON_LIST, \
	.min = from, .max = to, .offset = offsetof(struct all, line), \
	.optional = may, .count = offsetof(struct all, lines), \
	.fields = line_fields, .size = sizeof(struct line) }
#define END { .name = NULL }

static const struct json_field line_fields[] = {
	INT(line, product_id, "productId", 1, SAFE_INT_MAX),
	INT(line, quantity, "quantity", 1, QUANTITY_MAX),
	END
};

static const struct json_field order_fields[] = {
	LINES("items", 1, ORDER_LINES_MAX, false),
	END
};

static const struct json_field charge_fields[] = {
	INT(all, n, "amount", 1, CHARGE_MAX),
	END
};

static const struct json_field all_fields[] = {
	INT(all, n, "n", -SAFE_INT_MAX, SAFE_INT_MAX),
	{ .name = "s", .type = JSON_STR, .optional = true, .min = 2,
	    .max = 5, .offset = offsetof(struct all, s) },
	LINES("a/b~c", 0, 3, true),
	END
};

/* cJSON gives up on a number of over 63 characters; we do not. */
static bool
has_long_number(const char *text, size_t len)
{
	size_t run = 0;

	for (size_t i = 0; i < len && run < 63; i++)
		run = text[i] != '\0' && strchr("0123456789+-.eE", text[i])
		    != NULL ? run + 1 : 0;
	return run == 63;
}

/* A list of slashes and names, in which '~' stands before 0 or 1 alone. */
static void
check_fault(const struct fault *f)
{
	CHECK(f->form < FORM_COUNT);
	CHECK(text_fault(fuzz_arena(), f) != NULL);
	CHECK(f->pointer != NULL);
	CHECK(f->pointer[0] == '\0' || f->pointer[0] == '/');
	CHECK(utf8_chars(f->pointer) >= 0);
	for (const char *c = f->pointer; *c != '\0'; c++)
		CHECK(*c != '~' || c[1] == '0' || c[1] == '1');
}

static void
check_faults(const struct faults *f)
{
	CHECK(f->n <= FAULTS_MAX);
	CHECK(!f->more || f->n == FAULTS_MAX);
	for (size_t i = 0; i < f->n; i++)
		check_fault(&f->fault[i]);
}

static const cJSON *
get(const cJSON *from, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(from, name);
}

static void
check_int(const cJSON *from, const char *name, int64_t n, int64_t min,
    int64_t max)
{
	CHECK(n >= min && n <= max);
	CHECK(cJSON_IsNumber(get(from, name)));
	CHECK(get(from, name)->valuedouble == (double)n);
}

static void
check_lines(const cJSON *list, const struct all *all)
{
	const struct line *line = all->line;

	CHECK((size_t)cJSON_GetArraySize(list) == all->lines);
	for (size_t i = 0; i < all->lines; i++) {
		const cJSON *item = cJSON_GetArrayItem(list, (int)i);

		check_int(item, "productId", line[i].product_id, 1,
		    SAFE_INT_MAX);
		check_int(item, "quantity", line[i].quantity, 1,
		    QUANTITY_MAX);
	}
}

/* Against cJSON's reading of the text itself. */
static void
check_values(const cJSON *tree, const struct json_field *fields,
    const struct all *all)
{
	if (fields == order_fields) {
		CHECK(all->lines >= 1 && all->lines <= ORDER_LINES_MAX);
		check_lines(get(tree, "items"), all);
	} else if (fields == charge_fields) {
		check_int(tree, "amount", all->n, 1, CHARGE_MAX);
	} else {
		check_int(tree, "n", all->n, -SAFE_INT_MAX, SAFE_INT_MAX);
		CHECK((all->s != NULL) == (get(tree, "s") != NULL));
		CHECK(all->s == NULL || strcmp(all->s,
		    cJSON_GetStringValue(get(tree, "s"))) == 0);
		CHECK(all->s == NULL || (utf8_chars(all->s) >= 2 &&
		    utf8_chars(all->s) <= 5));
		check_lines(get(tree, "a/b~c"), all);
	}
}

/* What was decoded, as a text again. */
static const struct json *
rewrite(const struct json_field *fields, const struct all *all)
{
	const struct json *json;
	struct json_writer w;
	const char *text;
	size_t len;

	json_begin(&w, fuzz_arena());
	json_fields(&w, NULL, fields, all);
	CHECK(json_end(&w, &text, &len) == E_OK);
	CHECK(strlen(text) == len);
	CHECK(json_parse(fuzz_arena(), text, len, &json) == E_OK);
	return json;
}

static void
check_again(const struct json_field *fields, const struct all *all)
{
	const struct json *json = rewrite(fields, all);
	struct faults faults = { 0 };
	struct all again = { 0 };
	const void *a, *b;
	size_t a_len, b_len;

	CHECK(json_decode(fuzz_arena(), json, fields, &again, &faults)
	    == E_OK);
	CHECK(again.n == all->n && again.lines == all->lines);
	CHECK(all->lines == 0 || memcmp(again.line, all->line,
	    all->lines * sizeof(struct line)) == 0);
	CHECK(all->s == NULL || strcmp(again.s, all->s) == 0);
	CHECK(json_values(fuzz_arena(), fields, all, &a, &a_len) &&
	    json_values(fuzz_arena(), fields, &again, &b, &b_len));
	CHECK(a_len == b_len && memcmp(a, b, a_len) == 0);
}

static void
check_decode(const struct json *json, const cJSON *tree,
    const struct json_field *fields)
{
	struct faults faults = { 0 };
	struct all all = { 0 };
	enum err e = json_decode(fuzz_arena(), json, fields, &all, &faults);

	check_faults(&faults);
	CHECK(e == E_OK || e == E_VALIDATION_FAILED);
	CHECK((e == E_OK) == (faults.n == 0));
	if (e != E_OK)
		return;
	if (tree != NULL)
		check_values(tree, fields, &all);
	check_again(fields, &all);
}

static void
check(const char *text, size_t len, const struct json_field *fields)
{
	const struct json *json = NULL;
	enum err e = json_parse(fuzz_arena(), text, len, &json);
	const char *end = text;
	cJSON *tree;

	CHECK(e == E_OK || e == E_MALFORMED_JSON);
	if (e != E_OK)
		return;
	tree = cJSON_ParseWithLengthOpts(text, len, &end, 0);
	CHECK(tree != NULL || has_long_number(text, len));
	while (tree != NULL && end < text + len && strchr(" \t\r\n", *end)
	    != NULL)
		end++;
	CHECK(tree == NULL || end == text + len);
	check_decode(json, tree, fields);
	cJSON_Delete(tree);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text;

	if (len == 0)
		return 0;
	/* Of exactly its size, so that a sanitizer sees a read past it. */
	CHECK((text = malloc(len - 1 + (len == 1))) != NULL);
	memcpy(text, data + 1, len - 1);
	check(text, len - 1, data[0] == 'o' ? order_fields
	    : data[0] == 'c' ? charge_fields : all_fields);
	free(text);
	arena_reset(fuzz_arena());
	return 0;
}
