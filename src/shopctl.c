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
#include "run/roll.h"
#include "shop/ahead.h"
#include "shop/audit_report.h"
#include "shop/doctor.h"
#include "shop/identity.h"
#include "shop/migrate.h"
#include "shop/point.h"
#include "shop/product.h"

/* Migrations and audits read more than a request ever may. */
#define CTL_ARENA_BYTES (64 * 1024 * 1024)

static const char usage[] =
    "[OPTION...] COMMAND\n"
    "  token --user ID [--ttl SECONDS] [--kid NAME]\n"
    "                                        print a token (ttl 3600)\n"
    "  key add [--kid NAME]                  make a key for tokens, and\n"
    "                                        print its name\n"
    "  key list                              print the keys' names\n"
    "  key retire --kid NAME                 remove a key\n"
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

/* An option of a command: an integer in a range, a text, or a flag. */
struct option_row {
	const char *name;
	bool required, is_text, is_flag;
	int64_t min, max;	/* of the value; of the text's characters */
	int64_t value;		/* set; before that the default */
	const char *text;
};

struct command {
	const char *noun, *verb;	/* verb NULL: there is none */
	int (*run)(struct ctx *, struct option_row *);
	struct option_row *options;	/* the last one has no name */
};

static int
complain(const char *what, const char *why)
{
	fflush(stdout);
	fprintf(stderr, "shopctl: %s: %s\n", what, why);
	return EXIT_FAILED;
}

static int
bad_usage(const char *what, const char *why)
{
	fprintf(stderr, "shopctl: %s: %s (try --help)\n", what, why);
	return EXIT_USAGE;
}

static struct option_row token_options[] = {
	{ .name = "user", .required = true, .min = 1, .max = SAFE_INT_MAX },
	{ .name = "ttl", .min = 1, .max = 10 * 366 * 86400L, .value = 3600 },
	{ .name = "kid", .is_text = true, .min = 1, .max = JWT_KID_BYTES_MAX },
	{ .name = NULL },
};

static int
run_token(struct ctx *ctx, struct option_row *o)
{
	struct jwt_keys *keys = NULL;
	const struct jwt_key *key;
	char why[CONF_WHY_BYTES];
	const char *token;
	enum err e = E_INTERNAL;

	if (jwt_keys_load(ctx->conf, &keys, why) != E_OK)
		return complain("token", why);
	key = o[2].text == NULL ? jwt_keys_signer(keys)
	    : jwt_keys_find(keys, o[2].text);
	if (key != NULL)
		e = jwt_sign(key, ctx->conf, ctx->arena, o[0].value,
		    num_now_ms() / 1000, o[1].value, &token);
	jwt_keys_free(keys);
	if (e != E_OK)
		return complain("token", key == NULL ? "there is no such key"
		    : "could not be signed");
	puts(token);
	return EXIT_DONE;
}

static struct option_row key_add_options[] = {
	{ .name = "kid", .is_text = true, .min = 1, .max = JWT_KID_BYTES_MAX },
	{ .name = NULL },
};

static struct option_row key_retire_options[] = {
	{ .name = "kid", .required = true, .is_text = true, .min = 1,
	    .max = JWT_KID_BYTES_MAX },
	{ .name = NULL },
};

static int
bad_kid(void)
{
	return bad_usage("kid", "must be 1 to 64 letters, digits, '.', '_' "
	    "or '-'");
}

/* That no pool runs is no fault of the key's. */
static void
roll(const struct conf *conf)
{
	char why[CONF_WHY_BYTES];

	if (!roll_ask(conf, why))
		fprintf(stderr, "shopctl: running workers learn of it at their "
		    "next start: %s\n", why);
}

static int
run_key_add(struct ctx *ctx, struct option_row *o)
{
	char kid[JWT_KID_BYTES], why[CONF_WHY_BYTES];

	if (o[0].text != NULL && !jwt_kid_is_valid(o[0].text))
		return bad_kid();
	snprintf(kid, sizeof kid, "%s", o[0].text != NULL ? o[0].text : "");
	if (jwt_key_add(ctx->conf, kid, why) != E_OK)
		return complain("key add", why);
	puts(kid);
	roll(ctx->conf);
	return EXIT_DONE;
}

static int
run_key_retire(struct ctx *ctx, struct option_row *o)
{
	char why[CONF_WHY_BYTES];

	if (!jwt_kid_is_valid(o[0].text))
		return bad_kid();
	if (jwt_key_retire(ctx->conf, o[0].text, why) != E_OK)
		return complain("key retire", why);
	roll(ctx->conf);
	return EXIT_DONE;
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

static int
run_key_list(struct ctx *ctx, struct option_row *o)
{
	struct jwt_keys *keys = NULL;
	char why[CONF_WHY_BYTES];

	(void)o;
	if (jwt_keys_load(ctx->conf, &keys, why) != E_OK)
		return complain("key list", why);
	jwt_keys_print(keys, stdout);
	jwt_keys_free(keys);
	return EXIT_DONE;
}

/* Once away may be a busy machine and 20 ms. */
static const char *
memcached_state(const struct conf *conf, char *why)
{
	struct cache *cache = cache_new(conf, why);
	const char *state = why;

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
