/* SPDX-License-Identifier: MIT */
/*
 * What differs from nginx to nginx is found out here, when the file is made;
 * what certbot does, and Debian's nginx.conf, stands in docs/operating.md.
 */
#include "config.h"

#include "ops/site_tls.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"

/* From this one on HTTP/2 is a directive, and a word of listen no more. */
#define HTTP2_SINCE 1025001

/* Starts a program that writes into the pipe. */
static bool
start_into(const int pipe_fd[2], const char *const *argv, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	bool started;

	if (posix_spawn_file_actions_init(&actions) != 0)
		return false;
	started = posix_spawn_file_actions_adddup2(&actions, pipe_fd[1],
	    STDERR_FILENO) == 0 && posix_spawnp(pid, argv[0], &actions, NULL,
	    (char *const *)(const void *)argv, environ) == 0;
	posix_spawn_file_actions_destroy(&actions);
	return started;
}

/* The installed nginx as 1022001 for 1.22.1; 0: there is none. */
static int
nginx_version(const char *program)
{
	const char *const argv[] = { program, "-v", NULL };
	int pipe_fd[2], major = 0, minor = 0, patch = 0;
	char text[256] = "";
	pid_t pid;
	bool started;

	if (pipe2(pipe_fd, O_CLOEXEC) != 0)
		return 0;
	started = start_into(pipe_fd, argv, &pid);
	close(pipe_fd[1]);
	/* It is one short line, written at once. */
	if (started && read(pipe_fd[0], text, sizeof text - 1) > 0 &&
	    sscanf(text, "nginx version: nginx/%d.%d.%d", &major, &minor,
	    &patch) != 3)
		major = minor = patch = 0;
	close(pipe_fd[0]);
	if (started)
		(void)waitpid(pid, NULL, 0);
	return major * 1000000 + minor * 1000 + patch;
}

/* sbin is in nobody's PATH but root's. */
static bool
has_http2_directive(void)
{
	int version = nginx_version("nginx");

	if (version == 0)
		version = nginx_version("/usr/sbin/nginx");
	return version >= HTTP2_SINCE;
}

/* An option that is not given gets this value. */
static void
set_unless_given(struct site *s, enum site_option o, const char *value)
{
	if (s->option[o] == NULL)
		s->option[o] = value;
}

/* nginx does not start without them; a directory of root's may hide them. */
static bool
is_there_or_hidden(const char *path, const char *host, char *why)
{
	if (access(path, R_OK) == 0 || errno == EACCES)
		return true;
	why_say(why, "%.300s: %s: get one by certbot certonly --webroot -w "
	    "/var/www/html -d %.100s, or name yours by --certificate and "
	    "--key", path, strerror(errno), host);
	return false;
}

bool
site_tls(struct arena *a, struct site *s, const char *host, char *why)
{
	bool directive = has_http2_directive();
	const char *live = arena_printf(a, "/etc/letsencrypt/live/%.*s",
	    (int)strcspn(host, " "), host);

	set_unless_given(s, SITE_HOST, host);
	set_unless_given(s, SITE_LISTEN, directive
	    ? "443 ssl, [::]:443 ssl" : "443 ssl http2, [::]:443 ssl http2");
	if (directive)
		set_unless_given(s, SITE_HTTP2, "on");
	set_unless_given(s, SITE_PLAIN, "80, [::]:80");
	set_unless_given(s, SITE_CERTIFICATE, live == NULL ? NULL
	    : arena_printf(a, "%s/fullchain.pem", live));
	set_unless_given(s, SITE_KEY, live == NULL ? NULL
	    : arena_printf(a, "%s/privkey.pem", live));
	why_say(why, "out of memory");
	return s->option[SITE_CERTIFICATE] != NULL &&
	    s->option[SITE_KEY] != NULL &&
	    is_there_or_hidden(s->option[SITE_CERTIFICATE], host, why) &&
	    is_there_or_hidden(s->option[SITE_KEY], host, why);
}
