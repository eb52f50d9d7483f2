/* SPDX-License-Identifier: MIT */
/*
 * The user that the pool runs as, in whose group the web server's is.  Made by
 * useradd and usermod, which know how this machine keeps its users.
 */
#include "config.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "ops/init_part.h"

/* nginx's user, as Debian and as others call it. */
static const char *const web_users[] = { "www-data", "nginx", NULL };

/* Runs a program; E_CONFIG where it could not be, or failed. */
static enum err
run_tool(struct init *i, const char *const *argv)
{
	char fault[64];
	pid_t pid;
	int status, error = posix_spawnp(&pid, argv[0], NULL, NULL,
	    (char *const *)(const void *)argv, environ);

	if (error != 0)
		return init_fault(i, argv[0], strerror(error));
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return init_fault(i, argv[0], strerror(errno));
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return E_OK;
	snprintf(fault, sizeof fault, "failed with status %d",
	    WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	return init_fault(i, argv[0], fault);
}

/* In the group of its name, which may be there already. */
static enum err
add_user(struct init *i)
{
	bool grouped = getgrnam(i->user) != NULL;
	const char *const argv[] = { "useradd", "--system", "--no-create-home",
	    "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin",
	    grouped ? "-g" : "--user-group", grouped ? i->user : "--",
	    grouped ? "--" : i->user, grouped ? i->user : NULL, NULL };

	return run_tool(i, argv);
}

static bool
is_in_group(const char *user, gid_t gid, const struct passwd *pw)
{
	gid_t group[256];
	int n = 256;

	if (getgrouplist(user, pw->pw_gid, group, &n) < 0)
		n = 256;
	while (n-- > 0)
		if (group[n] == gid)
			return true;
	return false;
}

/* The web server's user must reach the pool's socket. */
static enum err
init_member(struct init *i, const char *member)
{
	const char *group = arena_printf(i->ctx->arena, "%lu",
	    (unsigned long)i->gid);
	const char *const argv[] = { "usermod", "-a", "-G", group, "--",
	    member, NULL };
	const struct passwd *pw = getpwnam(member);
	const char *what = arena_printf(i->ctx->arena, "%s in the group of",
	    member);
	enum err e;

	if (pw == NULL)
		return E_OK;
	if (what == NULL || group == NULL)
		return init_fault(i, member, "out of memory");
	if (is_in_group(member, i->gid, pw)) {
		init_there(i, what, i->user);
		return E_OK;
	}
	if (!init_makes(i, what, i->user))
		return E_OK;
	if ((e = run_tool(i, argv)) == E_OK)
		init_made(i, what, i->user);
	return e;
}

/* Root's own pool needs nobody in a group. */
enum err
init_user(struct init *i)
{
	const struct passwd *pw = i->user != NULL ? getpwnam(i->user) : NULL;
	enum err e = E_OK;

	if (i->user == NULL)
		return E_OK;
	i->uid = (uid_t)-1;
	i->gid = (gid_t)-1;
	if (pw != NULL)
		init_there(i, "user", i->user);
	else if (init_makes(i, "user", i->user)) {
		if ((e = add_user(i)) != E_OK)
			return e;
		if ((pw = getpwnam(i->user)) == NULL)
			return init_fault(i, i->user, "useradd did not make it");
		init_made(i, "user", i->user);
	}
	if (pw != NULL) {
		i->uid = pw->pw_uid;
		i->gid = pw->pw_gid;
	}
	for (size_t k = 0; e == E_OK && i->uid != 0 && web_users[k] != NULL; k++)
		e = init_member(i, web_users[k]);
	return e;
}
