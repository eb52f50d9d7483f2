/* SPDX-License-Identifier: MIT */
/* shopd: reads its setup, and runs the pool. */
#include "config.h"

#include <stddef.h>

#include "base/conf.h"
#include "base/log.h"
#include "base/prog.h"
#include "run/pool.h"
#include "run/setup.h"

int
main(int argc, char **argv)
{
	const char *conf_file = NULL;
	const struct prog prog = {
		.name = "shopd",
		.usage = "[options]\n"
		    "\n"
		    "Keeps the pool of workers, in the foreground.  HUP: new\n"
		    "workers by the settings, keys and worker_path of now,\n"
		    "without losing a request, or, where anything of these\n"
		    "is wrong, a line in the log and nothing else.\n"
		    "TERM, INT: finish the requests and exit.\n",
		.config = &conf_file,
	};
	char why[WHY_BYTES];
	struct setup *setup;
	struct conf conf;
	int at, status;

	prog_daemon();
	at = prog_start(&prog, argc, argv, &conf, &status);
	/* Nothing but the settings fails there, where nothing is printed. */
	if (at < 0)
		return status == EXIT_FAILED ? EXIT_CONFIG : status;
	if (at < argc) {
		log_say("shopd: takes no arguments, try --help");
		return EXIT_USAGE;
	}
	if ((setup = setup_take(conf_file, why)) == NULL) {
		log_say("shopd: %s", why);
		return EXIT_CONFIG;
	}
	return pool_run(setup);
}
