/* SPDX-License-Identifier: MIT */
/* Keys are read at the start and stay as they were until the process ends. */
#include "config.h"

#include "io/jwt_key.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/name.h"
#include "base/num.h"
#include "base/snapshot.h"
#include "io/crypto.h"
#include "io/jwt_octets.h"

#define SUFFIX ".key"
#define RANDOM_BYTES 32
#define PATH_BYTES (sizeof ((struct conf *)0)->jwt_key_dir + 1 + \
    JWT_KID_BYTES_MAX + sizeof SUFFIX)

/* The names in a directory, sorted; one too many shows that there are. */
struct kids {
	char kid[JWT_KEYS_MAX + 1][JWT_KID_BYTES];
	size_t n;
};

static enum err
key_fault(char *why, const char *what, const char *fault)
{
	why_say(why, "%.300s: %.200s", what, fault);
	return E_CONFIG;
}

static void
key_path(char path[PATH_BYTES], const char *dir, const char *kid)
{
	snprintf(path, PATH_BYTES, "%s/%s" SUFFIX, dir, kid);
}

bool
jwt_kid_is_valid(const char *kid)
{
	return name_is_valid(kid, JWT_KID_BYTES_MAX);
}

/* NAME of NAME.key; false for any other file. */
static bool
kid_of(const char *file, char kid[JWT_KID_BYTES])
{
	size_t suffix = strlen(SUFFIX), len = strlen(file);

	if (len <= suffix || len - suffix > JWT_KID_BYTES_MAX ||
	    strcmp(file + len - suffix, SUFFIX) != 0)
		return false;
	memcpy(kid, file, len - suffix);
	kid[len - suffix] = '\0';
	return jwt_kid_is_valid(kid);
}

static int
compare_kids(const void *a, const void *b)
{
	return strcmp(a, b);
}

static enum err
list(const char *dir, struct kids *k, char *why)
{
	char *names;
	size_t len;
	enum err e = snapshot_list(dir, SUFFIX, &names, &len, why);

	k->n = 0;
	if (e != E_OK)
		return e;
	for (size_t at = 0; at < len && k->n <= JWT_KEYS_MAX;
	    at += strlen(names + at) + 1)
		k->n += kid_of(names + at, k->kid[k->n]);
	free(names);
	qsort(k->kid, k->n, sizeof k->kid[0], compare_kids);
	return E_OK;
}

/* ---- Loading */

static enum err
load_key(struct jwt_key *k, const char *path, char *why)
{
	struct jwt_octets octets = { .len = 0 };
	struct stat st;
	char *content;
	const char *fault;
	size_t len;
	enum err e;

	e = conf_read_octets(path, JWT_KEY_FILE_BYTES_MAX, &content, &len,
	    why);
	if (e != E_OK)
		return e;
	fault = jwt_octets(content, len, k->kid, &octets);
	explicit_bzero(content, len);
	free(content);
	if (fault == NULL &&
	    (k->hmac = crypto_hmac_new(octets.byte, octets.len)) == NULL)
		fault = "can't be used";
	k->len = octets.len;
	k->made_s = stat(path, &st) == 0 ? st.st_mtime : 0;
	explicit_bzero(&octets, sizeof octets);
	return fault == NULL ? E_OK : key_fault(why, path, fault);
}

static enum err
too_many(const char *dir, char *why)
{
	why_say(why, "%.300s: holds more than %d keys", dir,
	    JWT_KEYS_MAX);
	return E_CONFIG;
}

static enum err
load_dir(struct jwt_keys *keys, const char *dir, char *why)
{
	char path[PATH_BYTES];
	struct kids kids;
	enum err e = list(dir, &kids, why);

	if (e == E_OK && kids.n > JWT_KEYS_MAX)
		return too_many(dir, why);
	for (size_t i = 0; e == E_OK && i < kids.n; i++) {
		struct jwt_key *k = &keys->named[keys->n++];

		memcpy(k->kid, kids.kid[i], sizeof k->kid);
		key_path(path, dir, k->kid);
		e = load_key(k, path, why);
	}
	return e;
}

/* file and dir may be ""; where they have no key, which settings lack what. */
static enum err
load_keys(const char *file, const char *dir, const char *settings,
    const char *lack, struct jwt_keys **out, char *why)
{
	struct jwt_keys *keys = calloc(1, sizeof *keys);
	enum err e = E_OK;

	if (keys == NULL) {
		why_say(why, "out of memory");
		return E_INTERNAL;
	}
	if (file[0] != '\0')
		e = load_key(&keys->nameless, file, why);
	if (e == E_OK && dir[0] != '\0')
		e = load_dir(keys, dir, why);
	if (e == E_OK && keys->nameless.hmac == NULL && keys->n == 0)
		e = key_fault(why, settings, lack);
	if (e != E_OK) {
		jwt_keys_free(keys);
		return e;
	}
	*out = keys;
	return E_OK;
}

enum err
jwt_keys_load(const struct conf *c, struct jwt_keys **out, char *why)
{
	return load_keys(c->jwt_secret_file, c->jwt_key_dir,
	    "jwt_secret_file, jwt_key_dir", "no key for tokens is set", out,
	    why);
}

enum err
jwt_grant_keys_load(const struct conf *c, struct jwt_keys **out, char *why)
{
	return load_keys("", c->grant_key_dir, "grant_key_dir",
	    "no key for grants is set", out, why);
}

void
jwt_keys_free(struct jwt_keys *keys)
{
	if (keys == NULL)
		return;
	crypto_hmac_free(keys->nameless.hmac);
	for (size_t i = 0; i < keys->n; i++)
		crypto_hmac_free(keys->named[i].hmac);
	free(keys);
}

const struct jwt_key *
jwt_keys_find(const struct jwt_keys *keys, const char *kid)
{
	for (size_t i = 0; i < keys->n; i++)
		if (strcmp(keys->named[i].kid, kid) == 0)
			return &keys->named[i];
	return NULL;
}

const struct jwt_key *
jwt_keys_signer(const struct jwt_keys *keys)
{
	return keys->nameless.hmac != NULL || keys->n == 0 ? &keys->nameless
	    : &keys->named[keys->n - 1];
}

static void
print_key(const struct jwt_key *k, const struct jwt_key *signer, FILE *out)
{
	time_t made = (time_t)k->made_s;
	struct tm tm = { 0 };
	char text[32];

	gmtime_r(&made, &tm);
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	fprintf(out, "%s %zu %s%s\n", k->kid[0] != '\0' ? k->kid : "(nameless)",
	    k->len, text, k == signer ? " signs" : "");
}

void
jwt_keys_print(const struct jwt_keys *keys, FILE *out)
{
	const struct jwt_key *signer = jwt_keys_signer(keys);

	if (keys->nameless.hmac != NULL)
		print_key(&keys->nameless, signer, out);
	for (size_t i = 0; i < keys->n; i++)
		print_key(&keys->named[i], signer, out);
}

/* ---- Changing */

/* Opens the directory locked: nobody else changes it between look and act. */
static enum err
open_dir(const struct conf *c, int *fd, struct kids *kids, char *why)
{
	const char *dir = c->jwt_key_dir;
	enum err e;

	if (dir[0] == '\0')
		return key_fault(why, "jwt_key_dir", "is not set: make a directory "
		    "of mode 0700 and set it");
	*fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd < 0)
		return key_fault(why, dir, strerror(errno));
	e = file_lock(*fd) ? list(dir, kids, why)
	    : key_fault(why, dir, strerror(errno));
	if (e != E_OK)
		close(*fd);
	return e;
}

/* Text, which other programs and people can handle as well. */
static bool
write_random(int fd)
{
	unsigned char random[RANDOM_BYTES];
	char text[2 * RANDOM_BYTES + 2];
	size_t len = 2 * sizeof random + 1;
	bool ok = crypto_random(random, sizeof random) == E_OK;

	num_hex(random, sizeof random, text);
	text[len - 1] = '\n';
	errno = EIO;
	ok = ok && write(fd, text, len) == (ssize_t)len;
	explicit_bzero(random, sizeof random);
	explicit_bzero(text, sizeof text);
	return ok;
}

/* Root makes keys that the workers, who own the directory, must read. */
static bool
give_to_owner(int fd, int dir_fd)
{
	struct stat st;

	return geteuid() != 0 || (fstat(dir_fd, &st) == 0 &&
	    fchown(fd, st.st_uid, st.st_gid) == 0);
}

/* link() never replaces what is there. */
static enum err
make_key(const char *dir, int dir_fd, const char *kid, char *why)
{
	char fresh[PATH_BYTES], path[PATH_BYTES];
	bool ok;
	int fd;

	key_path(path, dir, kid);
	snprintf(fresh, sizeof fresh, "%s/.new.XXXXXX", dir);
	if ((fd = mkostemp(fresh, O_CLOEXEC)) < 0)
		return key_fault(why, dir, strerror(errno));
	ok = give_to_owner(fd, dir_fd) && write_random(fd) && fsync(fd) == 0 &&
	    link(fresh, path) == 0;
	if (!ok)
		key_fault(why, path, strerror(errno));
	close(fd);
	unlink(fresh);
	if (ok && fsync(dir_fd) != 0)
		return key_fault(why, dir, strerror(errno));
	return ok ? E_OK : E_CONFIG;
}

enum err
jwt_key_add(const struct conf *c, char kid[JWT_KID_BYTES], char *why)
{
	time_t now = time(NULL);
	struct kids kids;
	struct tm tm;
	enum err e;
	int fd;

	if (kid[0] == '\0')
		strftime(kid, JWT_KID_BYTES, "%Y%m%dT%H%M%SZ",
		    gmtime_r(&now, &tm));
	assert(jwt_kid_is_valid(kid));
	if ((e = open_dir(c, &fd, &kids, why)) != E_OK)
		return e;
	e = kids.n >= JWT_KEYS_MAX ? key_fault(why, c->jwt_key_dir,
	    "holds as many keys as there may be: retire one")
	    : make_key(c->jwt_key_dir, fd, kid, why);
	close(fd);
	return e;
}

enum err
jwt_key_retire(const struct conf *c, const char *kid, char *why)
{
	char path[PATH_BYTES];
	struct kids kids;
	enum err e;
	int fd;

	assert(jwt_kid_is_valid(kid));
	if ((e = open_dir(c, &fd, &kids, why)) != E_OK)
		return e;
	key_path(path, c->jwt_key_dir, kid);
	/* A key that isn't there can't be the last one. */
	if (kids.n == 1 && c->jwt_secret_file[0] == '\0' &&
	    access(path, F_OK) == 0)
		e = key_fault(why, kid, "is the last key, without which no worker "
		    "starts: add another first");
	else if (unlink(path) != 0 || fsync(fd) != 0)
		e = key_fault(why, path, strerror(errno));
	close(fd);
	return e;
}
