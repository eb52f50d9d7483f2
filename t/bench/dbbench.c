/* SPDX-License-Identifier: MIT */
/*
 * What the database can do with no HTTP before it: processes with a
 * connection each run one prepared statement after the other, as io/db.c
 * does, and one line tells how fast that went:
 *
 *	case=order processes=8 seconds=5 n=20931 rate=4186 p50_us=1650
 *	p99_us=4700 max_us=30211 errors=0 first_error=""
 *
 * It uses the client library without io/db.c, so that what the shop's own
 * code costs stands out.  The cases are a table: when a routine's parameters
 * change, its row does.
 */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"
#include "base/prog.h"
#include "io/mysql.h"
#include "shop/sql.h"

#define PROCESSES_MAX	256
#define ARGS_MAX	12
#define COLUMNS_MAX	16
#define CELL_BYTES_MAX	64	/* of more only the beginning is looked at */
#define LINES_MAX	100
#define LINE_BYTES	23	/* of order_buy's p_lines */
#define WARM_US		200000

/* What must come back. */
enum want { NOTHING, ROWS, SAYS_OK };

/*
 * A statement is the text, or one of sql.def.  args has a letter a parameter:
 *	u user	p product	q quantity	a amount	t attempt
 *	k key	f fingerprint	w seconds to wait	l lines, as order_buy
 *	o oldest hour of the ranking	z nothing	n no text
 */
static const struct bench {
	const char *name, *database, *text, *args;
	int64_t lines;
	enum sql sql;
	enum want want;
	bool hot;			/* everybody buys the same */
} benches[] = {
	{ "bare-charge", "bare", "CALL bare_charge(?, ?)", "ua", 0,
	    0, NOTHING, false },
	{ "bare-order", "bare", "CALL bare_order(?, ?, ?)", "upq", 1,
	    0, NOTHING, false },
	{ "bare-order-hot", "bare", "CALL bare_order(?, ?, ?)", "upq", 1,
	    0, NOTHING, true },
	{ "charge", "shop", NULL, "uzkfwa", 0, SQL_CHARGE, SAYS_OK, false },
	{ "order", "shop", NULL, "uzkfwtlnzz", 1, SQL_BUY, SAYS_OK, false },
	{ "order-hot", "shop", NULL, "uzkfwtlnzz", 1, SQL_BUY, SAYS_OK, true },
	{ "order-10", "shop", NULL, "uzkfwtlnzz", 10, SQL_BUY, SAYS_OK, false },
	{ "product", "shop", NULL, "p", 0, SQL_PRODUCT, ROWS, false },
	{ "balance", "shop", NULL, "uz", 0, SQL_BALANCE, ROWS, false },
	{ "ranking", "shop", NULL, "o", 0, SQL_RANK, ROWS, false },
};

#define BENCHES (sizeof benches / sizeof benches[0])

static struct {
	const char *socket, *user;
	int64_t processes, seconds, users, products, wait;
	bool print;
} opt = {
	.user = "root", .processes = 8, .seconds = 5, .users = 1000,
	.products = 1000,
};

/* Microseconds, exact to 1/64: 64 steps each time they double. */
#define BUCKETS (64 * 36)

struct stats {
	int64_t n, errors, max_us;
	uint32_t bucket[BUCKETS];
	char first_error[160];
};

/* What all processes share. */
static struct {
	volatile int64_t begin_us, end_us;
	struct stats stats[PROCESSES_MAX];
} *shared;

struct arg {
	int64_t i;
	char bytes[LINE_BYTES * LINES_MAX];
	unsigned long len;
};

struct client {
	const struct bench *bench;
	struct stats *stats;
	uint64_t chance;
	MYSQL *conn;
	MYSQL_STMT *stmt;
	MYSQL_BIND in[ARGS_MAX], out[COLUMNS_MAX];
	struct arg arg[ARGS_MAX];
	char cell[COLUMNS_MAX][CELL_BYTES_MAX];
	unsigned long cell_len[COLUMNS_MAX];
};

static _Noreturn void
die(const char *what, const char *why)
{
	fprintf(stderr, "dbbench: %s: %s\n", what, why);
	_exit(EXIT_FAILED);
}

/* ---- Chance: splitmix64 */

static uint64_t
draw(struct client *c)
{
	uint64_t z = c->chance += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static void
seed(struct client *c)
{
	if (getrandom(&c->chance, sizeof c->chance, 0) != sizeof c->chance)
		die("getrandom", strerror(errno));
}

static int64_t
pick(struct client *c, int64_t from, int64_t to)
{
	return from + (int64_t)(draw(c) % (uint64_t)(to - from + 1));
}

/* ---- Arguments */

static void
put_int(struct arg *a, int64_t i)
{
	a->i = i;
	a->len = 0;
}

static void
put_random(struct client *c, struct arg *a)
{
	uint64_t r[2] = { draw(c), draw(c) };

	num_hex(r, sizeof r, a->bytes);
	a->len = 2 * sizeof r;
}

/* One piece of each; every line its own share of the products, in order. */
static void
put_lines(struct client *c, struct arg *a)
{
	int64_t n = c->bench->lines, share = opt.products / n;
	char line[64];

	for (int64_t i = 0; i < n; i++) {
		snprintf(line, sizeof line, "%016" PRId64 "%04d%03" PRId64,
		    c->bench->hot ? 1 : i * share + pick(c, 1, share), 1, i);
		memcpy(a->bytes + LINE_BYTES * i, line, LINE_BYTES);
	}
	a->len = LINE_BYTES * (unsigned long)n;
}

static void
put_hour(struct arg *a, int64_t hours_ago)
{
	time_t t = time(NULL) - hours_ago * 3600;
	struct tm tm;

	gmtime_r(&t, &tm);
	a->len = strftime(a->bytes, sizeof a->bytes, "%Y-%m-%d %H:00:00", &tm);
}

static bool
is_text(char letter)
{
	return strchr("kflon", letter) != NULL;
}

static void
put_arg(struct client *c, char letter, struct arg *a)
{
	switch (letter) {
	case 'u': put_int(a, pick(c, 1, opt.users)); break;
	case 'p': put_int(a, c->bench->hot ? 1 : pick(c, 1, opt.products));
		break;
	case 'q':
	case 't': put_int(a, 1); break;
	case 'a': put_int(a, 1000); break;
	case 'w': put_int(a, opt.wait); break;
	case 'k':
	case 'f': put_random(c, a); break;
	case 'l': put_lines(c, a); break;
	case 'o': put_hour(a, 71); break;
	case 'z': put_int(a, 0); break;
	case 'n': a->len = 0; break;
	default: die("args", "no such letter");
	}
}

static void
bind(struct client *c)
{
	const char *args = c->bench->args;

	for (size_t i = 0; args[i] != '\0'; i++) {
		struct arg *a = &c->arg[i];
		bool text = is_text(args[i]);

		c->in[i].buffer_type = text ? MYSQL_TYPE_STRING
		    : MYSQL_TYPE_LONGLONG;
		c->in[i].buffer = text ? (void *)a->bytes : (void *)&a->i;
		c->in[i].length = &a->len;
	}
	for (size_t i = 0; i < COLUMNS_MAX; i++) {
		c->out[i].buffer_type = MYSQL_TYPE_STRING;
		c->out[i].buffer = c->cell[i];
		c->out[i].buffer_length = sizeof c->cell[i];
		c->out[i].length = &c->cell_len[i];
	}
}

/* ---- One statement */

static void
failed(struct client *c, const char *why)
{
	if (c->stats->errors++ == 0)
		snprintf(c->stats->first_error, sizeof c->stats->first_error,
		    "%s", why);
}

/* The rows of one result; NULL when all is well. */
static const char *
read_rows(struct client *c, int64_t *rows)
{
	int rc;

	assert(mysql_stmt_field_count(c->stmt) <= COLUMNS_MAX);
	if (mysql_stmt_bind_result(c->stmt, c->out) != 0)
		return mysql_stmt_error(c->stmt);
	while ((rc = mysql_stmt_fetch(c->stmt)) == 0 ||
	    rc == MYSQL_DATA_TRUNCATED) {
		if ((*rows)++ > 0 || c->bench->want != SAYS_OK)
			continue;
		if (c->cell_len[0] != 2 || memcmp(c->cell[0], "ok", 2) != 0)
			return c->cell[0];
	}
	return rc == MYSQL_NO_DATA ? NULL : mysql_stmt_error(c->stmt);
}

static const char *
run(struct client *c)
{
	const char *args = c->bench->args, *why = NULL, *bad;
	int64_t rows = 0;
	int rc;

	for (size_t i = 0; args[i] != '\0'; i++)
		put_arg(c, args[i], &c->arg[i]);
	if (mysql_stmt_bind_param(c->stmt, c->in) != 0 ||
	    mysql_stmt_execute(c->stmt) != 0)
		return mysql_stmt_error(c->stmt);
	do {
		bad = mysql_stmt_field_count(c->stmt) > 0
		    ? read_rows(c, &rows) : NULL;
		why = why != NULL ? why : bad;
		mysql_stmt_free_result(c->stmt);
	} while ((rc = mysql_stmt_next_result(c->stmt)) == 0);
	if (rc > 0)
		return mysql_stmt_error(c->stmt);
	return why != NULL || (rows > 0) == (c->bench->want != NOTHING) ? why
	    : "another number of rows";
}

static size_t
bucket_of(int64_t us)
{
	uint64_t v = us > 0 ? (uint64_t)us : 0;
	size_t octave = 0;

	while (v >= 128) {
		v >>= 1;
		octave++;
	}
	return octave * 64 + v < BUCKETS ? octave * 64 + v : BUCKETS - 1;
}

static int64_t
bucket_us(size_t bucket)
{
	size_t octave = bucket < 128 ? 0 : bucket / 64 - 1;

	return (int64_t)(bucket - octave * 64) << octave;
}

static void
note(struct stats *s, int64_t us)
{
	s->n++;
	s->bucket[bucket_of(us)]++;
	if (us > s->max_us)
		s->max_us = us;
}

static const char *
text_of(const struct bench *b)
{
	return b->text != NULL ? b->text : sql_table[b->sql].text;
}

static void
print_arg(struct client *c, char letter)
{
	struct arg *a = &c->arg[0];

	put_arg(c, letter, a);
	if (is_text(letter))
		printf("'%.*s'", (int)a->len, a->bytes);
	else
		printf("%" PRId64, a->i);
}

/* The statement as one would type it, to be explained. */
static void
print(const struct bench *b)
{
	static struct client c;
	const char *args = b->args;

	c.bench = b;
	seed(&c);
	for (const char *s = text_of(b); *s != '\0'; s++)
		if (*s == '?')
			print_arg(&c, *args++);
		else
			putchar(*s);
	putchar('\n');
}

/* ---- A process */

static void
dial(struct client *c)
{
	const char *text = text_of(c->bench);

	if ((c->conn = mysql_init(NULL)) == NULL)
		die("connect", "out of memory");
	mysql_options(c->conn, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	/* The session is as io/db.c makes it. */
	if (mysql_real_connect(c->conn, NULL, opt.user, NULL,
	    c->bench->database, 0, opt.socket, 0) == NULL ||
	    mysql_query(c->conn, "SET SESSION sql_mode = 'STRICT_ALL_TABLES,"
	    "NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO', "
	    "time_zone = '+00:00', innodb_lock_wait_timeout = 1") != 0 ||
	    mysql_query(c->conn,
	    "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED") != 0)
		die("connect", mysql_error(c->conn));
	if ((c->stmt = mysql_stmt_init(c->conn)) == NULL ||
	    mysql_stmt_prepare(c->stmt, text, strlen(text)) != 0)
		die(text, mysql_error(c->conn));
	if (mysql_stmt_param_count(c->stmt) != strlen(c->bench->args))
		die(text, "takes other parameters: see the table of cases");
}

/*
 * Says that it is ready, waits for the others, runs until the end.  What
 * comes before begin_us warms up and isn't counted.
 */
static void
client_run(const struct bench *b, struct stats *stats, int ready, int go)
{
	static struct client c;
	int64_t start_us;
	const char *why;
	char byte = 0;

	c.bench = b;
	c.stats = stats;
	seed(&c);
	dial(&c);
	bind(&c);
	if (write(ready, &byte, 1) != 1 || close(ready) != 0 ||
	    read(go, &byte, 1) != 0)
		die("pipe", strerror(errno));
	while ((start_us = num_monotonic_us()) < shared->end_us) {
		if ((why = run(&c)) != NULL) {
			failed(&c, why);
			if (mysql_rollback(c.conn) != 0)
				die(b->name, why);
		} else if (start_us >= shared->begin_us)
			note(stats, num_monotonic_us() - start_us);
	}
	mysql_stmt_close(c.stmt);
	mysql_close(c.conn);
}

/* ---- All of them */

static void
start(const struct bench *b, int *ready, int *go)
{
	for (int64_t i = 0; i < opt.processes; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork", strerror(errno));
		if (pid > 0)
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ready[0]);
		close(go[1]);
		client_run(b, &shared->stats[i], ready[1], go[0]);
		_exit(EXIT_DONE);
	}
	close(ready[1]);
	close(go[0]);
}

/* False when one of them had to give up. */
static bool
run_all(const struct bench *b)
{
	int ready[2], go[2], status;
	bool good = true;
	char byte;

	if (pipe(ready) != 0 || pipe(go) != 0)
		die("pipe", strerror(errno));
	start(b, ready, go);
	for (int64_t i = 0; i < opt.processes; i++)
		if (read(ready[0], &byte, 1) != 1)
			die(b->name, "a process did not start");
	shared->begin_us = num_monotonic_us() + WARM_US;
	shared->end_us = shared->begin_us + opt.seconds * 1000000;
	close(go[1]);
	while (wait(&status) > 0)
		good = good && status == 0;
	return good;
}

static int64_t
percentile_us(const struct stats *s, int64_t of_1000)
{
	int64_t rank = (s->n * of_1000 + 999) / 1000, seen = 0;
	size_t i = 0;

	for (; i < BUCKETS - 1; i++)
		if ((seen += s->bucket[i]) >= rank)
			break;
	return bucket_us(i);
}

static void
report(const struct bench *b)
{
	static struct stats all;

	for (int64_t i = 0; i < opt.processes; i++) {
		const struct stats *s = &shared->stats[i];

		all.n += s->n;
		if (all.errors == 0 && s->errors > 0)
			memcpy(all.first_error, s->first_error,
			    sizeof all.first_error);
		all.errors += s->errors;
		if (s->max_us > all.max_us)
			all.max_us = s->max_us;
		for (size_t k = 0; k < BUCKETS; k++)
			all.bucket[k] += s->bucket[k];
	}
	printf("case=%s processes=%" PRId64 " seconds=%" PRId64 " n=%" PRId64
	    " rate=%" PRId64 " p50_us=%" PRId64 " p99_us=%" PRId64
	    " max_us=%" PRId64 " errors=%" PRId64 " first_error=\"%s\"\n",
	    b->name, opt.processes, opt.seconds, all.n, all.n / opt.seconds,
	    percentile_us(&all, 500), percentile_us(&all, 990), all.max_us,
	    all.errors, all.first_error);
}

static int
usage(void)
{
	fprintf(stderr, "usage: dbbench --socket PATH [--user NAME] "
	    "[--processes N] [--seconds N] [--users N]\n"
	    "\t[--products N] [--wait SECONDS] CASE\n"
	    "       dbbench --print CASE\ncases:");
	for (size_t i = 0; i < BENCHES; i++)
		fprintf(stderr, " %s", benches[i].name);
	fprintf(stderr, "\n");
	return EXIT_USAGE;
}

static bool
options(int argc, char **argv)
{
	static const struct {
		const char *name, **text;
		int64_t *number, min, max;
	} rows[] = {
		{ "socket", &opt.socket, NULL, 0, 0 },
		{ "user", &opt.user, NULL, 0, 0 },
		{ "processes", NULL, &opt.processes, 1, PROCESSES_MAX },
		{ "seconds", NULL, &opt.seconds, 1, 86400 },
		{ "users", NULL, &opt.users, 1, INT32_MAX },
		{ "products", NULL, &opt.products, LINES_MAX, INT32_MAX },
		{ "wait", NULL, &opt.wait, 0, 60 },
		{ "print", NULL, NULL, 0, 0 },
	};
	enum { OPTIONS = sizeof rows / sizeof rows[0] };
	struct option longs[OPTIONS + 1] = { { 0 } };
	int at;

	for (size_t i = 0; i < OPTIONS; i++)
		longs[i] = (struct option){ rows[i].name,
		    rows[i].text != NULL || rows[i].number != NULL, NULL, 1 };
	for (int c; (c = getopt_long(argc, argv, "", longs, &at)) != -1;) {
		if (c != 1)
			return false;
		if (optarg == NULL)
			opt.print = true;
		else if (rows[at].text != NULL)
			*rows[at].text = optarg;
		else if (!num_parse(optarg, strlen(optarg), rows[at].min,
		    rows[at].max, rows[at].number))
			return false;
	}
	return (opt.socket != NULL || opt.print) && optind == argc - 1;
}

int
main(int argc, char **argv)
{
	size_t i = 0;

	if (!options(argc, argv))
		return usage();
	while (i < BENCHES && strcmp(benches[i].name, argv[optind]) != 0)
		i++;
	if (i == BENCHES)
		return usage();
	if (opt.print) {
		print(&benches[i]);
		return EXIT_DONE;
	}
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		die("mmap", strerror(errno));
	if (!run_all(&benches[i]))
		return EXIT_FAILED;
	report(&benches[i]);
	return EXIT_DONE;
}
