/* SPDX-License-Identifier: MIT */
/* What is read from the outside by name or number, and isn't there. */
#include "config.h"

#include "base/file.h"

#include <CUnit/CUnit.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/fcgi.h"
#include "unit.h"

static void
test_file(void)
{
	struct arena *a = arena_new(65536);
	char path[UNIT_PATH_BYTES], *text;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	unit_file(path, "some", "a\0b", 3, 0600);
	CU_ASSERT_PTR_NOT_NULL_FATAL(text = file_read(a, path));
	CU_ASSERT_EQUAL(memcmp(text, "a\0b", 4), 0);
	unit_file(path, "none", "", 0, 0600);
	CU_ASSERT_PTR_NOT_NULL_FATAL(text = file_read(a, path));
	CU_ASSERT_STRING_EQUAL(text, "");
	unit_path(path, "absent");
	CU_ASSERT_PTR_NULL(file_read(a, path));
	CU_ASSERT_EQUAL(errno, ENOENT);
	unit_dir(path, "no-file");
	CU_ASSERT_PTR_NULL(file_read(a, path));
	CU_ASSERT_EQUAL(errno, EIO);
	unit_file(path, "large", "0123456789abcdef0123456789abcdef"
	    "0123456789abcdef0123456789abcdef", 64, 0600);
	text = path;
	for (int i = 0; i < 1024 && text != NULL; i++)
		text = file_read(a, path);
	CU_ASSERT_PTR_NULL(text);
	CU_ASSERT_EQUAL(errno, ENOMEM);
	arena_free(a);
}

/* Told in the log, and nothing worse. */
static void
test_fcgi(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct fcgi *f;

	fcgi_free(NULL);
	CU_ASSERT_PTR_NULL(fcgi_new(-1, 0, -1));
	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f = fcgi_new(fd, 0, -1));
	CU_ASSERT(!fcgi_accept(f));
	fcgi_free(f);
	close(fd);
}

void
suite_file(void)
{
	CU_pSuite s = CU_add_suite("file", NULL, NULL);

	CU_ADD_TEST(s, test_file);
	CU_ADD_TEST(s, test_fcgi);
}
