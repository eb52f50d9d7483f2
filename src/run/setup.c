/* SPDX-License-Identifier: MIT */
/*
 * Reads as a worker does, while base/snapshot records it: what is checked
 * here and what the workers get are the same bytes.
 */
#include "config.h"

#include "run/setup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/place.h"
#include "base/snapshot.h"
#include "io/cache.h"
#include "io/crypto.h"
#include "io/jwt_key.h"

#define AUTHORITIES_BYTES_MAX (4 * 1024 * 1024)

static enum err
setup_fault(char *why, const char *what, const char *fault)
{
	why_say(why, "%.300s: %.200s", what, fault);
	return E_CONFIG;
}

static enum err
read_settings(struct conf *c, const char *file, char *why)
{
	char fault[WHY_BYTES];
	enum err e = conf_load(c, file, why);

	if (e == E_OK && (e = conf_check(c, fault)) != E_OK)
		return setup_fault(why, conf_source(c), fault);
	return e;
}

static enum err
read_keys(const struct conf *c, char *why)
{
	struct jwt_keys *keys = NULL;
	enum err e = jwt_keys_load(c, &keys, why);

	jwt_keys_free(keys);
	keys = NULL;
	if (e == E_OK && c->charge_by == CHARGE_BY_GRANT)
		e = jwt_grant_keys_load(c, &keys, why);
	jwt_keys_free(keys);
	return e;
}

static enum err
read_password(const struct conf *c, char *why)
{
	char *password;
	size_t len;
	enum err e;

	if (c->db_password_file[0] == '\0')
		return E_OK;
	e = conf_read_secret(c->db_password_file, PASSWORD_BYTES_MAX,
	    &password, &len, why);
	if (e == E_OK) {
		explicit_bzero(password, len);
		free(password);
	}
	return e;
}

/* A client that trusts no authority can't connect: all answers would be 503. */
static enum err
read_authorities(const struct conf *c, char *why)
{
	const char *file = c->db_tls_ca;
	char *pem;
	size_t len;
	enum err e;

	if (file[0] == '\0' || places_are_sockets(c) ||
	    c->db_tls == DB_TLS_OFF)
		return E_OK;
	e = snapshot_read(file, SNAPSHOT_OPEN, AUTHORITIES_BYTES_MAX, &pem,
	    &len, why);
	if (e != E_OK)
		return e;
	if (!crypto_has_certificate(pem, len))
		e = setup_fault(why, file, "holds no certificate (PEM)");
	free(pem);
	return e;
}

/*
 * A program that we may run but not read is no script: an interpreter must read
 * its script.
 */
static bool
is_script(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char head[2] = "";
	bool yes = fd >= 0 && read(fd, head, 2) == 2 && head[0] == '#' &&
	    head[1] == '!';

	if (fd >= 0)
		close(fd);
	return yes;
}

static enum err
open_program(struct setup *s, char *why)
{
	const char *path = s->conf.worker_path;
	struct stat st;

	s->program_fd = open(path, O_PATH | O_CLOEXEC);
	if (s->program_fd < 0 || fstat(s->program_fd, &st) != 0)
		return setup_fault(why, path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return setup_fault(why, path, "not a program");
	if (faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) != 0)
		return setup_fault(why, path, strerror(errno));
	s->is_script = is_script(path);
	return E_OK;
}

static enum err
take_setup(struct setup *s, const char *file, char *why)
{
	enum err e;

	if ((e = read_settings(&s->conf, file, why)) != E_OK ||
	    (e = cache_check(&s->conf, why)) != E_OK ||
	    (e = read_keys(&s->conf, why)) != E_OK ||
	    (e = read_password(&s->conf, why)) != E_OK ||
	    (e = read_authorities(&s->conf, why)) != E_OK ||
	    (e = open_program(s, why)) != E_OK)
		return e;
	s->files_fd = snapshot_seal();
	return s->files_fd >= 0 ? E_OK
	    : setup_fault(why, "memfd_create", strerror(errno));
}

struct setup *
setup_take(const char *conf_file, char *why)
{
	struct setup *s = calloc(1, sizeof *s);

	if (s == NULL) {
		why_say(why, "out of memory");
		return NULL;
	}
	s->files_fd = s->program_fd = -1;
	snapshot_record();
	if (take_setup(s, conf_file, why) == E_OK)
		return s;
	snapshot_drop();
	setup_free(s);
	return NULL;
}

void
setup_free(struct setup *s)
{
	if (s == NULL)
		return;
	if (s->files_fd >= 0)
		close(s->files_fd);
	if (s->program_fd >= 0)
		close(s->program_fd);
	free(s);
}
