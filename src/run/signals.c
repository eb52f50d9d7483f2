/* SPDX-License-Identifier: MIT */
/*
 * Signals come by a descriptor, so that poll() is the only place that waits.
 */
#include "config.h"

#include "run/signals.h"

#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>

int
signals_take(void)
{
	static const int faults[] = { SIGABRT, SIGBUS, SIGFPE, SIGILL,
	    SIGSEGV, SIGSYS, SIGTRAP };
	static const int ours[] = { SIGCHLD, SIGHUP, SIGINT, SIGTERM };
	sigset_t all, wanted;

	sigfillset(&all);
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
		sigdelset(&all, faults[i]);
	sigprocmask(SIG_SETMASK, &all, NULL);
	sigemptyset(&wanted);
	for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
		sigaddset(&wanted, ours[i]);
		/* Our parent may have left it ignored; then none would come. */
		signal(ours[i], SIG_DFL);
	}
	return signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
}
