/* SPDX-License-Identifier: MIT */
/*
 * Files and directories, each of the owner and mode that the programs ask for:
 * secrets are the pool's user's, and nobody else's to read.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/file.h"
#include "base/snapshot.h"
#include "io/crypto.h"
#include "io/jwt_key.h"
#include "ops/init_part.h"
#include "run/listen.h"

/* Whose it is to be. */
enum whose { OURS, THE_POOLS };

/* The directory that a path lies in; NULL at the arena's maximum. */
static const char *
parent_of(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? "." : slash == path ? "/"
	    : arena_copy(a, path, (size_t)(slash - path));
}

/* May we make things there, or in the first directory above that is there? */
static enum err
may_make(struct init *i, const char *path)
{
	const char *dir = parent_of(i->ctx->arena, path);

	while (dir != NULL && access(dir, F_OK) != 0 && errno == ENOENT &&
	    strcmp(dir, "/") != 0 && strcmp(dir, ".") != 0)
		dir = parent_of(i->ctx->arena, dir);
	if (dir == NULL)
		return init_fault(i, path, "out of memory");
	return faccessat(AT_FDCWD, dir, W_OK | X_OK, AT_EACCESS) == 0 ? E_OK
	    : init_fault(i, path, strerror(errno));
}

/* Is it there?  *missing tells; a fault other than that is one. */
static enum err
look_at(struct init *i, const char *path, bool *missing)
{
	struct stat st;

	*missing = false;
	if (path[0] != '/')
		return init_fault(i, path, "must be an absolute path");
	*missing = lstat(path, &st) != 0;
	if (*missing && errno != ENOENT)
		return init_fault(i, path, strerror(errno));
	return *missing ? may_make(i, path) : E_OK;
}

/*
 * It gets its name when it is what it must be: were we killed before, the next
 * run would take it for good.
 */
static enum err
make_dir_as(struct init *i, const char *path, enum whose whose, mode_t mode)
{
	char *fresh = arena_printf(i->ctx->arena, "%s.XXXXXX", path);

	if (fresh == NULL || mkdtemp(fresh) == NULL)
		return init_fault(i, path, fresh == NULL ? "out of memory"
		    : strerror(errno));
	if (chmod(fresh, mode) == 0 && (whose == OURS || geteuid() != 0 ||
	    chown(fresh, i->uid, i->gid) == 0) && rename(fresh, path) == 0) {
		init_made(i, "directory", path);
		return E_OK;
	}
	(void)init_fault(i, path, strerror(errno));
	rmdir(fresh);
	return E_CONFIG;
}

/* With the directories above it, which are ours and open. */
static enum err
init_dir(struct init *i, const char *path, enum whose whose, mode_t mode)
{
	const char *above = parent_of(i->ctx->arena, path);
	bool missing;
	enum err e = look_at(i, path, &missing);

	if (e != E_OK)
		return e;
	if (!missing) {
		if (whose == THE_POOLS)
			init_there(i, "directory", path);
		return E_OK;
	}
	if (above == NULL)
		return init_fault(i, path, "out of memory");
	if (access(above, F_OK) != 0 &&
	    (e = init_dir(i, above, OURS, 0755)) != E_OK)
		return e;
	return init_makes(i, "directory", path)
	    ? make_dir_as(i, path, whose, mode) : E_OK;
}

/* A file that is missing, and its directory. */
static enum err
init_file(struct init *i, const char *what, const char *path,
    const char *text, const struct file_form *form)
{
	const char *dir = parent_of(i->ctx->arena, path), *fault;
	bool missing;
	enum err e = look_at(i, path, &missing);

	if (e != E_OK)
		return e;
	if (!missing) {
		init_there(i, what, path);
		return E_OK;
	}
	if (dir == NULL || text == NULL)
		return init_fault(i, path, "out of memory");
	if (access(dir, F_OK) != 0 && (e = init_dir(i, dir, OURS, 0755)) != E_OK)
		return e;
	if (!init_makes(i, what, path))
		return E_OK;
	if ((fault = file_put(path, text, form)) != NULL)
		return init_fault(i, path, fault);
	init_made(i, what, path);
	return E_OK;
}

enum err
init_settings(struct init *i)
{
	const struct file_form form = { geteuid(), getegid(), 0644, false };

	return init_file(i, "settings", i->file, i->text, &form);
}

/*
 * A secret, or a directory of them, that is there: of no use where the pool may
 * not read it.  It stays as it is, and who put it there must say whose it is.
 */
static enum err
look_at_secret(struct init *i, const char *path)
{
	struct stat st;
	char fault[160];

	if (i->uid == (uid_t)-1 || lstat(path, &st) != 0)
		return E_OK;
	if (S_ISLNK(st.st_mode) && stat(path, &st) != 0)
		return init_fault(i, path, strerror(errno));
	if (i->uid != 0 && st.st_uid != i->uid) {
		snprintf(fault, sizeof fault, "is user %lu's, and the pool's "
		    "user %s may not read it: chown it",
		    (unsigned long)st.st_uid, i->user != NULL ? i->user : "");
		return init_fault(i, path, fault);
	}
	return S_ISDIR(st.st_mode) || (st.st_mode & (S_IRWXG | S_IRWXO)) == 0
	    ? E_OK : init_fault(i, path, "readable by others than its owner "
	    "(chmod 600)");
}

/* 64 hexadecimal digits and a newline. */
static enum err
init_secret(struct init *i, const char *what, const char *path)
{
	const struct file_form form = { i->uid, i->gid, 0600, false };
	struct arena *a = i->ctx->arena;
	const char *one = crypto_random_name(a), *other = crypto_random_name(a);
	enum err e;

	if (path[0] == '\0')
		return E_OK;
	if ((e = look_at_secret(i, path)) != E_OK)
		return e;
	return init_file(i, what, path, one == NULL || other == NULL ? NULL
	    : arena_printf(a, "%s%s\n", one, other), &form);
}

/* Those that are there: *some tells whether there are any. */
static enum err
look_at_keys(struct init *i, bool *some)
{
	const char *dir = i->conf->jwt_key_dir, *path;
	char *names = NULL;
	size_t len = 0;
	enum err e = E_OK;

	*some = false;
	if (access(dir, F_OK) != 0)
		return E_OK;
	if ((e = look_at_secret(i, dir)) != E_OK || (e = snapshot_list(dir,
	    ".key", &names, &len, i->why)) != E_OK)
		return e;
	*some = len > 0;
	for (size_t at = 0; e == E_OK && at < len;
	    at += strlen(names + at) + 1) {
		path = arena_printf(i->ctx->arena, "%s/%s", dir, names + at);
		e = path != NULL ? look_at_secret(i, path)
		    : init_fault(i, dir, "out of memory");
	}
	free(names);
	return e;
}

/* A directory without a key, and no key elsewhere: the first one. */
static enum err
init_keys(struct init *i)
{
	static const char what[] = "key of tokens in";
	const struct conf *c = i->conf;
	char kid[JWT_KID_BYTES] = "";
	bool some;
	enum err e;

	if ((e = init_dir(i, c->jwt_key_dir, THE_POOLS, 0700)) != E_OK ||
	    (e = look_at_keys(i, &some)) != E_OK ||
	    c->jwt_secret_file[0] != '\0')
		return e;
	if (some) {
		init_there(i, what, c->jwt_key_dir);
		return E_OK;
	}
	if (!init_makes(i, what, c->jwt_key_dir))
		return E_OK;
	if ((e = jwt_key_add(c, kid, i->why)) == E_OK)
		init_made(i, what, c->jwt_key_dir);
	return e;
}

enum err
init_secrets(struct init *i)
{
	const struct conf *c = i->conf;
	enum err e;

	if (c->jwt_secret_file[0] == '\0' && c->jwt_key_dir[0] == '\0')
		return init_fault(i, i->file, "jwt_key_dir is not set: set it to "
		    "a directory for the keys of tokens");
	if ((e = init_secret(i, "workers' password", c->db_password_file))
	    != E_OK || (e = init_secret(i, "key of tokens",
	    c->jwt_secret_file)) != E_OK)
		return e;
	return c->jwt_key_dir[0] != '\0' ? init_keys(i) : E_OK;
}

static enum err
init_socket_dir(struct init *i, const char *setting)
{
	const char *path = listen_path(setting), *dir;

	if (path == NULL)
		return E_OK;
	dir = parent_of(i->ctx->arena, path);
	return dir != NULL ? init_dir(i, dir, THE_POOLS, 0750)
	    : init_fault(i, path, "out of memory");
}

/* nginx's user is in the pool's group, and so comes in. */
enum err
init_sockets(struct init *i)
{
	enum err e = init_socket_dir(i, i->conf->listen);
	const char *reads = i->conf->listen_read;

	return e != E_OK || reads[0] == '\0' ? e : init_socket_dir(i, reads);
}
