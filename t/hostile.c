/* SPDX-License-Identifier: MIT */
/*
 * Sends hostile requests to a shop and judges each answer: no 5xx, whole,
 * within a second, an error as problem+json with a code we know, a request
 * id, no success where there must be none, and, for a request with one fault,
 * the refusal for that fault.
 *
 *	hostile --socket PATH --secret FILE --seed N [--count N] [--only N]
 *
 * --only repeats one request, and prints it with its answer.
 */
#include "config.h"

#include "hostile.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/num.h"
#include "base/prog.h"
#include "dial.h"
#include "problem.h"

#define ANSWER_BYTES_MAX 1048576
#define SLOW_US 1000000
#define TIMEOUT_S 10
#define SHOWN_MAX 20		/* bad answers that are told of */

/* Every code there is: ours, and those that only nginx has. */
static const char *const codes[] = {
#define ERR(name, status, code) code,
#define FRONT(name, status, code)
#define OWN(name)
#include "base/err.def"
#undef ERR
#undef FRONT
#undef OWN
	"bad_request", "precondition_failed", "uri_too_long",
	"header_too_large", "not_implemented", "http_version_not_supported",
};

#define CODES (sizeof codes / sizeof codes[0])

static struct {
	const char *socket, *secret;
	int64_t seed, count, only, clients;
} opt = { .seed = 1, .count = 10000, .only = -1, .clients = 6 };

static struct hostile_goods goods;

/* What all processes share. */
static struct stats {
	_Atomic int64_t sent, doomed, silent, bare, server_errors, slow, bad;
	_Atomic int64_t max_us;
	_Atomic int64_t by_status[600], by_code[CODES];
} *stats;

struct answer {
	size_t len;		/* of what came */
	int64_t us;
	int status;		/* 0: there was none, or no head */
	size_t code;		/* CODES: none */
	const char *head, *body;	/* 0-terminated both */
	char text[ANSWER_BYTES_MAX];
};

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "hostile: %s: %s\n", what, strerror(errno));
	_exit(EXIT_FAILED);
}

/* ---- One exchange */

static int
dial(void)
{
	int fd = dial_unix(opt.socket, (struct timeval){ TIMEOUT_S, 0 });

	if (fd < 0)
		die(opt.socket);
	return fd;
}

/* nginx may have answered, and left, before it has read all. */
static void
send_all(int fd, const struct hostile *h)
{
	size_t at = 0;
	ssize_t n;

	while (at < h->text.len && (n = send(fd, h->text.data + at,
	    h->text.len - at, MSG_NOSIGNAL)) > 0)
		at += (size_t)n;
	if (h->cut)
		shutdown(fd, SHUT_WR);
}

/* A header's value in a head; NULL without such a header. */
static const char *
header(const char *head, const char *name)
{
	size_t len = strlen(name);
	const char *at = head;

	while ((at = strstr(at, "\r\n")) != NULL) {
		at += 2;
		if (strncasecmp(at, name, len) == 0 && at[len] == ':')
			return at + len + 1 + strspn(at + len + 1, " ");
	}
	return NULL;
}

/* Bytes that a whole answer has; 0: that can't be said yet, or at all. */
static size_t
whole_len(const struct hostile *h, const char *text)
{
	const char *end = strstr(text, "\r\n\r\n"), *length;

	if (end == NULL || strncmp(text, "HTTP/1.1 ", 9) != 0)
		return 0;
	length = header(text, "Content-Length");
	if (length > end)
		length = NULL;
	return (size_t)(end + 4 - text) + (h->head || length == NULL ? 0
	    : (size_t)strtoul(length, NULL, 10));
}

/* Until it is whole, or the connection's end. */
static void
receive(int fd, const struct hostile *h, struct answer *a)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	size_t skip = sizeof go_on - 1, whole;
	ssize_t n;

	a->len = 0;
	a->text[0] = '\0';
	while (a->len < sizeof a->text - 1 && (n = recv(fd, a->text + a->len,
	    sizeof a->text - 1 - a->len, 0)) > 0) {
		a->len += (size_t)n;
		a->text[a->len] = '\0';
		if (strncmp(a->text, go_on, skip) == 0) {
			memmove(a->text, a->text + skip, a->len - skip + 1);
			a->len -= skip;
		}
		whole = whole_len(h, a->text);
		if (whole > 0 && a->len >= whole)
			break;
	}
}

static void
exchange(const struct hostile *h, struct answer *a)
{
	int64_t start_us = num_monotonic_us();
	int fd = dial();

	send_all(fd, h);
	receive(fd, h, a);
	close(fd);
	a->us = num_monotonic_us() - start_us;
}

/* ---- The verdict */

static size_t
code_of(const char *body)
{
	const char *at = strstr(body, "\"code\":\"");
	size_t i, len;

	if (at == NULL)
		return CODES;
	at += strlen("\"code\":\"");
	for (i = 0; i < CODES; i++) {
		len = strlen(codes[i]);
		if (strncmp(at, codes[i], len) == 0 && at[len] == '"')
			break;
	}
	return i;
}

static bool
is_id(const char *id)
{
	size_t len = id != NULL ? strspn(id, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") : 0;

	return len >= 1 && len <= REQUEST_ID_BYTES_MAX && id[len] == '\r';
}

/* Is an error's body a problem of this request? */
static bool
is_problem(const struct answer *a)
{
	static const char json[] = "application/problem+json\r\n";
	const char *type = header(a->head, "Content-Type");
	const char *id = header(a->head, "X-Request-Id");

	return type != NULL && strncmp(type, json, sizeof json - 1) == 0 &&
	    a->code != CODES && problem_is_whole(a->body, a->status,
	    codes[a->code], id, strcspn(id, "\r"));
}

/* By one of ours that a fault which comes alone can have; NULL: no more. */
static const char *const verdicts[FAULTS][18] = {
	[FAULT_TOKEN] = { "missing_token", "invalid_token", "expired_token" },
	[FAULT_KEY] = { "invalid_parameter" },
	[FAULT_TYPE] = { "unsupported_media_type" },
	[FAULT_BROKEN] = { "malformed_json" },
	[FAULT_VALUE] = { "validation_failed" },
	[FAULT_LARGE] = { "payload_too_large" },
	[FAULT_STATE] = { "unknown_user", "validation_failed",
	    "insufficient_points", "insufficient_stock", "product_not_found",
	    "idempotency_key_reused", "price_changed", "order_not_found",
	    "order_not_cancellable", "order_not_fulfillable", "cart_full",
	    "insufficient_cart_quantity", "cart_empty", "email_taken",
	    "invalid_credentials", "too_many_attempts", "unavailable",
	    "edit_conflict" },
	[FAULT_METHOD] = { "method_not_allowed" },
	[FAULT_TARGET] = { "not_found", "invalid_parameter",
	    "method_not_allowed" },
};

/* Is it refused for its fault?  nginx may have refused it before. */
static bool
is_right_verdict(const struct hostile *h, const struct answer *a)
{
	static const char *const by_nginx[] = { "bad_request", "uri_too_long",
	    "header_too_large", "payload_too_large", "not_implemented" };
	const char *code = codes[a->code];
	int f = 0;

	/* Of several faults the first counts, or no body has come. */
	if (!h->doomed || h->unframed || (h->faults & (h->faults - 1)) != 0)
		return true;
	while (!has_fault(h, (enum hostile_fault)f))
		f++;
	/* Most of the users are no admins. */
	if (h->route->auth == AUTH_ADMIN && strcmp(code, "forbidden") == 0)
		return true;
	for (size_t i = 0; i < sizeof by_nginx / sizeof by_nginx[0]; i++)
		if (strcmp(code, by_nginx[i]) == 0)
			return true;
	for (int i = 0; verdicts[f][i] != NULL; i++)
		if (strcmp(code, verdicts[f][i]) == 0)
			return true;
	return false;
}

/* What is wrong with it; NULL: nothing. */
static const char *
judge(const struct hostile *h, struct answer *a)
{
	char *end = strstr(a->text, "\r\n\r\n");
	size_t whole = whole_len(h, a->text);

	a->status = 0;
	a->code = CODES;
	if (a->len == 0)
		return h->cut ? NULL : "no answer";
	if (strncmp(a->text, "HTTP/", 5) != 0)
		return h->bare ? NULL : "no HTTP";
	if (whole == 0 || a->len < whole ||
	    sscanf(a->text, "HTTP/1.1 %d ", &a->status) != 1 ||
	    a->status < 100 || a->status > 599)
		return "not whole";
	end[2] = '\0';
	a->head = a->text;
	a->body = h->head ? "" : end + 4;
	if (!is_id(header(a->head, "X-Request-Id")))
		return "no request id";
	if (a->status >= 500 && a->status != h->owed)
		return "a server error";
	if (h->doomed && a->status < 400)
		return "a success";
	if (a->status < 400 || h->head)
		return NULL;
	a->code = code_of(a->body);
	if (!is_problem(a))
		return "no problem+json";
	return is_right_verdict(h, a) ? NULL : "another refusal";
}

static void
count(const struct hostile *h, const struct answer *a)
{
	int64_t max = stats->max_us;

	stats->sent++;
	stats->doomed += h->doomed;
	stats->silent += a->len == 0;
	stats->bare += a->len > 0 && a->status == 0;
	stats->by_status[a->status]++;
	stats->server_errors += a->status >= 500 && a->status != h->owed;
	if (a->code < CODES)
		stats->by_code[a->code]++;
	while (a->us > max &&
	    !atomic_compare_exchange_weak(&stats->max_us, &max, a->us))
		continue;
}

/* As it was sent, or came. */
static void
show(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '\n' || (c >= ' ' && c < 0x7f && c != '\\'))
			putchar(c);
		else
			printf("\\x%02x", c);
	}
	putchar('\n');
}

/*
 * A second is long for one request, and short for a machine that has other
 * things to do: what was slow must be slow again.
 */
static void
attack(struct hostile *h, struct answer *a, int64_t n)
{
	const char *why;
	bool slow;

	hostile_make(h, opt.seed, n);
	exchange(h, a);
	slow = a->us > SLOW_US;
	if (slow) {
		exchange(h, a);
		slow = a->us > SLOW_US;
	}
	if (opt.only >= 0) {
		show(h->text.data, h->text.len);
		show(a->text, a->len);
	}
	why = judge(h, a);
	count(h, a);
	stats->slow += slow;
	if (why == NULL && slow)
		why = "slow";
	if (why != NULL && stats->bad++ < SHOWN_MAX)
		printf("# --only %" PRId64 ": %s: status %d %s, %" PRId64
		    " us\n", n, why, a->status,
		    a->code < CODES ? codes[a->code] : "", a->us);
}

/* ---- All of them */

static void
start_client(int64_t first)
{
	struct hostile *h = calloc(1, sizeof *h);
	struct answer *a = calloc(1, sizeof *a);
	pid_t pid;

	fflush(stdout);
	if ((pid = fork()) < 0 || h == NULL || a == NULL)
		die("client");
	if (pid == 0) {
		h->goods = &goods;
		if ((h->arena = arena_new(1024 * 1024)) == NULL)
			die("arena");
		for (int64_t n = first; n < opt.count; n += opt.clients)
			attack(h, a, n);
		if (opt.only >= 0)
			attack(h, a, opt.only);
		arena_free(h->arena);
		fflush(stdout);
	}
	free(h);
	free(a);
	if (pid == 0)
		_exit(EXIT_DONE);
}

static void
summary(void)
{
	printf("sent %" PRId64 "\ndoomed %" PRId64 "\nsilent %" PRId64
	    "\nbare %" PRId64 "\nserver_errors %" PRId64 "\nslow %" PRId64
	    "\nbad %" PRId64 "\nmax_ms %" PRId64 "\n", stats->sent,
	    stats->doomed, stats->silent, stats->bare, stats->server_errors,
	    stats->slow, stats->bad, stats->max_us / 1000);
	for (int i = 100; i < 600; i++)
		if (stats->by_status[i] > 0)
			printf("status_%d %" PRId64 "\n", i,
			    stats->by_status[i]);
	for (size_t i = 0; i < CODES; i++)
		if (stats->by_code[i] > 0)
			printf("code_%s %" PRId64 "\n", codes[i],
			    stats->by_code[i]);
}

static int
run(void)
{
	char why[WHY_BYTES], *secret;
	int status;
	bool fine = true;

	if (conf_read_secret(opt.secret, JWT_KEY_BYTES_MAX, &secret,
	    &goods.secret_len, why) != E_OK) {
		fprintf(stderr, "hostile: %s\n", why);
		return EXIT_FAILED;
	}
	goods.secret = secret;
	stats = mmap(NULL, sizeof *stats, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (stats == MAP_FAILED)
		die("mmap");
	if (opt.only >= 0) {
		opt.count = 0;
		opt.clients = 1;
	}
	for (int64_t n = 0; n < opt.clients; n++)
		start_client(n);
	while (wait(&status) > 0)
		fine = fine && WIFEXITED(status) &&
		    WEXITSTATUS(status) == EXIT_DONE;
	summary();
	free(secret);
	return fine && stats->bad == 0 ? EXIT_DONE : EXIT_FAILED;
}

static const struct row {
	const char *name;
	const char **text;
	int64_t *number;
} rows[] = {
	{ "socket", &opt.socket, NULL },
	{ "secret", &opt.secret, NULL },
	{ "seed", NULL, &opt.seed },
	{ "count", NULL, &opt.count },
	{ "only", NULL, &opt.only },
	{ "clients", NULL, &opt.clients },
	{ "poor", NULL, &goods.poor },
	{ "rich", NULL, &goods.rich },
	{ "closed", NULL, &goods.closed },
	{ "owner", NULL, &goods.owner },
	{ "used-key", &goods.used_key, NULL },
	{ "used-amount", NULL, &goods.used_amount },
	{ "full", NULL, &goods.full },
	{ "admin", NULL, &goods.admin },
	{ "fulfilled", NULL, &goods.fulfilled },
	{ "cancelled", NULL, &goods.cancelled },
	{ "few", NULL, &goods.few },
	{ "dear", NULL, &goods.dear },
};

#define ROWS (sizeof rows / sizeof rows[0])

static bool
options(int argc, char **argv)
{
	struct option longs[ROWS + 1] = { { 0 } };
	int which = 0;

	for (size_t i = 0; i < ROWS; i++)
		longs[i] = (struct option){ rows[i].name, required_argument,
		    NULL, 1 };
	for (int c; (c = getopt_long(argc, argv, "", longs, &which)) != -1;) {
		if (c != 1)
			return false;
		if (rows[which].text != NULL)
			*rows[which].text = optarg;
		else if (!num_parse(optarg, strlen(optarg), 0, INT64_MAX,
		    rows[which].number))
			return false;
	}
	return optind == argc && opt.socket != NULL && opt.secret != NULL &&
	    opt.clients >= 1 && goods.used_key != NULL && goods.poor > 0 &&
	    goods.rich > 0 && goods.closed > 0 && goods.owner > 0 &&
	    goods.full > 0 && goods.admin > 0 && goods.fulfilled > 0 &&
	    goods.cancelled > 0 && goods.few > 0 && goods.dear > 0;
}

int
main(int argc, char **argv)
{
	if (options(argc, argv))
		return run();
	fprintf(stderr, "usage: hostile");
	for (size_t i = 0; i < ROWS; i++)
		fprintf(stderr, " --%s %s", rows[i].name,
		    rows[i].text != NULL ? "TEXT" : "N");
	fprintf(stderr, "\n");
	return EXIT_USAGE;
}
