/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "fakes.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "base/num.h"
#include "fuzz.h"
#include "io/cache.h"
#include "io/db.h"
#include "shop/sql.h"
#include "web/seal.h"

#define LINE_BYTES 23	/* of order_buy's lines: 16, 4 and 3 digits */
#define TIME "2026-01-31 12:34:56.789"

struct db {
	bool connected;
};

/* C wants a member. */
struct cache {
	/* cppcheck-suppress unusedStructMember */
	char unused;
};

/* Names as they may stand in the tables: all that JSON must escape, too. */
static const char *const names[] = {
	"", "Mug", "\"quoted\\\"", "</script>", "\x01\x1f\x7f\t\n\r",
	"\xe3\x82\xb3\xe3\x83\xbc\xe3\x83\x92\xe3\x83\xbc",
	"\xf0\x9f\x98\x80 \xf4\x8f\xbf\xbf", "\xc2\x80\xe2\x80\xa8",
	("0123456789012345678901234567890123456789012345678901234567890123"
	"\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02"),
};

static const int64_t numbers[] = { 0, 1, 2, 1000, SAFE_INT_MAX };

static struct {
	const uint8_t *script;
	size_t len, at;
	int64_t clock_us;
	bool authorized, excuse;
	struct db db;
	struct cache cache;
} fake;

void
fakes_reset(const uint8_t *script, size_t len)
{
	memset(&fake, 0, sizeof fake);
	fake.script = script;
	fake.len = len;
}

void
fakes_authorize(void)
{
	fake.authorized = true;
}

bool
fakes_excuse(void)
{
	return fake.excuse;
}

struct db *
fakes_db(void)
{
	return &fake.db;
}

struct cache *
fakes_cache(void)
{
	return &fake.cache;
}

/* The clock: it stands still but for what the fakes take. */
int64_t __wrap_num_monotonic_us(void);
int64_t __wrap_num_now_ms(void);
int __wrap_nanosleep(const struct timespec *, struct timespec *);

int64_t
__wrap_num_monotonic_us(void)
{
	return INT64_C(1000000000000) + fake.clock_us;
}

int64_t
__wrap_num_now_ms(void)
{
	return FUZZ_NOW_S * 1000 + fake.clock_us / 1000;
}

int
__wrap_nanosleep(const struct timespec *t, struct timespec *left)
{
	(void)left;
	fake.clock_us += t->tv_sec * 1000000 + t->tv_nsec / 1000;
	return 0;
}

static unsigned
next(void)
{
	unsigned byte = fake.at < fake.len ? fake.script[fake.at++] : 0;

	fake.clock_us += (byte & 0x80) != 0 ? 3000000 : 1000;
	return byte & 0x7f;
}

/* ---- The database */

bool
db_connected(const struct db *db)
{
	return db->connected;
}

/* There is no replica. */
bool
db_is_near(const struct db *db)
{
	(void)db;
	return false;
}

bool
db_is_patient(const struct db *db)
{
	(void)db;
	return false;
}

void
db_pass_over(struct db *db)
{
	(void)db;
}

/* db_run() finds out what is wrong. */
enum db_class
db_connect(struct db *db)
{
	(void)db;
	return DB_OK;
}

/* Any will do: which of them a class comes with is not looked at. */
unsigned
db_error_number(const struct db *db)
{
	static const unsigned known[] = { 0, 1290, 1305, 1318, 1449, 2013 };

	(void)db;
	return known[fake.at % (sizeof known / sizeof known[0])];
}

void
db_release(struct db *db)
{
	db->connected = false;
}

const struct db_cell *
db_at(const struct db_result *r, size_t row, size_t col)
{
	CHECK(row < r->rows && col < r->cols);
	return &r->cell[row * r->cols + col];
}

/* Cells by a format: i is a number, s the next of the texts. */
static void
put_row(struct db_result *r, const char *format, unsigned vary,
    const char *const *text)
{
	struct db_cell *cell = r->cell + r->rows * r->cols;

	for (; *format != '\0'; format++, cell++, vary++) {
		if (*format == 't') {
			cell->s = TIME;
			cell->len = strlen(TIME);
			continue;
		}
		if (*format == 'i') {
			cell->i = numbers[vary % (sizeof numbers /
			    sizeof numbers[0])];
			continue;
		}
		cell->s = *text++;
		cell->null = cell->s == NULL;
		cell->len = cell->s != NULL ? strlen(cell->s) : 0;
	}
	r->rows++;
}

static void
put_rows(struct db_result *r, size_t rows, const char *format, unsigned vary,
    const char *const *text)
{
	r->cols = strlen(format);
	r->cell = arena_alloc(fuzz_arena(),
	    (rows + 1) * r->cols * sizeof *r->cell);
	CHECK(r->cell != NULL);
	for (size_t i = 0; i < rows; i++)
		put_row(r, format, vary + (unsigned)i, text);
}

static const char *
name_of(unsigned vary)
{
	return names[vary % (sizeof names / sizeof names[0])];
}

/* "PLACE:AVAILABLE " for some of the lines that were asked. */
static const char *
short_lines(const struct db_arg *arg, unsigned vary)
{
	size_t n = arg[6].len > 0 ? arg[6].len / LINE_BYTES : 1, room = n * 24 + 1, len = 0;
	char *text = arena_alloc(fuzz_arena(), room);

	CHECK(text != NULL);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || (i * 7 + vary) % 3 == 0)
			len += (size_t)snprintf(text + len, room - len,
			    "%zu:%" PRId64 " ", n - 1 - i,
			    numbers[(vary + i) % 4]);
	return text;
}

/* What a routine says: 'ok', 'replayed', or why not. */
static const char *
code_of(unsigned vary)
{
	static const char *const codes[] = { "ok", "replayed",
	    "unknown_user", "product_not_found", "insufficient_points",
	    "insufficient_stock", "validation_failed",
	    "idempotency_key_reused", "idempotency_in_progress", "internal",
	    "no such code", NULL };

	return codes[vary % (sizeof codes / sizeof codes[0])];
}

/* A shape of the statement's columns in sql.def, from 0. */
static const char *
shape_of(enum sql sql, int n)
{
	static char shape[64];
	const char *from = sql_table[sql].columns;

	for (; n > 0 && strchr(from, '|') != NULL; n--)
		from = strchr(from, '|') + 1;
	snprintf(shape, sizeof shape, "%.*s", (int)strcspn(from, "|"), from);
	return shape;
}

/* The lines of a cart as order_buy's, should a refusal tell them. */
static const char *
asked_lines(const struct db_arg *arg)
{
	char *text = arena_alloc(fuzz_arena(), arg[6].len + LINE_BYTES + 1);

	CHECK(text != NULL);
	if (arg[6].len > 0)
		memcpy(text, arg[6].bytes, arg[6].len);
	else
		memcpy(text, "00000000000000070002000", LINE_BYTES);
	return text;
}

static void
put_write(enum sql sql, const struct db_arg *arg, unsigned vary,
    struct db_result *r)
{
	const char *code = code_of(vary);
	bool failed = (vary & 16) != 0;
	const char *order[] = { code, "paid", failed ? "failed" : "approved",
	    name_of(vary) };
	const char *others[] = { code, name_of(vary), name_of(vary + 1),
	    name_of(vary + 2) };
	const char *refused[] = { code, NULL, NULL, NULL };
	bool done = code != NULL && (strcmp(code, "ok") == 0 ||
	    strcmp(code, "replayed") == 0);
	bool is_order = sql == SQL_BUY || sql == SQL_CANCEL ||
	    sql == SQL_FULFIL;

	/* A routine waits for its key before it says this. */
	if (code != NULL && strcmp(code, "idempotency_in_progress") == 0)
		fake.clock_us += 1000000;
	/* What they never say, and we must survive. */
	fake.excuse |= vary % 12 >= 9;
	if (sql == SQL_BUY && !done) {
		refused[1] = short_lines(arg, vary);
		refused[2] = asked_lines(arg);
	}
	if (done)
		put_rows(r, is_order ? 1 + vary % 5 : 1, shape_of(sql, 0),
		    vary, is_order ? order : others);
	else
		put_rows(r, code == NULL ? 0 : 1, shape_of(sql,
		    sql == SQL_BUY || sql == SQL_CANCEL ? 1 : 0), vary,
		    refused);
}

/* What shop_ready says, and what it never does. */
static void
put_ready(unsigned vary, struct db_result *r)
{
	static const char *const releases[] = { "current", "older", "unknown",
	    "", NULL };
	const char *text[] = { "ok", releases[vary % 5] };

	put_rows(r, vary % 8 != 7, "ssi", vary, text);
}

/* How many rows a statement that reads answers. */
static size_t
rows_of(enum sql sql, unsigned vary)
{
	size_t some = vary % 4 != 3;

	if (sql == SQL_RANK_WINDOW || sql == SQL_READY_RIGHTS ||
	    sql == SQL_SCHEMA_VERSION)
		return 1;
	if (sql == SQL_RANK || sql == SQL_RANK_STEPPED)
		return vary % 6;
	return sql_table[sql].columns[1] == '\0' || sql == SQL_PRODUCT ||
	    sql == SQL_PRODUCT_FOR || sql == SQL_PRODUCTS_HITS ||
	    sql == SQL_CALLER ? some : some * (1 + vary % 100);
}

static void
put_read(enum sql sql, unsigned vary, struct db_result *r)
{
	const char *plain[] = { name_of(vary), name_of(vary + 1),
	    name_of(vary + 2) };
	const char *order[] = { "ok", "cancelled", "refunded", name_of(vary) };
	const char *listed[] = { "fulfilled", name_of(vary) };
	const char *row[] = { "refund" };
	const char *seen[] = { name_of(vary), name_of(vary + 1),
	    name_of(vary + 2), vary % 2 == 0 ? "admin" : "customer" };
	const char *role[] = { vary % 2 == 0 ? "admin" : "customer" };
	const char *version[] = { vary % 3 == 0 ? SCHEMA_VERSION
	    : vary % 3 == 1 ? "0000" : NULL };

	put_rows(r, rows_of(sql, vary), shape_of(sql, 0), vary,
	    sql == SQL_ORDER ? order
	    : sql == SQL_ORDERS || sql == SQL_ORDERS_ALL ? listed
	    : sql == SQL_PRODUCT_FOR ? seen : sql == SQL_LEDGER ? row : sql == SQL_CALLER ? role
	    : sql == SQL_SCHEMA_VERSION ? version : plain);
}

static void
check_lines(const struct db_arg *arg)
{
	CHECK(arg->len % LINE_BYTES == 0);
	CHECK(arg->len <= ORDER_LINES_MAX * LINE_BYTES);
	CHECK(strspn(arg->bytes, "0123456789") == arg->len);
}

/* Is it a statement about what is the caller's, who is its first argument? */
static bool
is_callers(enum sql sql)
{
	return sql != SQL_PRODUCT && sql != SQL_PRODUCT_FOR &&
	    !(sql >= SQL_PRODUCTS_SOME && sql <= SQL_PRODUCTS_FOUND) &&
	    sql != SQL_IDENTITY &&
	    sql != SQL_RANK_WINDOW && sql != SQL_RANK &&
	    sql != SQL_RANK_STEPPED && sql != SQL_SCHEMA_VERSION &&
	    sql != SQL_READY && sql != SQL_READY_RIGHTS &&
	    sql != SQL_ORDERS && sql != SQL_ORDERS_ALL;
}

/* Nobody's data but the user's, and no value that was not checked. */
static void
check_args(enum sql sql, const struct db_arg *arg, size_t n)
{
	CHECK(n == strlen(sql_table[sql].args));
	if (sql == SQL_PRODUCT)
		CHECK(arg[0].i >= 1 && arg[0].i <= SAFE_INT_MAX);
	if (sql == SQL_ORDER)
		CHECK(arg[2].i >= 1 && arg[2].i <= SAFE_INT_MAX);
	if (sql == SQL_CHARGE)
		CHECK(arg[5].i >= 1 && arg[5].i <= CHARGE_MAX);
	if (sql == SQL_BUY) {
		CHECK(arg[5].i >= 1 && arg[5].i <= ATTEMPTS_MAX);
		CHECK((arg[6].len == 0) == (arg[9].i != 0));
		check_lines(&arg[6]);
	}
	/* It takes the block above for a return. */
	/* cppcheck-suppress knownConditionTrueFalse */
	if (is_callers(sql))
		CHECK(fake.authorized && arg[0].i == FAKES_USER);
	if (sql == SQL_PRODUCT_FOR)
		CHECK(fake.authorized && arg[1].i == FAKES_USER);
	if (sql == SQL_ORDERS || sql == SQL_ORDERS_ALL)
		CHECK(fake.authorized && arg[10].i == FAKES_USER);
}

enum db_class
db_run(struct db *db, struct arena *a, size_t sql, const struct db_arg *arg,
    size_t n, struct db_result *r)
{
	static const char *const id = "0123456789abcdef";
	enum db_class class;
	unsigned byte;

	check_args((enum sql)sql, arg, n);
	(void)a;
	memset(r, 0, sizeof *r);
	/* A worker asks once in its life, which is no part of the script. */
	if (sql == SQL_IDENTITY) {
		put_rows(r, 1, "s", 0, &id);
		return DB_OK;
	}
	byte = next();
	class = byte >= 'A' && byte <= 'N' ? (enum db_class)(byte - 'A')
	    : DB_OK;
	db->connected = class == DB_OK || class == DB_ABORTED;
	fake.excuse |= class == DB_DUPLICATE || class == DB_REFUSED ||
	    class == DB_BUG;
	if (class != DB_OK)
		return class;
	if (sql == SQL_READY)
		put_ready(byte, r);
	else if (sql_table[sql].use == DB_WRITE)
		put_write((enum sql)sql, arg, byte % 32, r);
	else
		put_read((enum sql)sql, byte, r);
	return DB_OK;
}

/* ---- The cache */

bool
cache_get(struct cache *cache, struct arena *a, const char *key,
    const char **value, size_t *len)
{
	static const int64_t ages_s[] = { 0, 9, 11, 59, 61, -1 };
	static const char body[] = "{\"items\":[]}";
	unsigned byte = next();
	struct sealed s = { body, sizeof body - 1, num_now_ms() -
	    ages_s[byte % 6] * 1000 };

	(void)cache;
	(void)a;
	CHECK(key[strcspn(key, " \r\n")] == '\0');
	if (byte == 0 || seal_make(fuzz_arena(), &s, value, len) != E_OK)
		return false;
	if (byte % 7 == 0)
		(*len)--;
	return true;
}

bool
cache_set(struct cache *cache, const char *key, const char *value,
    size_t len, int64_t ttl_s)
{
	struct sealed s;

	(void)cache;
	CHECK(key[strcspn(key, " \r\n")] == '\0');
	CHECK(ttl_s > 0);
	CHECK(seal_open(fuzz_arena(), value, len, &s));
	return next() % 2 == 0;
}

bool
cache_add(struct cache *cache, const char *key, const char *value,
    size_t len, int64_t ttl_s)
{
	(void)cache;
	(void)value;
	(void)len;
	CHECK(key[strcspn(key, " \r\n")] == '\0');
	CHECK(ttl_s > 0);
	return next() % 2 == 0;
}

const char *
cache_state(struct cache *cache)
{
	(void)cache;
	return next() % 2 == 0 ? "ok" : "away";
}
