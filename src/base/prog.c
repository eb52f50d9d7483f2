/* SPDX-License-Identifier: MIT */
/* Options, settings and help of the three programs, by one parser each. */
#include "config.h"

#include "base/prog.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "paths.h"

static void
print_help(const struct prog *p)
{
	printf("usage: %s %s\n"
	    "  -c, --config FILE   settings; else $SHOP_CONFIG, else %s\n"
	    "      --check-config  print the settings in force and exit\n"
	    "  -h, --help\n"
	    "  -V, --version\n\n"
	    "settings (in the file \"key = value\"; SHOP_KEY overrides):\n",
	    p->name, p->usage, SHOP_CONFIG_FILE);
	conf_print_help(stdout);
}

static int
load_settings(const struct prog *p, const char *file, bool check,
    struct conf *c)
{
	char why[WHY_BYTES];

	if (conf_load(c, file, why) != E_OK) {
		log_say("%s: %s", p->name, why);
		return EXIT_FAILED;
	}
	if (conf_check(c, why) != E_OK) {
		log_say("%s: %s: %s", p->name, conf_source(c), why);
		return EXIT_FAILED;
	}
	if (check)
		conf_print(c, stdout);
	prog_log_level(c);
	return EXIT_DONE;
}

/*
 * The settings file that the command is to make; NULL: it is there, or the
 * command makes none.
 */
static const char *
file_to_make(const struct prog *p, const char *command, const char *file)
{
	if (file == NULL)
		file = getenv("SHOP_CONFIG");
	return p->maker != NULL && command != NULL && file != NULL &&
	    strcmp(p->maker, command) == 0 && file[0] != '\0' &&
	    strlen(file) < CONF_PATH_BYTES && access(file, F_OK) != 0
	    ? file : NULL;
}

/* As load_settings(), of a file or of one that is to be made. */
static int
take_settings(const struct prog *p, const char *file, const char *to_make,
    bool check, struct conf *c)
{
	int status = load_settings(p, to_make != NULL ? "/dev/null" : file,
	    check, c);

	if (to_make != NULL)
		memcpy(c->settings_file, to_make, strlen(to_make) + 1);
	return status;
}

_Static_assert((int)LEVEL_DEBUG == (int)LOG_DEBUG &&
    (int)LEVEL_ERROR == (int)LOG_ERROR, "a setting is a level of the log");

void
prog_log_level(const struct conf *c)
{
	log_threshold((enum log_level)c->log_level);
}

/*
 * No key, password or token may end in a core.  A limit of 1 is below a page,
 * so that no file is written, and it is the one that the kernel also heeds
 * where core_pattern is a pipe: a limit of 0 would be piped all the same.
 * Where somebody has set a hard 0 before us, it stays.
 */
static void
refuse_core(void)
{
	const struct rlimit one = { 1, 1 };

	(void)setrlimit(RLIMIT_CORE, &one);
}

/*
 * Were one of these closed, a socket or a file would get its number, and what is
 * printed would go there.  They stay as good as closed: nothing can be written to
 * them, or read.
 */
static bool
keep_numbers(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
		    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY)
		    != fd)
			return false;
	return true;
}

void
prog_daemon(void)
{
	int fd;

	/* A socket must not become fd 2, where the log goes, or fd 0. */
	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
	log_open();
}

/* As prog_start(), which sees to the rest. */
static int
read_start(const struct prog *p, int argc, char **argv, struct conf *c,
    int *status)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "check-config", no_argument, NULL, 'C' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	const char *file = NULL;
	bool check = false;
	int o;

	*status = EXIT_DONE;
	opterr = 0;
	while ((o = getopt_long(argc, argv, "+c:hV", options, NULL)) != -1) {
		switch (o) {
		case 'c':
			file = optarg;
			break;
		case 'C':
			check = true;
			break;
		case 'h':
			print_help(p);
			return -1;
		case 'V':
			printf("%s %s\n", p->name, PACKAGE_VERSION);
			return -1;
		default:
			log_say("%s: %s: bad option, try --help", p->name,
			    argv[optind - 1]);
			*status = EXIT_USAGE;
			return -1;
		}
	}
	if (file != NULL && p->config != NULL)
		*p->config = file;
	*status = take_settings(p, file, file_to_make(p, argv[optind], file),
	    check, c);
	return *status != EXIT_DONE || check ? -1 : optind;
}

int
prog_start(const struct prog *p, int argc, char **argv, struct conf *c,
    int *status)
{
	int first;

	refuse_core();
	*status = EXIT_FAILED;
	if (!keep_numbers())
		return -1;
	first = read_start(p, argc, argv, c, status);
	if (first >= 0 || *status != EXIT_DONE ||
	    (fflush(stdout) == 0 && !ferror(stdout)))
		return first;
	log_say("%s: standard output can't be written", p->name);
	*status = EXIT_FAILED;
	return -1;
}
