/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <CUnit/CUnit.h>
#include <CUnit/TestDB.h>
#include <CUnit/TestRun.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/limits.h"
#include "io/jwt_key.h"

static struct conf conf;
static struct jwt_keys *keys;
static char dir[UNIT_PATH_BYTES / 2];

static void
check_setup(bool ok, const char *what)
{
	if (ok)
		return;
	printf("Bail out! %s\n", what);
	perror(what);
	exit(EXIT_FAILURE);
}

void
unit_path(char *out, const char *name)
{
	const char *tmp = getenv("TMPDIR");
	int len;

	if (dir[0] == '\0') {
		len = snprintf(dir, sizeof dir, "%s/shop-unit.XXXXXX",
		    tmp != NULL ? tmp : "/tmp");
		check_setup((size_t)len < sizeof dir, "TMPDIR is too long");
		check_setup(mkdtemp(dir) != NULL, "no private directory");
	}
	snprintf(out, UNIT_PATH_BYTES, "%s/%s", dir, name);
}

void
unit_file(char *out, const char *name, const void *content, size_t len,
    mode_t mode)
{
	int fd;

	unit_path(out, name);
	unlink(out);
	fd = open(out, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	check_setup(fd >= 0, out);
	check_setup(write(fd, content, len) == (ssize_t)len, out);
	/* Not open()'s mode: that is subject to the umask. */
	check_setup(fchmod(fd, mode) == 0, out);
	close(fd);
}

void
unit_dir(char *out, const char *name)
{
	unit_path(out, name);
	check_setup(mkdir(out, 0700) == 0, out);
}

struct arena *unit_arena;

int
unit_arena_up(void)
{
	unit_arena = arena_new(ARENA_BYTES_MAX);
	return unit_arena == NULL;
}

int
unit_arena_down(void)
{
	arena_free(unit_arena);
	return 0;
}

bool
unit_ctx(struct ctx *ctx)
{
	static const char secret[] = "0123456789abcdef0123456789abcdef";
	char path[UNIT_PATH_BYTES], why[WHY_BYTES];

	*ctx = (struct ctx){ .conf = &conf };
	unit_file(path, "ctx.secret", secret, sizeof secret - 1, 0600);
	if (conf_load(&conf, "/dev/null", why) != E_OK)
		return false;
	snprintf(conf.jwt_secret_file, sizeof conf.jwt_secret_file, "%s",
	    path);
	if (jwt_keys_load(&conf, &keys, why) != E_OK)
		return false;
	ctx->keys = keys;
	ctx->arena = arena_new(ARENA_BYTES_MAX);
	return ctx->arena != NULL;
}

void
unit_ctx_free(struct ctx *ctx)
{
	arena_free(ctx->arena);
	jwt_keys_free(keys);
	keys = NULL;
}

static void
remove_tree(const char *path)
{
	char inner[UNIT_PATH_BYTES + 256];
	struct dirent *entry;
	DIR *d = opendir(path);

	while (d != NULL && (entry = readdir(d)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		if ((size_t)snprintf(inner, sizeof inner, "%s/%s", path,
		    entry->d_name) < sizeof inner && unlink(inner) != 0)
			remove_tree(inner);
	}
	if (d != NULL)
		closedir(d);
	rmdir(path);
}

void
unit_check(bool ok, const char *file, unsigned int line,
    const char *condition, const char *row)
{
	char text[512];

	snprintf(text, sizeof text, "%s: %.200s", condition, row);
	/* A row's newline must not end TAP's comment. */
	for (char *c = text; *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	CU_assertImplementation(ok, line, text, file, "", CU_FALSE);
}

static void
on_complete(const CU_pTest test, const CU_pSuite suite,
    const CU_pFailureRecord failures)
{
	static unsigned int number;

	printf("%sok %u - %s: %s\n", failures == NULL ? "" : "not ",
	    ++number, suite->pName, test->pName);
	for (CU_pFailureRecord f = failures; f != NULL; f = f->pNext)
		printf("# %s:%u: %s\n", f->strFileName, f->uiLineNumber,
		    f->strCondition);
}

/* CUnit would pass over its tests in silence. */
static void
on_setup_failure(const CU_pSuite suite)
{
	printf("Bail out! %s: its setup failed\n", suite->pName);
	exit(EXIT_FAILURE);
}

static void
add_suites(void)
{
	suite_arena();
	suite_breaker();
	suite_buf();
	suite_conns();
	suite_file();
	suite_host();
	suite_cache();
	suite_metric();
	suite_num();
	suite_log();
	suite_conf();
	suite_email();
	suite_err();
	suite_json();
	suite_language();
	suite_corpus();
	suite_octets();
	suite_place();
	suite_jwt();
	suite_crypto();
	suite_route();
	suite_seal();
	suite_content();
	suite_etag();
	suite_fields();
	suite_query();
	suite_idem();
	suite_http();
	suite_body();
	suite_request();
	suite_db();
	suite_script();
	suite_account();
	suite_utf8();
}

/*
 * Automake's driver counts a non-zero exit as one more error: failed tests
 * are told by TAP alone, and the exit says whether they could be run.
 */
int
main(void)
{
	/* A crash must not take finished lines along. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (CU_initialize_registry() != CUE_SUCCESS) {
		printf("Bail out! %s\n", CU_get_error_msg());
		return EXIT_FAILURE;
	}
	add_suites();
	if (CU_get_error() != CUE_SUCCESS) {
		printf("Bail out! %s\n", CU_get_error_msg());
		return EXIT_FAILURE;
	}
	printf("1..%u\n", CU_get_registry()->uiNumberOfTests);
	CU_set_test_complete_handler(on_complete);
	CU_set_suite_init_failure_handler(on_setup_failure);
	(void)CU_run_all_tests();
	CU_cleanup_registry();
	if (dir[0] != '\0')
		remove_tree(dir);
	return EXIT_SUCCESS;
}
