/* SPDX-License-Identifier: MIT */
/* Words become a command, and its options a struct. */
#include "config.h"

#include "ops/command.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/num.h"
#include "base/utf8.h"
#include "io/db.h"
#include "shop/sql.h"

/* Migrations and audits read more than a request ever may. */
#define CTL_ARENA_BYTES (64 * 1024 * 1024)

#define OPTIONS_MAX 24

/* What getopt_long returns for a word, and is told to return for an option. */
enum { IS_WORD = 1, IS_OPTION };

/* Where --help's explanations begin. */
#define HELP_COLUMN 40

int
command_failed(const char *what, const char *why)
{
	fflush(stdout);
	fprintf(stderr, "shopctl: %s: %s\n", what, why);
	return EXIT_FAILED;
}

int
command_misused(const char *what, const char *why)
{
	fprintf(stderr, "shopctl: %s: %s (try --help)\n", what, why);
	return EXIT_USAGE;
}

static const struct command *
find_command(const struct command *const *table, int argc, char **argv)
{
	for (; *table != NULL; table++)
		if (argc > 0 && strcmp(argv[0], (*table)->noun) == 0 &&
		    ((*table)->verb == NULL ||
		    (argc > 1 && strcmp(argv[1], (*table)->verb) == 0)))
			return *table;
	return NULL;
}

static int
set_text(const struct option_row *o, const char *text, void *to)
{
	int64_t chars = utf8_chars(text);
	char why[128];

	*(const char **)to = text;
	if (chars >= o->min && chars <= o->max)
		return EXIT_DONE;
	snprintf(why, sizeof why, "must have %lld to %lld characters of UTF-8",
	    (long long)o->min, (long long)o->max);
	return command_misused(o->name, why);
}

/* EXIT_DONE, or the exit status for a value that is none. */
static int
set_option(const struct option_row *o, const char *text, void *to)
{
	char why[128];

	switch (o->type) {
	case OPTION_FLAG:
		*(bool *)to = true;
		return EXIT_DONE;
	case OPTION_TEXT:
		return set_text(o, text, to);
	case OPTION_INT:
		break;
	}
	if (num_parse(text, strlen(text), o->min, o->max, to))
		return EXIT_DONE;
	snprintf(why, sizeof why, "must be a number of %lld..%lld",
	    (long long)o->min, (long long)o->max);
	return command_misused(o->name, why);
}

/* What getopt_long wants; how many there are. */
static size_t
long_options(const struct option_row *o, char *out, struct option *longs)
{
	size_t n = 0;

	for (; o != NULL && o[n].name != NULL; n++) {
		longs[n] = (struct option){ o[n].name, o[n].type == OPTION_FLAG
		    ? no_argument : required_argument, NULL, IS_OPTION };
		if (o[n].type == OPTION_INT)
			*(int64_t *)(void *)(out + o[n].offset) = o[n].def;
	}
	return n;
}

/* A word that belongs to no option: the first that may stand so has it. */
static int
take_word(const struct option_row *o, size_t n, const char *word, bool *given,
    char *out)
{
	for (size_t i = 0; i < n; i++)
		if (o[i].is_word && !given[i]) {
			given[i] = true;
			return set_option(&o[i], word, out + o[i].offset);
		}
	return command_misused(word, "not understood");
}

static int
parse_options(const struct option_row *o, int argc, char **argv, char *out)
{
	struct option longs[OPTIONS_MAX + 1] = { { 0 } };
	bool given[OPTIONS_MAX] = { false };
	size_t n = long_options(o, out, longs);
	int c, which, status = EXIT_DONE;

	/* 0, not 1: the options before the command were read in another way. */
	optind = 0;
	while (status == EXIT_DONE &&
	    (c = getopt_long(argc, argv, "-", longs, &which)) != -1) {
		if (c == IS_WORD) {
			status = take_word(o, n, optarg, given, out);
		} else if (c == IS_OPTION) {
			given[which] = true;
			status = set_option(&o[which], optarg,
			    out + o[which].offset);
		} else {
			return command_misused(argv[optind - 1], "bad option");
		}
	}
	/* What stands behind "--". */
	for (; status == EXIT_DONE && optind < argc; optind++)
		status = take_word(o, n, argv[optind], given, out);
	if (status != EXIT_DONE)
		return status;
	for (size_t i = 0; i < n; i++)
		if (o[i].required && !given[i])
			return command_misused(o[i].name, "is missing");
	return EXIT_DONE;
}

bool
command_open_db(struct ctx *ctx, char *why)
{
	ctx->db = db_new(ctx->conf, DB_ADMIN, sql_table, SQL_COUNT, why);
	if (ctx->db != NULL)
		db_patient(ctx->db, false);
	return ctx->db != NULL;
}

static int
call(const struct command *c, const struct conf *conf, const void *options)
{
	char why[WHY_BYTES] = "out of memory";
	struct ctx ctx = { .conf = conf, .arena = arena_new(CTL_ARENA_BYTES),
	    .start_us = num_monotonic_us() };
	int status = EXIT_FAILED;

	if (ctx.arena == NULL || (!c->opens_db && !command_open_db(&ctx, why)))
		command_failed(c->noun, why);
	else
		status = c->run(&ctx, options);
	/* What was lost before must not be forgotten for what came after it. */
	if ((fflush(stdout) != 0 || ferror(stdout)) && status == EXIT_DONE)
		status = command_failed("stdout", "can't be written");
	db_free(ctx.db);
	arena_free(ctx.arena);
	return status;
}

int
command_run(const struct command *const *table, const struct conf *conf,
    int argc, char **argv)
{
	const struct command *c = find_command(table, argc, argv);
	int words, status;
	char *options;

	if (c == NULL)
		return command_misused(argc > 0 ? argv[0] : "command",
		    argc > 0 ? "no such command" : "is missing");
	if ((options = calloc(1, c->size + 1)) == NULL)
		return command_failed(c->noun, "out of memory");
	words = c->verb != NULL;
	status = parse_options(c->options, argc - words, argv + words, options);
	if (status == EXIT_DONE && conf->settings_file[0] == '\0' &&
	    !c->says_source)
		fprintf(stderr, "shopctl: %s: defaults and SHOP_* alone\n",
		    conf_source(conf));
	if (status == EXIT_DONE)
		status = call(c, conf, options);
	free(options);
	return status;
}

/* The words of a command, and each line of its help behind them. */
static void
print_command(FILE *out, const struct command *c)
{
	int n = fprintf(out, "  %s%s%s%s%s", c->noun,
	    c->verb != NULL ? " " : "", c->verb != NULL ? c->verb : "",
	    c->usage != NULL ? " " : "", c->usage != NULL ? c->usage : "");
	const char *line = c->help;

	if (n >= HELP_COLUMN) {
		fputc('\n', out);
		n = 0;
	}
	for (; *line != '\0'; n = 0) {
		int len = (int)strcspn(line, "\n");

		fprintf(out, "%*s%.*s\n", HELP_COLUMN - n, "", len, line);
		line += len + (line[len] == '\n');
	}
}

char *
command_usage(const struct command *const *table)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	fputs("[OPTION...] COMMAND\n", out);
	for (; *table != NULL; table++)
		print_command(out, *table);
	fputs("exit status: 0 done, 1 failed, 2 bad usage\n", out);
	return fclose(out) == 0 ? text : NULL;
}
