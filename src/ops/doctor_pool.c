/* SPDX-License-Identifier: MIT */
/*
 * Does the pool answer, as nginx would ask it, and may its user read what the
 * settings name?  Who the pool's user is, tells the process of pool_pidfile.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/file.h"
#include "base/num.h"
#include "ops/doctor_part.h"
#include "run/listen.h"

#define ANSWER_S 3		/* a pool that is well answers in ms */
#define ANSWER_BYTES 4096
#define FILES_MAX 200
#define GROUPS_MAX 64

/* The shopd of pool_pidfile, where it runs. */
struct pool_user {
	pid_t pid;
	uid_t uid;
	gid_t gid, group[GROUPS_MAX];
	size_t groups;
};

/* Of "Groups:\t4 24 27" in /proc/PID/status. */
static void
read_groups(const char *status, struct pool_user *u)
{
	const char *at = status != NULL ? strstr(status, "\nGroups:") : NULL;
	char *end;

	if (at == NULL)
		return;
	for (at += strlen("\nGroups:"); u->groups < GROUPS_MAX; at = end) {
		long group = strtol(at, &end, 10);

		if (end == at || memchr(at, '\n', (size_t)(end - at)) != NULL)
			return;
		u->group[u->groups++] = (gid_t)group;
	}
}

static bool
find_pool(struct doctor *d, struct pool_user *u)
{
	struct arena *a = d->ctx->arena;
	const char *file = d->ctx->conf->pool_pidfile, *text;
	struct stat st;
	int64_t pid;
	char path[64];

	*u = (struct pool_user){ 0 };
	if (file[0] == '\0' || (text = file_read(a, file)) == NULL ||
	    !num_parse(text, strcspn(text, "\n"), 1, INT32_MAX, &pid))
		return false;
	snprintf(path, sizeof path, "/proc/%" PRId64, pid);
	if (stat(path, &st) != 0)
		return false;
	snprintf(path, sizeof path, "/proc/%" PRId64 "/status", pid);
	u->pid = (pid_t)pid;
	u->uid = st.st_uid;
	u->gid = st.st_gid;
	read_groups(file_read(a, path), u);
	return true;
}

/* ---- Does it answer? */

/* GET /healthz: FCGI_BEGIN_REQUEST, FCGI_PARAMS, FCGI_STDIN. */
static const char question[] =
    "\1\1\0\1\0\x08\0\0" "\0\1\0\0\0\0\0\0"
    "\1\4\0\1\0\x3d\0\0"
    "\x0e\3REQUEST_METHODGET" "\x0b\x08REQUEST_URI/healthz"
    "\x0f\4SERVER_PROTOCOLHTTP"
    "\1\4\0\1\0\0\0\0" "\1\5\0\1\0\0\0\0";

static int
connect_unix(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || strlen(path) >= sizeof a.sun_path)
		return fd;
	memcpy(a.sun_path, path, strlen(path) + 1);
	if (connect(fd, (const struct sockaddr *)(const void *)&a,
	    sizeof a) == 0)
		return fd;
	close(fd);
	return -1;
}

/* HOST:PORT or [IPV6]:PORT. */
static int
connect_port(const char *text)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	const char *colon = strrchr(text, ':');
	const struct timeval patience = { .tv_sec = ANSWER_S };
	struct addrinfo *found = NULL;
	char host[256];
	int fd = -1;

	if (colon == NULL || (size_t)(colon - text) >= sizeof host)
		return -1;
	snprintf(host, sizeof host, "%.*s", (int)(colon - text), text);
	if (host[0] == '[') {
		host[strlen(host) - 1] = '\0';
		memmove(host, host + 1, strlen(host));
	}
	if (getaddrinfo(host, colon + 1, &hints, &found) != 0)
		return -1;
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	/* What a firewall drops, or the unit's IPAddressDeny=, takes minutes. */
	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
		    sizeof patience);
	if (fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) != 0) {
		if (errno == EINPROGRESS)
			errno = ETIMEDOUT;
		close(fd);
		fd = -1;
	}
	freeaddrinfo(found);
	return fd;
}

/* The begin of what comes back; "" where nothing does in time. */
static void
ask_pool(int fd, char answer[ANSWER_BYTES])
{
	const struct timeval patience = { .tv_sec = ANSWER_S };
	size_t len = 0;
	ssize_t n;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	answer[0] = '\0';
	if (send(fd, question, sizeof question - 1, MSG_NOSIGNAL) !=
	    (ssize_t)(sizeof question - 1))
		return;
	while (len < ANSWER_BYTES - 1 && (n = recv(fd, answer + len,
	    ANSWER_BYTES - 1 - len, 0)) > 0)
		len += (size_t)n;
	/* Records have 0s between; text is looked for. */
	for (size_t i = 0; i < len; i++)
		if (answer[i] == '\0')
			answer[i] = ' ';
	answer[len] = '\0';
}

/* False: nobody listens there (errno), or what came was no 200. */
static bool
pool_answers(struct doctor *d, const char *at)
{
	const char *path = listen_path(at);
	int fd = path != NULL ? connect_unix(path) : connect_port(at);
	char answer[ANSWER_BYTES];

	if (fd < 0)
		return doctor_bad(d, errno == ETIMEDOUT ? "let this machine's "
		    "own address in, too (the unit's IPAddressAllow=, the "
		    "firewall)" : "start shopd, or see its log", "%s: %s", at,
		    strerror(errno));
	ask_pool(fd, answer);
	close(fd);
	return strstr(answer, "Status: 200") != NULL || doctor_bad(d,
	    "see shopd's log", "%s: %s", at, answer[0] == '\0'
	    ? "took the question, and gave no answer in 3 s"
	    : "gave an answer that is no 200");
}

bool
doctor_pool(struct doctor *d)
{
	const struct conf *c = d->ctx->conf;
	struct pool_user u;

	if (c->listen[0] == '\0')
		return doctor_skip(d, "listen is not set: another program "
		    "starts the workers");
	if (!find_pool(d, &u) && listen_owner(c->listen) == LISTEN_NOBODY)
		return doctor_skip(d, "no pool runs: nobody listens at %s",
		    c->listen);
	return pool_answers(d, c->listen) && (c->listen_read[0] == '\0' ||
	    pool_answers(d, c->listen_read));
}

/* ---- May it read its files? */

/* What a worker or shopd opens, and how. */
struct wanted {
	struct { const char *path; int mode; } file[FILES_MAX];
	size_t n;
};

static void
want(struct wanted *w, const char *path, int mode)
{
	if (path != NULL && path[0] != '\0' && w->n < FILES_MAX) {
		w->file[w->n].path = path;
		w->file[w->n++].mode = mode;
	}
}

static void
want_all(struct wanted *w, const struct conf *c)
{
	want(w, c->settings_file, R_OK);
	want(w, c->worker_path, X_OK);
	want(w, c->jwt_secret_file, R_OK);
	want(w, c->jwt_key_dir, R_OK | X_OK);
	want(w, c->db_password_file, R_OK);
	want(w, c->db_tls_ca, R_OK);
	if (c->charge_by == CHARGE_BY_GRANT)
		want(w, c->grant_key_dir, R_OK | X_OK);
}

/* In a child of the pool's user; exits with the first one's number, from 1. */
static void
look_as(const struct pool_user *u, const struct wanted *w)
{
	if (geteuid() == 0 && u->uid != 0 &&
	    (setgroups(u->groups, u->group) != 0 || setgid(u->gid) != 0 ||
	    setuid(u->uid) != 0))
		_exit(255);
	for (size_t i = 0; i < w->n; i++)
		if (access(w->file[i].path, w->file[i].mode) != 0)
			_exit((int)i + 1);
	_exit(0);
}

bool
doctor_files(struct doctor *d)
{
	struct wanted w = { .n = 0 };
	struct pool_user u;
	int status = 0;
	pid_t child;

	if (!find_pool(d, &u))
		return doctor_skip(d, "no pool runs (pool_pidfile): its user "
		    "is not known");
	if (geteuid() != 0 && geteuid() != u.uid)
		return doctor_skip(d, "only root can look as user %ld",
		    (long)u.uid);
	want_all(&w, d->ctx->conf);
	fflush(NULL);
	if ((child = fork()) == 0)
		look_as(&u, &w);
	if (child < 0 || waitpid(child, &status, 0) != child ||
	    !WIFEXITED(status) || WEXITSTATUS(status) > FILES_MAX)
		return doctor_bad(d, "try again", "could not look as user %ld",
		    (long)u.uid);
	status = WEXITSTATUS(status);
	return status == 0 || doctor_bad(d, "give it to the pool's user, of "
	    "mode 0600, in directories that it may enter",
	    "%s: the pool's user %ld may not %s it", w.file[status - 1].path,
	    (long)u.uid, w.file[status - 1].mode == X_OK ? "run" : "read");
}
