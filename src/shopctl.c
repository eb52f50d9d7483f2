/* SPDX-License-Identifier: MIT */
/* shopctl, the operator's tool. */
#include "config.h"

#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/email.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/num.h"
#include "base/prog.h"
#include "base/utf8.h"
#include "io/cache.h"
#include "io/db.h"
#include "io/jwt.h"
#include "ops/ahead.h"
#include "ops/audit_report.h"
#include "ops/doctor.h"
#include "shop/identity.h"
#include "ops/migrate.h"
#include "shop/point.h"
#include "shop/product.h"
#include "shopctl.h"

/* Migrations and audits read more than a request ever may. */
#define CTL_ARENA_BYTES (64 * 1024 * 1024)

static const char usage[] =
    "[OPTION...] COMMAND\n"
    "  token --user ID [--ttl SECONDS] [--kid NAME]\n"
    "                                        print a token (ttl 3600)\n"
    "  key add [--kid NAME]                  make a key for tokens, print\n"
    "                                        its name, roll the pool\n"
    "  key list                              print the keys' names\n"
    "  key retire --kid NAME                 remove a key, roll the pool\n"
    "  user add --name N --email E [--balance P]\n"
    "                                        print the new user's id\n"
    "  product add --name N --price P --stock S [--description D]\n"
    "                                        print the new product's id\n"
    "  audit [--since MARK | --mark FILE]    prove that money and stock are\n"
    "                                        conserved, or say what is not\n"
    "  redate                                date now what is dated ahead\n"
    "  doctor                                look whether all is set right,\n"
    "                                        and say what to do\n"
    "  migrate [--take-account]              bring the schema up to date\n"
    "  id                                    print the shop's id, which its\n"
    "                                        keys in memcached have\n"
    "exit status: 0 done, 1 failed, 2 bad usage\n";

struct command {
	const char *noun, *verb;	/* verb NULL: there is none */
	int (*run)(struct ctx *, struct option_row *);
	struct option_row *options;	/* the last one has no name */
};

int
complain(const char *what, const char *why)
{
	fflush(stdout);
	fprintf(stderr, "shopctl: %s: %s\n", what, why);
	return EXIT_FAILED;
}

int
bad_usage(const char *what, const char *why)
{
	fprintf(stderr, "shopctl: %s: %s (try --help)\n", what, why);
	return EXIT_USAGE;
}

static struct option_row user_options[] = {
	{ .name = "name", .required = true, .is_text = true, .min = 1,
	    .max = NAME_CHARS_MAX },
	{ .name = "email", .required = true, .is_text = true,
	    .max = INT32_MAX },
	{ .name = "balance", .max = POINTS_MAX },
	{ .name = NULL },
};

static int
run_user_add(struct ctx *ctx, struct option_row *o)
{
	const char *fault = email_fault(o[1].text);
	char why[128];
	int64_t id;
	enum err e;

	if (fault != NULL) {
		snprintf(why, sizeof why, "must be an address, and %s", fault);
		return bad_usage("email", why);
	}
	e = point_user_add(ctx, o[0].text, o[1].text, o[2].value, &id);
	if (e == E_VALIDATION_FAILED)
		return complain("user add", "this address is taken");
	if (e != E_OK)
		return complain("user add", db_error(ctx->db));
	printf("%lld\n", (long long)id);
	return EXIT_DONE;
}

static struct option_row product_options[] = {
	{ .name = "name", .required = true, .is_text = true, .min = 1,
	    .max = NAME_CHARS_MAX },
	{ .name = "price", .required = true, .min = 1, .max = POINTS_MAX },
	{ .name = "stock", .required = true, .max = SAFE_INT_MAX },
	{ .name = "description", .is_text = true, .text = "",
	    .max = DESCRIPTION_CHARS_MAX },
	{ .name = NULL },
};

static int
run_product_add(struct ctx *ctx, struct option_row *o)
{
	struct product p = { .name = o[0].text, .price_pt = o[1].value,
	    .stock = o[2].value, .description = o[3].text };

	if (product_add(ctx, &p) != E_OK)
		return complain("product add", db_error(ctx->db));
	printf("%lld\n", (long long)p.id);
	return EXIT_DONE;
}

static struct option_row audit_options[] = {
	{ .name = "since", .is_text = true, .max = AUDIT_MARK_BYTES - 1 },
	{ .name = "mark", .is_text = true, .min = 1, .max = PATH_MAX - 1 },
	{ .name = NULL },
};

static int
run_audit(struct ctx *ctx, struct option_row *o)
{
	const char *why = "out of memory";

	if (o[0].text != NULL && (o[1].text != NULL ||
	    !audit_since_is_valid(o[0].text)))
		return bad_usage("since", "must be an audit's mark or a time "
		    "like 2026-01-31T12:34:56.789Z, without --mark");
	if (audit_report(ctx, o[0].text, o[1].text, stdout, &why) == E_OK)
		return EXIT_DONE;
	return complain("audit", why);
}

static struct option_row no_options[] = { { .name = NULL } };

/*
 * A request doesn't wait longer than 20 ms, which on a busy machine may be too
 * short; the doctor can.
 */
#define CACHE_PATIENCE_MS 1000

static const char *
memcached_state(const struct conf *conf, char *why)
{
	struct conf patient = *conf;
	struct cache *cache;
	const char *state = why;

	patient.cache_timeout_ms = CACHE_PATIENCE_MS;
	cache = cache_new(&patient, why);

	for (int i = 0; cache != NULL && i < 3; i++)
		if (strcmp(state = cache_state(cache), "away") != 0)
			break;
	cache_free(cache);
	return state;
}

static int
run_doctor(struct ctx *ctx, struct option_row *o)
{
	char why_keys[CONF_WHY_BYTES], why_cache[CONF_WHY_BYTES];
	struct doctor_given given = { 0 };
	struct jwt_keys *keys = NULL;
	size_t bad, checks;
	char summary[64];

	(void)o;
	given.cache = memcached_state(ctx->conf, why_cache);
	if (jwt_keys_load(ctx->conf, &keys, why_keys) != E_OK)
		given.keys = why_keys;
	jwt_keys_free(keys);
	bad = doctor_run(ctx, &given, stdout, &checks);
	if (bad == 0)
		return EXIT_DONE;
	snprintf(summary, sizeof summary, "%zu of %zu checks are bad", bad,
	    checks);
	return complain("doctor", summary);
}

static struct option_row migrate_options[] = {
	{ .name = "take-account", .is_flag = true }, { .name = NULL },
};

static int
run_migrate(struct ctx *ctx, struct option_row *o)
{
	const char *why = NULL;

	if (migrate_run(ctx, o[0].value != 0, stdout, &why) == E_OK)
		return EXIT_DONE;
	return complain("migrate", why != NULL ? why : "out of memory");
}

static int
run_id(struct ctx *ctx, struct option_row *o)
{
	const char *id = identity_get(ctx);

	(void)o;
	if (id == NULL)
		return complain("id", "the database has none, or can't be "
		    "asked: run shopctl migrate");
	puts(id);
	return EXIT_DONE;
}

static int
run_redate(struct ctx *ctx, struct option_row *o)
{
	(void)o;
	return ahead_redate(ctx, stdout) == E_OK ? EXIT_DONE
	    : complain("redate", db_error(ctx->db));
}

static const struct command commands[] = {
	{ "token", NULL, run_token, token_options },
	{ "key", "add", run_key_add, key_add_options },
	{ "key", "list", run_key_list, no_options },
	{ "key", "retire", run_key_retire, key_retire_options },
	{ "user", "add", run_user_add, user_options },
	{ "product", "add", run_product_add, product_options },
	{ "audit", NULL, run_audit, audit_options },
	{ "redate", NULL, run_redate, no_options },
	{ "doctor", NULL, run_doctor, no_options },
	{ "migrate", NULL, run_migrate, migrate_options },
	{ "id", NULL, run_id, no_options },
};

#define COMMANDS (sizeof commands / sizeof commands[0])

static const struct command *
find(int argc, char **argv)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		const struct command *c = &commands[i];

		if (argc > 0 && strcmp(argv[0], c->noun) == 0 &&
		    (c->verb == NULL ||
		    (argc > 1 && strcmp(argv[1], c->verb) == 0)))
			return c;
	}
	return NULL;
}

/* E_OK, or the exit status for a value that is none. */
static int
set_option(struct option_row *o, const char *text)
{
	char why[128];
	int64_t chars;

	o->required = false;
	if (o->is_text) {
		o->text = text;
		chars = utf8_chars(text);
		if (chars >= o->min && chars <= o->max)
			return EXIT_DONE;
		snprintf(why, sizeof why, "must have %lld to %lld characters "
		    "of UTF-8", (long long)o->min, (long long)o->max);
		return bad_usage(o->name, why);
	}
	if (num_parse(text, strlen(text), o->min, o->max, &o->value))
		return EXIT_DONE;
	snprintf(why, sizeof why, "must be a number of %lld..%lld",
	    (long long)o->min, (long long)o->max);
	return bad_usage(o->name, why);
}

static int
parse(struct option_row *o, int argc, char **argv)
{
	struct option longs[8] = { { 0 } };
	size_t n;
	int c, which, status;

	for (n = 0; o[n].name != NULL; n++)
		longs[n] = (struct option){ o[n].name, o[n].is_flag
		    ? no_argument : required_argument, NULL, 1 };
	optind = 1;
	while ((c = getopt_long(argc, argv, "+", longs, &which)) != -1) {
		if (c != 1)
			return bad_usage(argv[optind - 1], "bad option");
		if (o[which].is_flag)
			o[which].value = 1;
		else if ((status = set_option(&o[which], optarg)) != EXIT_DONE)
			return status;
	}
	if (optind < argc)
		return bad_usage(argv[optind], "not understood");
	for (n = 0; o[n].name != NULL; n++)
		if (o[n].required)
			return bad_usage(o[n].name, "is missing");
	return EXIT_DONE;
}

static int
run(const struct command *c, const struct conf *conf)
{
	char why[CONF_WHY_BYTES] = "out of memory";
	struct ctx ctx = { .conf = conf, .arena = arena_new(CTL_ARENA_BYTES),
	    .start_us = num_monotonic_us() };
	int status = EXIT_FAILED;

	if (ctx.arena == NULL || (ctx.db = db_new(conf, DB_ADMIN, sql_table,
	    SQL_COUNT, why)) == NULL)
		complain(c->noun, why);
	else
		status = c->run(&ctx, c->options);
	if (fflush(stdout) != 0 && status == EXIT_DONE)
		status = complain("stdout", "can't be written");
	db_free(ctx.db);
	arena_free(ctx.arena);
	return status;
}

int
main(int argc, char **argv)
{
	static const struct prog prog = { "shopctl", usage, NULL };
	const struct command *c;
	struct conf conf;
	int status, first = prog_start(&prog, argc, argv, &conf, &status);

	if (first < 0)
		return status;
	/* What went wrong is told in one line, not in the log's. */
	log_threshold(LOG_SILENT);
	if ((c = find(argc - first, argv + first)) == NULL)
		return bad_usage(first < argc ? argv[first] : "command",
		    first < argc ? "no such command" : "is missing");
	first += c->verb != NULL;
	if ((status = parse(c->options, argc - first, argv + first))
	    != EXIT_DONE)
		return status;
	/* The doctor has a check for it. */
	if (conf.settings_file[0] == '\0' && c->run != run_doctor)
		fprintf(stderr, "shopctl: %s: defaults and SHOP_* alone\n",
		    conf_source(&conf));
	return run(c, &conf);
}
