/* SPDX-License-Identifier: MIT */
/*
 * shop.fcgi, the worker.  Its listening socket is fd 0 (shopd, spawn-fcgi,
 * mod_fcgid, systemd's StandardInput=socket), else the one that LISTEN_FDS
 * tells of (systemd), else it makes its own by the setting listen.
 */
#include "config.h"

#include <errno.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/log.h"
#include "base/prog.h"
#include "base/snapshot.h"
#include "run/handed.h"
#include "run/listen.h"
#include "run/worker.h"

int
main(int argc, char **argv)
{
	static const struct prog prog = { "shop.fcgi",
	    "[OPTION...]\nTakes FastCGI requests on fd 0, LISTEN_FDS or the "
	    "setting listen.\n", NULL, NULL };
	char why[WHY_BYTES];
	struct conf conf;
	int fd = STDIN_FILENO, status, first;

	prog_daemon();
	/*
	 * shopd starts us by a descriptor, whose number older kernels make our
	 * name.
	 */
	prctl(PR_SET_NAME, program_invocation_short_name);
	if (!snapshot_join())
		return EXIT_FAILED;
	first = prog_start(&prog, argc, argv, &conf, &status);
	if (first < 0)
		return status;
	if (first < argc) {
		log_say("shop.fcgi: %s: no arguments are taken", argv[first]);
		return EXIT_USAGE;
	}
	if (handed_count() > 0 && handed_is_listening(HANDED_FIRST_FD)) {
		fd = HANDED_FIRST_FD;
	} else if (!handed_is_listening(fd) && listen_at(conf.listen,
	    conf.listen_backlog, &fd, why) != E_OK) {
		log_say("shop.fcgi: %s", why);
		return EXIT_FAILED;
	}
	/* The client library opens this file anew for each connection. */
	if (!snapshot_pin(conf.db_tls_ca, sizeof conf.db_tls_ca))
		return EXIT_FAILED;
	return worker_run(&conf, fd);
}
