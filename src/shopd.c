/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/prog.h"
#include "run/listen.h"
#include "run/pool.h"

/* A socket must not become fd 2, where the log goes, or a worker's fd 0. */
static void
fill_standard_fds(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int
main(int argc, char **argv)
{
	const char *conf_file = NULL;
	const struct prog prog = {
		.name = "shopd",
		.usage = "[options]\n"
		    "\n"
		    "Keeps the pool of workers, in the foreground.  HUP: new\n"
		    "workers from worker_path, without losing a request.\n"
		    "TERM, INT: finish the requests and exit.\n",
		.config = &conf_file,
	};
	char why[CONF_WHY_BYTES];
	struct conf conf;
	int at, status, fd;

	fill_standard_fds();
	at = prog_start(&prog, argc, argv, &conf, &status);
	if (at < 0)
		return status;
	if (at < argc) {
		fprintf(stderr, "shopd: takes no arguments, try --help\n");
		return EXIT_USAGE;
	}
	if (pool_listen(&conf, &fd, why) != E_OK) {
		fprintf(stderr, "shopd: %s\n", why);
		return EXIT_FAILED;
	}
	return pool_run(&conf, conf_file, fd);
}
