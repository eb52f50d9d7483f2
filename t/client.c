/* SPDX-License-Identifier: MIT */
/*
 * A load client with a memory of its own.  What it asks for stands in a
 * journal on the disk before it is sent, and what it was answered after, so
 * that `client check` can tell whether the shop has kept its word.
 *
 * A line of the journal, with tabs between:
 *	I client seq user method path key body
 *	A client seq try method status code id amount balance us at_ms
 * status 0: no whole answer came.  The lines of one client are in order.
 *
 * Runs that are under way at once into one journal need numbers of their
 * own: --first.
 *
 * A write is repeated with its key until the answer is definite (2xx, or 4xx
 * but idempotency_in_progress), or the end and GRACE_MS more have come.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/num.h"
#include "base/prog.h"
#include "io/jwt.h"
#include "dial.h"
#include "problem.h"
#include "web/idem.h"
#include "web/route.h"

#define CLIENTS_MAX 4096
#define GRACE_MS 15000
#define ANSWER_BYTES_MAX 65536
#define REPEAT_ONE_IN 8		/* of what was acknowledged */
#define ROWS_AN_INSERT 500

struct range {
	int64_t from, to;
};

static struct {
	const char *socket, *secret, *journal, *mix;
	int64_t seed, clients, seconds, amount, quantity, lines;
	int64_t pause_ms, think_ms, timeout_ms, since, first, ops;
	struct range users, products;
} opt = {
	.mix = "charge,order,read", .seed = 1, .clients = 4, .seconds = 5,
	.amount = 1000, .quantity = 3, .lines = 3, .pause_ms = 1000,
	.timeout_ms = 12000, .first = 1, .ops = INT64_MAX,
	.users = { 1, 6 }, .products = { 1, 20 },
};

struct stats {
	int64_t tries, acknowledged, refused, unresolved;
	int64_t max_us, server_errors, not_problem, no_retry_after, different;
	int64_t by_status[600];
};

/* What all processes share. */
static struct {
	volatile int64_t end_us;	/* begin nothing after it */
	struct stats stats[CLIENTS_MAX];
} *shared;

struct op {
	int64_t seq, user;
	const char *method;
	char path[64], key[80], body[512];
};

struct answer {
	int status;
	char code[40];
	int64_t id, amount, balance, retry_after_s, us;
	bool problem;
	char text[ANSWER_BYTES_MAX];	/* what came, head and body */
	const char *body;
};

struct client {
	int64_t number, seq;
	uint64_t chance;
	int journal;
	const char *run;		/* makes keys differ between runs */
	struct arena *arena;
	const struct jwt_keys *keys;
	struct stats *stats;
	struct answer answer, again;
};

static struct conf conf;

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "client: %s: %s\n", what, strerror(errno));
	_exit(EXIT_FAILED);
}

/* ---- Chance: splitmix64 */

static int64_t
pick(struct client *c, int64_t from, int64_t to)
{
	uint64_t z = c->chance += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	z ^= z >> 31;
	return from + (int64_t)(z % (uint64_t)(to - from + 1));
}

static void
pause_ms(int64_t ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

/* ---- What to ask for */

static void
make_charge(struct client *c, struct op *op)
{
	op->method = "POST";
	strcpy(op->path, "/v1/points/charge");
	snprintf(op->body, sizeof op->body, "{\"amount\": %" PRId64 "}",
	    pick(c, 1, opt.amount));
}

/* n lines of products that differ: every step-th from the first on. */
static void
put_order(struct client *c, struct op *op, int64_t first, int64_t step,
    int64_t n)
{
	int64_t all = opt.products.to - opt.products.from + 1;
	size_t len;

	op->method = "POST";
	strcpy(op->path, "/v1/orders");
	strcpy(op->body, "{\"items\": [");
	for (int64_t i = 0; i < n; i++) {
		len = strlen(op->body);
		snprintf(op->body + len, sizeof op->body - len,
		    "%s{\"productId\": %" PRId64 ", \"quantity\": %" PRId64
		    "}", i > 0 ? ", " : "", opt.products.from +
		    (first + i * step) % all, pick(c, 1, opt.quantity));
	}
	strcat(op->body, "]}");
}

static void
make_order(struct client *c, struct op *op)
{
	int64_t all = opt.products.to - opt.products.from + 1;

	put_order(c, op, pick(c, 0, all - 1), 1,
	    pick(c, 1, opt.lines < all ? opt.lines : all));
}

/* The same two products, this way round or that. */
static void
make_cross(struct client *c, struct op *op)
{
	int64_t last = opt.products.to - opt.products.from;

	put_order(c, op, pick(c, 0, 1) * last, last, 2);
}

static void
make_look(struct client *c, struct op *op)
{
	op->method = "GET";
	snprintf(op->path, sizeof op->path, "/v1/products/%" PRId64,
	    pick(c, opt.products.from, opt.products.to));
}

static void
make_read(struct client *c, struct op *op)
{
	if (pick(c, 0, 1) == 0) {
		op->method = "GET";
		strcpy(op->path, "/v1/points/balance");
	} else
		make_look(c, op);
}

static void
make_top(struct client *c, struct op *op)
{
	(void)c;
	op->method = "GET";
	strcpy(op->path, "/v1/products/top");
}

static const struct {
	const char *name;
	void (*make)(struct client *, struct op *);
} kinds[] = {
	{ "charge", make_charge }, { "order", make_order },
	{ "cross", make_cross }, { "read", make_read }, { "top", make_top },
	{ "look", make_look },
};

#define KINDS (sizeof kinds / sizeof kinds[0])

/* The n-th name of the mix; KINDS when it is none. */
static size_t
kind_at(int64_t n)
{
	const char *name = opt.mix;
	size_t len, k;

	for (; n > 0; n--)
		name += strcspn(name, ",") + 1;
	len = strcspn(name, ",");
	for (k = 0; k < KINDS; k++)
		if (strlen(kinds[k].name) == len &&
		    strncmp(kinds[k].name, name, len) == 0)
			break;
	return k;
}

static int64_t
mix_count(void)
{
	int64_t n = 1;

	for (const char *s = opt.mix; *s != '\0'; s++)
		n += *s == ',';
	return n;
}

static void
make(struct client *c, struct op *op)
{
	memset(op, 0, sizeof *op);
	op->seq = ++c->seq;
	op->user = pick(c, opt.users.from, opt.users.to);
	kinds[kind_at(pick(c, 0, mix_count() - 1))].make(c, op);
	snprintf(op->key, sizeof op->key, "%s.%" PRId64 ".%" PRId64, c->run,
	    c->number, op->seq);
}

static bool
is_write(const struct op *op)
{
	return strcmp(op->method, "POST") == 0;
}

/* ---- The journal */

static void
note(struct client *c, const char *line, bool sync)
{
	ssize_t len = (ssize_t)strlen(line);

	if (write(c->journal, line, (size_t)len) != len ||
	    (sync && fdatasync(c->journal) != 0))
		die(opt.journal);
}

static void
note_intent(struct client *c, const struct op *op)
{
	char line[1024];

	snprintf(line, sizeof line, "I\t%" PRId64 "\t%" PRId64 "\t%" PRId64
	    "\t%s\t%s\t%s\t%s\n", c->number, op->seq, op->user, op->method,
	    op->path, op->key, op->body);
	note(c, line, is_write(op));
}

static void
note_answer(struct client *c, const struct op *op, int64_t try,
    const struct answer *a)
{
	char line[512];

	snprintf(line, sizeof line, "A\t%" PRId64 "\t%" PRId64 "\t%" PRId64
	    "\t%s\t%d\t%s\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64
	    "\t%" PRId64 "\n", c->number, op->seq, try, op->method, a->status,
	    a->code, a->id, a->amount, a->balance, a->us, num_now_ms());
	note(c, line, false);
}

/* ---- HTTP */

/* The whole answer comes at once: one limit is as good as many. */
static int
dial(void)
{
	const struct timeval limit = { opt.timeout_ms / 1000,
	    opt.timeout_ms % 1000 * 1000 };

	return dial_unix(opt.socket, limit);
}

static bool
send_request(struct client *c, int fd, const struct op *op)
{
	const char *token, *text;

	arena_reset(c->arena);
	if (jwt_sign(jwt_keys_signer(c->keys), &conf, c->arena, op->user,
	    num_now_ms(), 3600, &token) != E_OK ||
	    (text = arena_printf(c->arena,
	    "%s %s HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n"
	    "Authorization: Bearer %s\r\nIdempotency-Key: %s\r\n"
	    "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
	    op->method, op->path, token, op->key, strlen(op->body),
	    op->body)) == NULL)
		die("request");
	return send(fd, text, strlen(text), MSG_NOSIGNAL) ==
	    (ssize_t)strlen(text);
}

static void
receive(int fd, struct answer *a)
{
	size_t len = 0;
	ssize_t n;

	while (len < sizeof a->text - 1 && (n = recv(fd, a->text + len,
	    sizeof a->text - 1 - len, 0)) > 0)
		len += (size_t)n;
	a->text[len] = '\0';
}

/* The number behind a header's or a member's name; -1 for none. */
static int64_t
number_after(const char *text, const char *name)
{
	const char *at = strcasestr(text, name);

	return at != NULL ? strtoll(at + strlen(name), NULL, 10) : -1;
}

/* A whole problem document of this very request? */
static bool
is_problem(const struct answer *a)
{
	static const char name[] = "\r\nX-Request-Id: ";
	const char *id = strcasestr(a->text, name);

	if (id == NULL || strcasestr(a->text,
	    "\r\nContent-Type: application/problem+json\r\n") == NULL)
		return false;
	id += sizeof name - 1;
	return problem_is_whole(a->body, a->status, a->code, id,
	    strcspn(id, "\r"));
}

/* An answer that is not whole is none. */
static void
parse(struct answer *a)
{
	char *end = strstr(a->text, "\r\n\r\n");
	const char *code;
	int status;

	if (end == NULL || sscanf(a->text, "HTTP/1.1 %d ", &status) != 1 ||
	    status < 100 || status > 599 || number_after(a->text,
	    "\r\nContent-Length: ") != (int64_t)strlen(end + 4))
		return;
	a->status = status;
	end[2] = '\0';
	a->body = end + 4;
	a->retry_after_s = number_after(a->text, "\r\nRetry-After: ");
	if ((code = strstr(a->body, "\"code\":\"")) != NULL)
		sscanf(code, "\"code\":\"%39[a-z_]", a->code);
	a->problem = is_problem(a);
	a->id = number_after(a->body, "\"id\":");
	a->amount = number_after(a->body, status == 201 &&
	    strstr(a->body, "\"totalPrice\":") != NULL ? "\"totalPrice\":"
	    : "\"amount\":");
	a->balance = number_after(a->body, "\"balanceAfter\":");
}

static void
count(struct stats *s, const struct answer *a)
{
	s->tries++;
	s->by_status[a->status]++;
	s->server_errors += a->status >= 500;
	s->not_problem += a->status >= 400 && !a->problem;
	s->no_retry_after += a->status == 503 && a->retry_after_s < 1;
	if (a->us > s->max_us)
		s->max_us = a->us;
}

static void
exchange(struct client *c, const struct op *op, int64_t try,
    struct answer *a)
{
	int64_t start_us = num_monotonic_us();
	int fd = dial();

	a->status = 0;
	strcpy(a->code, "-");
	a->id = a->amount = a->balance = a->retry_after_s = -1;
	a->problem = false;
	if (fd >= 0) {
		if (send_request(c, fd, op)) {
			receive(fd, a);
			parse(a);
		}
		close(fd);
	}
	a->us = num_monotonic_us() - start_us;
	note_answer(c, op, try, a);
	count(c->stats, a);
}

/* ---- A client's life */

static bool
is_success(const struct answer *a)
{
	return a->status >= 200 && a->status < 300;
}

static bool
is_definite(const struct answer *a)
{
	return is_success(a) || (a->status >= 400 && a->status < 500 &&
	    strcmp(a->code, "idempotency_in_progress") != 0);
}

/* As long as the answer asks for, but no longer than --pause-ms. */
static void
pause_after(struct client *c, const struct answer *a)
{
	int64_t ms = a->retry_after_s > 0 ? a->retry_after_s * 1000 : 50;

	if (ms > opt.pause_ms)
		ms = opt.pause_ms;
	pause_ms(pick(c, ms / 2, ms));
}

/* A repeated request gets the acknowledged answer, byte for byte. */
static void
repeat(struct client *c, const struct op *op, int64_t try)
{
	exchange(c, op, try, &c->again);
	if (is_definite(&c->again) && (c->again.status != c->answer.status ||
	    strcmp(c->again.body, c->answer.body) != 0))
		c->stats->different++;
}

static void
settle(struct client *c, const struct op *op)
{
	struct answer *a = &c->answer;
	int64_t try = 0;

	do {
		if (try > 0)
			pause_after(c, a);
		exchange(c, op, ++try, a);
	} while (!is_definite(a) &&
	    num_monotonic_us() < shared->end_us + GRACE_MS * 1000);
	if (!is_definite(a))
		c->stats->unresolved++;
	else if (!is_success(a))
		c->stats->refused++;
	else
		c->stats->acknowledged++;
	if (is_success(a) && pick(c, 1, REPEAT_ONE_IN) == 1)
		repeat(c, op, try + 1);
}

static void
live(struct client *c)
{
	struct op op;

	while (num_monotonic_us() < shared->end_us && c->seq < opt.ops) {
		make(c, &op);
		note_intent(c, &op);
		if (is_write(&op)) {
			settle(c, &op);
		} else {
			exchange(c, &op, 1, &c->answer);
			if (!is_definite(&c->answer))
				pause_after(c, &c->answer);
		}
		if (opt.think_ms > 0)
			pause_ms(pick(c, 0, 2 * opt.think_ms));
	}
}

static void
start_client(int64_t number, const struct jwt_keys *keys, const char *run)
{
	struct client *c = calloc(1, sizeof *c);
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid > 0) {
		free(c);
		return;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (c == NULL || (c->arena = arena_new(1024 * 1024)) == NULL)
		die("client");
	c->number = number;
	c->chance = (uint64_t)opt.seed * 1000003 + (uint64_t)number;
	c->keys = keys;
	c->run = run;
	c->stats = &shared->stats[number - opt.first];
	c->journal = open(opt.journal, O_WRONLY | O_APPEND | O_CREAT, 0600);
	if (c->journal < 0)
		die(opt.journal);
	live(c);
	_exit(EXIT_DONE);
}

/* ---- All of them */

static void
on_term(int signo)
{
	(void)signo;
	shared->end_us = num_monotonic_us();
}

static void
print_status(const struct stats *s)
{
	for (int i = 0; i < 600; i++)
		if (s->by_status[i] > 0)
			printf("status_%03d %" PRId64 "\n", i,
			    s->by_status[i]);
}

static void
summary(void)
{
	struct stats all = { 0 };

	for (int64_t i = 0; i < opt.clients; i++) {
		const struct stats *s = &shared->stats[i];

		all.tries += s->tries;
		all.acknowledged += s->acknowledged;
		all.refused += s->refused;
		all.unresolved += s->unresolved;
		all.server_errors += s->server_errors;
		all.not_problem += s->not_problem;
		all.no_retry_after += s->no_retry_after;
		all.different += s->different;
		if (s->max_us > all.max_us)
			all.max_us = s->max_us;
		for (int j = 0; j < 600; j++)
			all.by_status[j] += s->by_status[j];
	}
	printf("tries %" PRId64 "\nacknowledged %" PRId64 "\nrefused %" PRId64
	    "\nunresolved %" PRId64 "\nmax_ms %" PRId64 "\nserver_errors %"
	    PRId64 "\nnot_problem %" PRId64 "\nno_retry_after %" PRId64
	    "\ndifferent %" PRId64 "\n", all.tries, all.acknowledged,
	    all.refused, all.unresolved, all.max_us / 1000, all.server_errors,
	    all.not_problem, all.no_retry_after, all.different);
	print_status(&all);
}

/* False when one of them could not work. */
static bool
wait_for_all(void)
{
	bool fine = true;
	int status;
	pid_t pid;

	while ((pid = wait(&status)) > 0 || errno == EINTR)
		if (pid > 0 && (!WIFEXITED(status) ||
		    WEXITSTATUS(status) != EXIT_DONE))
			fine = false;
	return fine;
}

static struct jwt_keys *
load_keys(void)
{
	struct jwt_keys *keys = NULL;
	char why[WHY_BYTES];

	snprintf(conf.jwt_secret_file, sizeof conf.jwt_secret_file, "%s",
	    opt.secret);
	if (jwt_keys_load(&conf, &keys, why) != E_OK)
		fprintf(stderr, "client: %s\n", why);
	return keys;
}

static int
load(void)
{
	struct sigaction term = { .sa_handler = on_term };
	struct jwt_keys *keys = load_keys();
	char run[64];
	bool fine;

	if (keys == NULL)
		return EXIT_FAILED;
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		die("mmap");
	shared->end_us = num_monotonic_us() + opt.seconds * 1000000;
	snprintf(run, sizeof run, "%" PRId64 ".%" PRIx64, opt.seed,
	    (uint64_t)num_now_ms());
	sigaction(SIGTERM, &term, NULL);
	for (int64_t n = 0; n < opt.clients; n++)
		start_client(opt.first + n, keys, run);
	fine = wait_for_all();
	jwt_keys_free(keys);
	summary();
	return fine ? EXIT_DONE : EXIT_FAILED;
}

/* ---- Checking a journal: SQL that must return no rows */

struct entry {
	bool used, acked, refused;
	int64_t user, id, amount, balance;
	char method[8], path[64], key[80];
};

static const char check_head[] =
    "CREATE TEMPORARY TABLE journal (user_id BIGINT, idem BINARY(16),\n"
    "  kind VARCHAR(8), state VARCHAR(8), id BIGINT, amount BIGINT,\n"
    "  balance BIGINT, PRIMARY KEY (user_id, idem)) ENGINE=InnoDB;\n";

static const char check_tail[] =
    "SELECT IF(l.id IS NULL, 'lost', 'wrong'), j.kind, j.user_id, j.id,\n"
    "  j.amount, j.balance, l.id, l.order_id, l.amount, l.balance_after\n"
    "  FROM journal j LEFT JOIN points_ledger l\n"
    "  ON l.user_id = j.user_id AND l.idem = j.idem\n"
    "  WHERE j.state = 'acked' AND (l.id IS NULL OR\n"
    "  l.balance_after <> j.balance OR IF(j.kind = 'charge',\n"
    "  l.type <> 'charge' OR l.id <> j.id OR l.amount <> j.amount,\n"
    "  l.type <> 'payment' OR l.order_id <> j.id OR\n"
    "  l.amount <> -j.amount));\n"
    "SELECT 'ghost', j.kind, j.user_id, HEX(j.idem), l.id, l.created_at\n"
    "  FROM journal j JOIN points_ledger l\n"
    "  ON l.user_id = j.user_id AND l.idem = j.idem\n"
    "  WHERE j.state = 'refused';\n"
    "SELECT 'double', j.kind, j.user_id, HEX(j.idem), COUNT(*)\n"
    "  FROM journal j JOIN points_ledger l ON l.idem = j.idem\n"
    "  GROUP BY j.kind, j.user_id, j.idem HAVING COUNT(*) > 1;\n"
    "SELECT 'half', j.user_id, l.order_id, o.id, p.status, COUNT(i.line)\n"
    "  FROM journal j JOIN points_ledger l\n"
    "  ON l.user_id = j.user_id AND l.idem = j.idem AND l.type = 'payment'\n"
    "  LEFT JOIN orders o ON o.id = l.order_id\n"
    "  LEFT JOIN payments p ON p.id = l.order_id\n"
    "  LEFT JOIN order_items i ON i.order_id = l.order_id\n"
    "  GROUP BY j.user_id, l.order_id, o.id, p.status\n"
    "  HAVING o.id IS NULL OR COALESCE(p.status, '') <> 'approved'\n"
    "  OR COUNT(i.line) = 0;\n";

static bool
idem_of(struct arena *a, const struct entry *e, struct idem *idem)
{
	struct req req = { .method = e->method, .target = e->path,
	    .caller.id = e->user, .header[HEADER_IDEMPOTENCY_KEY] = e->key, .key = e->key };
	struct resp resp = { 0 };

	arena_reset(a);
	return route_find(a, &req, &resp) == E_OK &&
	    idem_make(&req, "", 0, idem) == E_OK;
}

static void
print_entry(struct arena *a, const struct entry *e)
{
	static int64_t printed;
	struct idem idem;

	if (!e->used || strcmp(e->method, "POST") != 0)
		return;
	if (!idem_of(a, e, &idem))
		die(e->path);
	printf(printed++ % ROWS_AN_INSERT == 0
	    ? ";\nINSERT INTO journal VALUES " : ",\n");
	printf("(%" PRId64 ", x'", e->user);
	for (size_t i = 0; i < sizeof idem.id; i++)
		printf("%02x", idem.id[i]);
	printf("', '%s', '%s', %" PRId64 ", %" PRId64 ", %" PRId64 ")",
	    strcmp(e->path, "/v1/orders") == 0 ? "order" : "charge",
	    e->acked ? "acked" : e->refused ? "refused" : "unknown",
	    e->id, e->amount, e->balance);
}

static void
read_intent(struct entry *e, const char *line)
{
	memset(e, 0, sizeof *e);
	if (sscanf(line, "%*s %*s %*s %" SCNd64 " %7s %63s %79s", &e->user,
	    e->method, e->path, e->key) != 4)
		die("an intent that is none");
	e->used = true;
}

static void
read_answer(struct entry *e, const char *line)
{
	struct answer a;

	if (sscanf(line, "%*s %*s %*s %*s %*s %d %39s %" SCNd64 " %" SCNd64
	    " %" SCNd64, &a.status, a.code, &a.id, &a.amount, &a.balance)
	    != 5)
		die("an answer that is none");
	if (!is_definite(&a) || e->acked)
		return;
	e->acked = is_success(&a);
	e->refused = !e->acked;
	e->id = a.id;
	e->amount = a.amount;
	e->balance = a.balance;
}

static int
check(void)
{
	static struct entry entries[CLIENTS_MAX + 1];
	struct arena *a = arena_new(1024 * 1024);
	FILE *f = fopen(opt.journal, "r");
	char *line = NULL;
	size_t size = 0;
	int64_t n;

	if (f == NULL || a == NULL)
		die(opt.journal);
	printf("%s", check_head);
	while (getline(&line, &size, f) > 0) {
		if (sscanf(line, "%*s %" SCNd64, &n) != 1 || n < 1 ||
		    n > CLIENTS_MAX)
			die("a line that is none");
		if (line[0] == 'A') {
			read_answer(&entries[n], line);
			continue;
		}
		print_entry(a, &entries[n]);
		read_intent(&entries[n], line);
	}
	for (n = 1; n <= CLIENTS_MAX; n++)
		print_entry(a, &entries[n]);
	printf(";\n%sSELECT 'phantom', l.id, l.type, l.user_id, l.amount\n"
	    "  FROM points_ledger l LEFT JOIN journal j\n"
	    "  ON l.user_id = j.user_id AND l.idem = j.idem\n"
	    "  WHERE j.idem IS NULL AND l.id > %" PRId64 ";\n", check_tail,
	    opt.since);
	free(line);
	fclose(f);
	arena_free(a);
	return EXIT_DONE;
}

/* ---- Tokens of all users for other clients, good for --seconds */

static int
tokens(void)
{
	struct arena *a = arena_new(1024 * 1024);
	struct jwt_keys *keys = load_keys();
	const char *token;

	if (keys == NULL || a == NULL)
		return EXIT_FAILED;
	for (int64_t user = opt.users.from; user <= opt.users.to; user++) {
		arena_reset(a);
		if (jwt_sign(jwt_keys_signer(keys), &conf, a, user,
		    num_now_ms(),
		    opt.seconds, &token) != E_OK)
			die("token");
		puts(token);
	}
	jwt_keys_free(keys);
	arena_free(a);
	return EXIT_DONE;
}

/* ---- Options */

static const struct row {
	const char *name;
	const char **text;
	int64_t *number;
	struct range *range;
} rows[] = {
	{ .name = "socket", .text = &opt.socket },
	{ .name = "secret", .text = &opt.secret },
	{ .name = "journal", .text = &opt.journal },
	{ .name = "mix", .text = &opt.mix },
	{ .name = "seed", .number = &opt.seed },
	{ .name = "clients", .number = &opt.clients },
	{ .name = "seconds", .number = &opt.seconds },
	{ .name = "amount", .number = &opt.amount },
	{ .name = "quantity", .number = &opt.quantity },
	{ .name = "lines", .number = &opt.lines },
	{ .name = "pause-ms", .number = &opt.pause_ms },
	{ .name = "think-ms", .number = &opt.think_ms },
	{ .name = "timeout-ms", .number = &opt.timeout_ms },
	{ .name = "since", .number = &opt.since },
	{ .name = "first", .number = &opt.first },
	{ .name = "ops", .number = &opt.ops },
	{ .name = "users", .range = &opt.users },
	{ .name = "products", .range = &opt.products },
};

#define ROWS (sizeof rows / sizeof rows[0])

static int
usage(void)
{
	fprintf(stderr, "usage: client [check | tokens]");
	for (size_t i = 0; i < ROWS; i++)
		fprintf(stderr, " [--%s %s]", rows[i].name, rows[i].text !=
		    NULL ? "TEXT" : rows[i].number != NULL ? "N" : "N..N");
	fprintf(stderr, "\nmix: ");
	for (size_t i = 0; i < KINDS; i++)
		fprintf(stderr, "%s%s", i > 0 ? "," : "", kinds[i].name);
	fprintf(stderr, "\n");
	return EXIT_USAGE;
}

static bool
set(const struct row *row, const char *text)
{
	const char *dots = strstr(text, "..");
	size_t len = strlen(text);

	if (row->text != NULL)
		*row->text = text;
	else if (row->number != NULL)
		return num_parse(text, len, 0, INT64_MAX, row->number);
	else if (dots == NULL)
		return num_parse(text, len, 1, INT64_MAX, &row->range->from) &&
		    num_parse(text, len, 1, INT64_MAX, &row->range->to);
	else
		return num_parse(text, (size_t)(dots - text), 1, INT64_MAX,
		    &row->range->from) && num_parse(dots + 2, strlen(dots + 2),
		    row->range->from, INT64_MAX, &row->range->to);
	return true;
}

static bool
options(int argc, char **argv)
{
	struct option longs[ROWS + 1] = { { 0 } };
	int which;

	for (size_t i = 0; i < ROWS; i++)
		longs[i] = (struct option){ rows[i].name, required_argument,
		    NULL, 1 };
	for (int c; (c = getopt_long(argc, argv, "", longs, &which)) != -1;)
		if (c != 1 || !set(&rows[which], optarg))
			return false;
	for (int64_t n = mix_count(); n > 0; n--)
		if (kind_at(n - 1) == KINDS)
			return false;
	return opt.first >= 1 && opt.first <= CLIENTS_MAX &&
	    opt.clients <= CLIENTS_MAX - opt.first + 1 && opt.lines >= 1 &&
	    opt.lines <= 8 && opt.amount >= 1 && opt.quantity >= 1 &&
	    opt.timeout_ms >= 1;
}

int
main(int argc, char **argv)
{
	char why[WHY_BYTES];

	if (!options(argc, argv) || conf_load(&conf, "/dev/null", why) != E_OK)
		return usage();
	if (optind < argc && strcmp(argv[optind], "tokens") == 0 &&
	    opt.secret != NULL)
		return tokens();
	if (opt.journal == NULL)
		return usage();
	if (optind < argc && strcmp(argv[optind], "check") == 0)
		return check();
	if (optind < argc || opt.socket == NULL || opt.secret == NULL)
		return usage();
	return load();
}
