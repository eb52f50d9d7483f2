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

static enum err
make_dir_as(struct init *i, const char *path, enum whose whose, mode_t mode)
{
	if (mkdir(path, mode) != 0)
		return init_fault(i, path, strerror(errno));
	if (chmod(path, mode) == 0 && (whose == OURS || geteuid() != 0 ||
	    chown(path, i->uid, i->gid) == 0)) {
		init_made(i, "directory", path);
		return E_OK;
	}
	(void)init_fault(i, path, strerror(errno));
	rmdir(path);
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

/* 64 hexadecimal digits and a newline. */
static enum err
init_secret(struct init *i, const char *what, const char *path)
{
	const struct file_form form = { i->uid, i->gid, 0600, false };
	struct arena *a = i->ctx->arena;
	const char *one = crypto_random_name(a), *other = crypto_random_name(a);

	if (path[0] == '\0')
		return E_OK;
	return init_file(i, what, path, one == NULL || other == NULL ? NULL
	    : arena_printf(a, "%s%s\n", one, other), &form);
}

/* A directory without a key, and no key elsewhere: the first one. */
static enum err
init_keys(struct init *i)
{
	static const char what[] = "key of tokens in";
	const struct conf *c = i->conf;
	char kid[JWT_KID_BYTES] = "", *names = NULL;
	size_t len = 0;
	enum err e = init_dir(i, c->jwt_key_dir, THE_POOLS, 0700);

	if (e != E_OK || c->jwt_secret_file[0] != '\0')
		return e;
	if (access(c->jwt_key_dir, F_OK) == 0 && (e = snapshot_list(
	    c->jwt_key_dir, ".key", &names, &len, i->why)) != E_OK)
		return e;
	free(names);
	if (len > 0) {
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
