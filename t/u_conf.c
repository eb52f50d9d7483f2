/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/conf.h"

#include <CUnit/CUnit.h>
#include <ctype.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/snapshot.h"
#include "paths.h"
#include "unit.h"

struct setting {
	const char *key;
	char kind;		/* 'i', 's', 'c' */
	int64_t min, max;
	const char *unit;	/* or the choices */
	const char *def;
};

static const struct setting settings[] = {
#define CONF_INT(key, def, min, max, unit, help) \
	{ #key, 'i', min, max, unit, #def },
#define CONF_STR(key, def, longest, help) \
	{ #key, 's', 0, longest, "", def },
#define CONF_CHOICE(key, def, choices, help, ...) \
	{ #key, 'c', 0, 0, choices, def },
#include "base/conf.def"
#undef CONF_INT
#undef CONF_STR
#undef CONF_CHOICE
};

#define SETTINGS (sizeof settings / sizeof settings[0])

#define SECRET_MAX 8

/* A struct conf is large: one for all, filled anew by each load. */
static struct conf conf;
static char why[WHY_BYTES];

static void
variable_of(const char *key, char out[64])
{
	size_t i;

	strcpy(out, "SHOP_");
	for (i = 0; key[i] != '\0' && i < 58; i++)
		out[5 + i] = (char)toupper((unsigned char)key[i]);
	out[5 + i] = '\0';
}

/* The settings of whoever runs the tests must not decide them. */
static void
clear_environment(void)
{
	char name[64];

	unsetenv("SHOP_CONFIG");
	for (size_t i = 0; i < SETTINGS; i++) {
		variable_of(settings[i].key, name);
		unsetenv(name);
	}
}

static enum err
load_text(const char *text)
{
	char path[UNIT_PATH_BYTES];

	clear_environment();
	memset(why, 0, sizeof why);
	unit_file(path, "shop.conf", text, strlen(text), 0600);
	return conf_load(&conf, path, why);
}

/* What --check-config says of one key. */
static const char *
value_of(const char *key, char *out, size_t size)
{
	FILE *f = tmpfile();
	char line[8192];
	size_t len = strlen(key);

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	conf_print(&conf, f);
	rewind(f);
	out[0] = '\0';
	while (fgets(line, sizeof line, f) != NULL)
		if (strncmp(line, key, len) == 0 &&
		    strncmp(line + len, " = ", 3) == 0) {
			line[strcspn(line, "\n")] = '\0';
			snprintf(out, size, "%s", line + len + 3);
		}
	fclose(f);
	return out;
}

static void
test_defaults(void)
{
	char value[8192];

	CU_ASSERT_EQUAL(load_text(""), E_OK);
	for (size_t i = 0; i < SETTINGS; i++)
		CHECK_ROW(settings[i].key, strcmp(value_of(settings[i].key,
		    value, sizeof value), strcmp(settings[i].key, "db_user")
		    == 0 ? "shop_worker" : settings[i].def) == 0);
	CU_ASSERT_EQUAL(conf_check(&conf, why), E_OK);
	CU_ASSERT_EQUAL(conf.workers, 8);
	CU_ASSERT_STRING_EQUAL(conf.db_name, "shop");
	CU_ASSERT_EQUAL(conf.db_tls, DB_TLS_VERIFY);
}

/* Settings that are not given follow from the database's name. */
static void
test_worker_name(void)
{
	CU_ASSERT_EQUAL(load_text("db_name = staging\n"), E_OK);
	CU_ASSERT_STRING_EQUAL(conf.db_user, "staging_worker");
	CU_ASSERT_EQUAL(load_text("db_name = staging\ndb_user = me\n"),
	    E_OK);
	CU_ASSERT_STRING_EQUAL(conf.db_user, "me");
	CU_ASSERT_EQUAL(load_text("db_name = 12345678901234567890123456789012"
	    "34567890123456789012345678901234\n"), E_OK);
	CU_ASSERT_EQUAL(strlen(conf.db_user), 64 + 7);
}

static void
test_file(void)
{
	CU_ASSERT_EQUAL(load_text("# a comment\n\n"
	    "workers = 3\n"
	    "  db_name=other\n"
	    "\tdb_user = me\n"
	    "jwt_issuer = https://shop.example/\n"
	    "log_level = warn"), E_OK);
	CU_ASSERT_EQUAL(conf.workers, 3);
	CU_ASSERT_STRING_EQUAL(conf.db_name, "other");
	CU_ASSERT_STRING_EQUAL(conf.db_user, "me");
	CU_ASSERT_STRING_EQUAL(conf.jwt_issuer, "https://shop.example/");
	CU_ASSERT_EQUAL(conf.log_level, LEVEL_WARN);
}

/* The message names key, value and range, whatever the row. */
static void
check_refused(const struct setting *s, const char *value)
{
	char text[512], part[128];

	snprintf(text, sizeof text, "%s = %s\n", s->key, value);
	CHECK_ROW(text, load_text(text) == E_CONFIG);
	CHECK_ROW(text, strstr(why, "shop.conf:1: ") != NULL);
	snprintf(part, sizeof part, "%s = %s", s->key, value);
	CHECK_ROW(text, strstr(why, part) != NULL);
	snprintf(part, sizeof part, "%" PRId64 "..%" PRId64 " %s", s->min,
	    s->max, s->unit);
	if (s->kind == 'i')
		CHECK_ROW(text, strstr(why, part) != NULL);
	else
		CHECK_ROW(text, strstr(why, s->unit) != NULL);
}

static void
test_bad_integers(void)
{
	static const char *const bad[] = { "many", "1.5", "+1", "01", "1 s",
	    "0x10", "-1", "99999999999999999999", "1e3" };
	char value[32], text[128];

	for (size_t i = 0; i < SETTINGS; i++) {
		const struct setting *s = &settings[i];

		if (s->kind != 'i')
			continue;
		for (size_t b = 0; b < sizeof bad / sizeof bad[0]; b++)
			check_refused(s, bad[b]);
		snprintf(value, sizeof value, "%" PRId64, s->max + 1);
		check_refused(s, value);
		snprintf(value, sizeof value, "%" PRId64, s->min - 1);
		check_refused(s, value);
		snprintf(text, sizeof text, "%s = %" PRId64, s->key, s->min);
		CHECK_ROW(text, load_text(text) == E_OK);
		snprintf(text, sizeof text, "%s = %" PRId64, s->key, s->max);
		CHECK_ROW(text, load_text(text) == E_OK);
		snprintf(text, sizeof text, "%s =", s->key);
		CHECK_ROW(text, load_text(text) == E_CONFIG);
	}
}

static void
test_bad_choices(void)
{
	static const char *const bad[] = { "of", "ON", "offf", "|", "off|on",
	    "on|", "|on", "maybe" };
	char one[64], text[128];

	for (size_t i = 0; i < SETTINGS; i++) {
		const struct setting *s = &settings[i];
		const char *at = s->unit;

		if (s->kind != 'c')
			continue;
		for (size_t b = 0; b < sizeof bad / sizeof bad[0]; b++)
			check_refused(s, bad[b]);
		/* The whole list is longer than the setting's place. */
		check_refused(s, s->unit);
		for (; *at != '\0'; at += strspn(at, "|")) {
			size_t len = strcspn(at, "|");

			snprintf(one, sizeof one, "%.*s", (int)len, at);
			snprintf(text, sizeof text, "%s = %s", s->key, one);
			CHECK_ROW(text, load_text(text) == E_OK);
			at += len;
		}
	}
}

/* Each as long as its row says, and one byte more; by the environment. */
static void
test_long_texts(void)
{
	char name[64], bytes[64], *value;

	CU_ASSERT_PTR_NOT_NULL_FATAL(value = malloc(8192));
	for (size_t i = 0; i < SETTINGS; i++) {
		const struct setting *s = &settings[i];

		if (s->kind != 's')
			continue;
		clear_environment();
		variable_of(s->key, name);
		memset(value, 'x', 8192);
		value[s->max] = '\0';
		setenv(name, value, 1);
		CHECK_ROW(s->key, conf_load(&conf, NULL, why) == E_OK);
		value[s->max] = 'x';
		value[s->max + 1] = '\0';
		setenv(name, value, 1);
		CHECK_ROW(s->key, conf_load(&conf, NULL, why) ==
		    E_CONFIG);
		snprintf(bytes, sizeof bytes, "at most %" PRId64 " bytes",
		    s->max);
		CHECK_ROW(s->key, strstr(why, bytes) != NULL);
		CHECK_ROW(s->key, strstr(why, s->key) != NULL);
		CHECK_ROW(s->key, strstr(why, "xxx") != NULL);
	}
	free(value);
	clear_environment();
}

static void
test_bad_files(void)
{
	static const struct {
		const char *text, *told;
	} rows[] = {
		{ "wokers = 3\n", "wokers: no such setting" },
		{ "WORKERS = 3\n", "WORKERS: no such setting" },
		{ "[pool]\nworkers = 3\n", "[pool]: no such setting" },
		{ "workers\n", "shop.conf:1: not a key = value line" },
		{ "workers = 3\nnonsense\n", "shop.conf:2: not a key" },
		/* A value has one line. */
		{ "workers = 3\n  9\n", "shop.conf:2: not a key" },
		/* The first fault is told, not the last. */
		{ "workers = 0\nworkers = 999\n", "workers = 0" },
	};
	char path[UNIT_PATH_BYTES];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		CHECK_ROW(rows[i].text, load_text(rows[i].text) ==
		    E_CONFIG);
		CHECK_ROW(rows[i].text, strstr(why, rows[i].told) != NULL);
	}
	unit_path(path, "absent.conf");
	CU_ASSERT_EQUAL(conf_load(&conf, path, why), E_CONFIG);
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "absent.conf: No such file"));
	unit_path(path, "");
	CU_ASSERT_EQUAL(conf_load(&conf, path, why), E_CONFIG);
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "Is a directory"));
}

/* From the file, too: all of it, or a refusal. */
static void
test_long_lines(void)
{
	char *text = malloc(16384), *value = malloc(8192);

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	CU_ASSERT_PTR_NOT_NULL_FATAL(value);
	for (size_t n = 1; n <= 4096; n += n < 150 || n > 4000 ? 1 : 97) {
		memset(value, 'x', n);
		value[n - 1] = 'y';
		value[n] = '\0';
		snprintf(text, 16384, "workers = 3\njwt_secret_file = %s\n"
		    "db_port = 5\n", value);
		CHECK_ROW(text, load_text(text) == (n <= 4095 ? E_OK
		    : E_CONFIG));
		if (n <= 4095) {
			CHECK_ROW(text, strcmp(conf.jwt_secret_file, value)
			    == 0);
			CHECK_ROW(text, conf.db_port == 5);
		} else {
			CHECK_ROW(text, strstr(why, "shop.conf:2: "
			    "jwt_secret_file = xxx") != NULL);
		}
	}
	free(value);
	free(text);
}

#define FORM(text, key, value) { text, sizeof text - 1, key, value }
/* What a line means; key NULL: refused, and value is a part of why. */
static const struct {
	const char *text;
	size_t len;
	const char *key, *value;
} forms[] = {
	FORM("db_name = a b", "db_name", "a b"),
	FORM("db_name=a=b", "db_name", "a=b"),
	FORM("db_name: a", "db_name", "a"),
	FORM("listen = unix:/x", "listen", "unix:/x"),
	FORM("\t db_name \t=\t a \t\n", "db_name", "a"),
	FORM("db_name = a\r\nworkers = 3\r\n", "db_name", "a"),
	FORM("\xef\xbb\xbf" "db_name = a\n", "db_name", "a"),
	FORM("db_name = a ; b", "db_name", "a"),
	FORM("db_name = a;b", "db_name", "a;b"),
	FORM("db_name = a # b", "db_name", "a # b"),
	FORM("db_name = ; none", "db_name", ""),
	FORM("db_name =", "db_name", ""),
	FORM("db_name = \"a\"", "db_name", "\"a\""),
	FORM("db_name = \xea\xb0\x80", "db_name", "\xea\xb0\x80"),
	FORM("; \xff\n # \xff\ndb_name = a", "db_name", "a"),
	FORM("db_name = \xff", NULL, "shop.conf:1: not UTF-8"),
	FORM("\ndb_name = a\0b", NULL, "shop.conf:2: a zero byte"),
	FORM("# a\0b\n", NULL, "shop.conf:1: a zero byte"),
	FORM("d\0b\0", NULL, "shop.conf:1: a zero byte"),
	FORM("db_name = a\x1b[2J", NULL, "shop.conf:1: a control character"),
	FORM("db_name = a\rb", NULL, "shop.conf:1: a control character"),
	FORM("\xef\xbb\xbf\xef\xbb\xbf" "workers = 3", NULL,
	    "workers: no such setting"),
	FORM("= a", NULL, "shop.conf:1: not a key = value line"),
	FORM("db_name ; = a", NULL, "shop.conf:1: not a key = value line"),
	FORM("[shop]\n", NULL, "shop.conf:1: [shop]: no such setting"),
	FORM("workers = 3\n\nworkers = 3\n", NULL,
	    "shop.conf:3: workers: set before, in line 1"),
	FORM("db_name = a\n  b\n", NULL, "shop.conf:2: not a key"),
};
#undef FORM

static void
test_forms(void)
{
	char path[UNIT_PATH_BYTES], value[8192];
	enum err e;

	clear_environment();
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		unit_file(path, "shop.conf", forms[i].text, forms[i].len,
		    0600);
		why[0] = '\0';
		e = conf_load(&conf, path, why);
		CHECK_ROW(forms[i].text, (e == E_OK) == (forms[i].key != NULL));
		if (forms[i].key != NULL)
			CHECK_ROW(forms[i].text, strcmp(value_of(forms[i].key,
			    value, sizeof value), forms[i].value) == 0);
		else
			CHECK_ROW(forms[i].text, strstr(why, forms[i].value)
			    != NULL);
	}
}

/* No file may hold a program up, or be taken for an empty one. */
static void
test_files_that_are_none(void)
{
	char path[UNIT_PATH_BYTES];
	char *large = calloc(1, 1024 * 1024 + 1);

	clear_environment();
	unit_path(path, "conf.fifo");
	CU_ASSERT(mkfifo(path, 0600) == 0);
	CU_ASSERT_EQUAL(conf_load(&conf, path, why), E_CONFIG);
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "conf.fifo: not a plain file"));
	unlink(path);
	CU_ASSERT_PTR_NOT_NULL_FATAL(large);
	memset(large, '\n', 1024 * 1024 + 1);
	unit_file(path, "large.conf", large, 1024 * 1024 + 1, 0600);
	CU_ASSERT_EQUAL(conf_load(&conf, path, why), E_CONFIG);
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "large.conf: too long"));
	unit_file(path, "large.conf", large, 1024 * 1024, 0600);
	CU_ASSERT_EQUAL(conf_load(&conf, path, why), E_OK);
	free(large);
	CU_ASSERT_EQUAL(conf_load(&conf, "/dev/null", why), E_OK);
	CU_ASSERT_STRING_EQUAL(conf_source(&conf), "/dev/null");
	CU_ASSERT_EQUAL(conf_load(&conf, "", why), E_CONFIG);
}

/* A worker gets what shopd recorded, even if the files changed since. */
static void
test_snapshot(void)
{
	char path[UNIT_PATH_BYTES], gone[UNIT_PATH_BYTES], *text;
	char pinned[UNIT_PATH_BYTES];
	size_t len;
	int fd;

	unit_path(gone, "gone");
	unit_file(path, "kept", "once\n", 5, 0600);
	snapshot_record();
	CU_ASSERT_EQUAL(conf_read_secret(path, SECRET_MAX, &text, &len, why),
	    E_OK);
	free(text);
	CU_ASSERT(!snapshot_exists(gone));
	CU_ASSERT_FATAL((fd = snapshot_seal()) >= 0);
	CU_ASSERT_EQUAL(write(fd, "x", 1), -1);
	unit_file(path, "kept", "changed", 7, 0600);
	unit_file(gone, "gone", "came", 4, 0644);
	CU_ASSERT_EQUAL(snapshot_hand_on(fd), 0);
	CU_ASSERT(snapshot_join());
	CU_ASSERT_EQUAL(conf_read_secret(path, SECRET_MAX, &text, &len, why),
	    E_OK);
	CU_ASSERT_STRING_EQUAL(text, "once");
	free(text);
	CU_ASSERT(!snapshot_exists(gone));
	CU_ASSERT_EQUAL(conf_read_secret(path, 2, &text, &len, why),
	    E_CONFIG);
	strcpy(pinned, path);
	CU_ASSERT(snapshot_pin(pinned, sizeof pinned));
	snapshot_drop();
	CU_ASSERT_EQUAL(snapshot_read(pinned, SNAPSHOT_OPEN, 99, &text, &len,
	    why), E_OK);
	CU_ASSERT_STRING_EQUAL(text, "once\n");
	free(text);
	CU_ASSERT_EQUAL(conf_read_secret(path, SECRET_MAX, &text, &len, why),
	    E_OK);
	CU_ASSERT_STRING_EQUAL(text, "changed");
	free(text);
	CU_ASSERT(snapshot_exists(gone));
}

/* Another version's, or nobody's: a worker does not start with it. */
static void
test_bad_snapshots(void)
{
	static const struct { const char *text; size_t len; } bad[] = {
		{ "", 0 }, { "shop-files 2\n", 13 }, { "shop-files 1", 12 },
		{ "shop-files 1\nxx", 15 },
		{ "shop-files 1\n\1\0\0\0\1\0\0\0x", 22 },
		{ "shop-files 1\n\xff\xff\xff\xff\1\0\0\0x", 22 },
	};
	char path[UNIT_PATH_BYTES], number[16];

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		int fd;

		unit_file(path, "record", bad[i].text, bad[i].len, 0600);
		CU_ASSERT_FATAL((fd = open(path, O_RDONLY)) >= 0);
		snprintf(number, sizeof number, "%d", fd);
		setenv("SHOP_FILES_FD", number, 1);
		CHECK_ROW(bad[i].text, !snapshot_join());
		CHECK_ROW(bad[i].text, getenv("SHOP_FILES_FD") == NULL);
	}
	setenv("SHOP_FILES_FD", "x", 1);
	CU_ASSERT(!snapshot_join());
	CU_ASSERT(snapshot_join());
}

static void
test_environment(void)
{
	char path[UNIT_PATH_BYTES];
	static const char text[] = "workers = 3\ndb_name = of_file\n";

	clear_environment();
	unit_file(path, "shop.conf", text, sizeof text - 1, 0600);
	setenv("SHOP_CONFIG", path, 1);
	CU_ASSERT_EQUAL(conf_load(&conf, NULL, why), E_OK);
	CU_ASSERT_EQUAL(conf.workers, 3);
	setenv("SHOP_WORKERS", "4", 1);
	setenv("SHOP_LOG_LEVEL", "debug", 1);
	CU_ASSERT_EQUAL(conf_load(&conf, path, why), E_OK);
	CU_ASSERT_EQUAL(conf.workers, 4);
	CU_ASSERT_EQUAL(conf.log_level, LEVEL_DEBUG);
	CU_ASSERT_STRING_EQUAL(conf.db_name, "of_file");
	/* An empty variable is a value, too. */
	setenv("SHOP_DB_NAME", "", 1);
	CU_ASSERT_EQUAL(conf_load(&conf, path, why), E_OK);
	CU_ASSERT_STRING_EQUAL(conf.db_name, "");
	setenv("SHOP_WORKERS", "0", 1);
	CU_ASSERT_EQUAL(conf_load(&conf, path, why), E_CONFIG);
	CU_ASSERT_STRING_EQUAL(why, "environment: workers = 0: must be a "
	    "number of 1..256 processes");
	clear_environment();
}

static void
test_time_chain(void)
{
	static const struct {
		const char *text, *told;
	} rows[] = {
		{ "db_lock_wait_s = 2\n", "db_lock_wait_s (2000 ms) must be "
		    "shorter than db_read_timeout_s (2000 ms)" },
		{ "db_read_timeout_s = 5\n", "db_read_timeout_s (5000 ms) "
		    "must be shorter than request_deadline_ms (5000 ms)" },
		{ "db_connect_timeout_s = 3\n", "db_connect_timeout_s + "
		    "db_read_timeout_s (5000 ms) must be shorter than "
		    "request_deadline_ms (5000 ms)" },
		{ "request_deadline_ms = 8000\n", "request_deadline_ms (8000 "
		    "ms) must be shorter than nginx_timeout_s (8000 ms)" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		CHECK_ROW(rows[i].text, load_text(rows[i].text) == E_OK);
		CHECK_ROW(rows[i].text, conf_check(&conf, why) ==
		    E_CONFIG);
		CHECK_ROW(rows[i].text, strcmp(why, rows[i].told) == 0);
	}
	CU_ASSERT_EQUAL(load_text("db_read_timeout_s = 3\n"), E_OK);
	CU_ASSERT_EQUAL(conf_check(&conf, why), E_OK);
}

static void
test_help_names_every_setting(void)
{
	FILE *f = tmpfile();
	char *text = calloc(1, 65536), name[80];

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	conf_print_help(f);
	rewind(f);
	CU_ASSERT(fread(text, 1, 65535, f) > 0);
	for (size_t i = 0; i < SETTINGS; i++) {
		snprintf(name, sizeof name, "  %s ", settings[i].key);
		CHECK_ROW(settings[i].key, strstr(text, name) != NULL);
		CHECK_ROW(settings[i].key, strstr(text, settings[i].unit) !=
		    NULL);
	}
	free(text);
	fclose(f);
}

#define ROW(text, mode, secret, told) \
{ text, sizeof text - 1, mode, secret, told }
static const struct {
	const char *text;
	size_t len;
	mode_t mode;
	const char *secret;	/* NULL: refused */
	const char *told;
} secrets[] = {
	ROW("secret", 0600, "secret", NULL),
	ROW("secret", 0400, "secret", NULL),
	ROW("secret\n", 0600, "secret", NULL),
	ROW("secret\n\n", 0600, "secret\n", NULL),
	ROW(" s \r\n", 0600, " s \r", NULL),
	ROW("\xff", 0600, "\xff", NULL),
	ROW("12345678", 0600, "12345678", NULL),
	ROW("12345678\n", 0600, "12345678", NULL),
	ROW("123456789", 0600, NULL, "too long"),
	ROW("123456789\n", 0600, NULL, "too long"),
	ROW("12345678\n\n", 0600, NULL, "too long"),
	ROW("12345678\n9", 0600, NULL, "too long"),
	ROW("1234567890123456789012345", 0600, NULL, "too long"),
	ROW("", 0600, NULL, "empty"),
	ROW("\n", 0600, NULL, "empty"),
	ROW("a\0b", 0600, NULL, "holds a zero byte"),
	ROW("ab\0", 0600, NULL, "holds a zero byte"),
	ROW("\0", 0600, NULL, "holds a zero byte"),
	ROW("secret", 0640, NULL, "readable by others"),
	ROW("secret", 0604, NULL, "readable by others"),
	ROW("secret", 0620, NULL, "readable by others"),
	ROW("secret", 0601, NULL, "readable by others"),
};
#undef ROW

static void
test_secrets(void)
{
	char path[UNIT_PATH_BYTES], *secret;
	size_t len;

	for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
		enum err e;

		unit_file(path, "secret", secrets[i].text, secrets[i].len,
		    secrets[i].mode);
		e = conf_read_secret(path, SECRET_MAX, &secret, &len, why);
		CHECK_ROW(secrets[i].text, (e == E_OK) ==
		    (secrets[i].secret != NULL));
		if (e == E_OK) {
			CHECK_ROW(secrets[i].text, secrets[i].secret != NULL &&
			    strcmp(secret, secrets[i].secret) == 0);
			CHECK_ROW(secrets[i].text, strlen(secret) == len);
			free(secret);
			continue;
		}
		CHECK_ROW(secrets[i].text, e == E_CONFIG);
		CHECK_ROW(secrets[i].text, strstr(why, path) == why);
		CHECK_ROW(secrets[i].text, secrets[i].told != NULL &&
		    strstr(why, secrets[i].told) != NULL);
	}
}

static void
test_secrets_that_are_no_files(void)
{
	char path[UNIT_PATH_BYTES], *secret;
	size_t len;

	unit_path(path, "absent");
	CU_ASSERT_EQUAL(conf_read_secret(path, SECRET_MAX, &secret, &len,
	    why), E_CONFIG);
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "absent: No such file"));
	unit_path(path, "");
	CU_ASSERT_EQUAL(conf_read_secret(path, SECRET_MAX, &secret, &len,
	    why), E_CONFIG);
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "not a plain file"));
	/* Nobody writes to it: this must not wait. */
	unit_path(path, "fifo");
	CU_ASSERT(mkfifo(path, 0600) == 0);
	CU_ASSERT_EQUAL(conf_read_secret(path, SECRET_MAX, &secret, &len,
	    why), E_CONFIG);
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "not a plain file"));
	unlink(path);
	/* A plain file that can be opened, and whose first page can't be read. */
	CU_ASSERT_EQUAL(conf_read_secret("/proc/self/mem", SECRET_MAX,
	    &secret, &len, why), E_CONFIG);
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "mem: Input/output error"));
}

void
suite_conf(void)
{
	CU_pSuite s = CU_add_suite("conf", NULL, NULL);

	CU_ADD_TEST(s, test_defaults);
	CU_ADD_TEST(s, test_worker_name);
	CU_ADD_TEST(s, test_file);
	CU_ADD_TEST(s, test_bad_integers);
	CU_ADD_TEST(s, test_bad_choices);
	CU_ADD_TEST(s, test_long_texts);
	CU_ADD_TEST(s, test_bad_files);
	CU_ADD_TEST(s, test_long_lines);
	CU_ADD_TEST(s, test_forms);
	CU_ADD_TEST(s, test_files_that_are_none);
	CU_ADD_TEST(s, test_snapshot);
	CU_ADD_TEST(s, test_bad_snapshots);
	CU_ADD_TEST(s, test_environment);
	CU_ADD_TEST(s, test_time_chain);
	CU_ADD_TEST(s, test_help_names_every_setting);
	CU_ADD_TEST(s, test_secrets);
	CU_ADD_TEST(s, test_secrets_that_are_no_files);
}
