/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "fuzz.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"

void
fuzz_failed(const char *file, int line, const char *condition)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
	abort();
}

struct conf *
fuzz_conf(void)
{
	static struct conf conf;
	static bool loaded;
	char why[WHY_BYTES];

	if (!loaded)
		CHECK(conf_load(&conf, "/dev/null", why) == E_OK);
	loaded = true;
	return &conf;
}

static void
put_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	CHECK(fd >= 0);
	CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

/* Keys come from files, so files there must be for a moment. */
static struct jwt_keys *
load_keys(void)
{
	char dir[] = "/tmp/shop-fuzz.XXXXXX", why[WHY_BYTES];
	char nameless[sizeof dir + 8], named[sizeof dir + 16];
	struct conf *c = fuzz_conf();
	struct jwt_keys *keys;

	CHECK(mkdtemp(dir) != NULL);
	snprintf(c->jwt_key_dir, sizeof c->jwt_key_dir, "%s", dir);
	snprintf(nameless, sizeof nameless, "%s/secret", dir);
	snprintf(c->jwt_secret_file, sizeof c->jwt_secret_file, "%s",
	    nameless);
	snprintf(named, sizeof named, "%s/k1.key", dir);
	put_file(nameless, FUZZ_KEY);
	put_file(named, FUZZ_KEY_1);
	CHECK(jwt_keys_load(c, &keys, why) == E_OK);
	unlink(nameless);
	unlink(named);
	rmdir(dir);
	return keys;
}

const struct jwt_keys *
fuzz_keys(void)
{
	static struct jwt_keys *keys;

	if (keys == NULL)
		keys = load_keys();
	return keys;
}

struct arena *
fuzz_arena(void)
{
	static struct arena *arena;

	if (arena == NULL)
		arena = arena_new(ARENA_BYTES_MAX);
	CHECK(arena != NULL);
	return arena;
}
