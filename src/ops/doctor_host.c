/* SPDX-License-Identifier: MIT */
/*
 * What the server lives on: the room of its disk, the size of its log, and who
 * comes in without a password.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/arena.h"
#include "base/conf.h"
#include "ops/account.h"
#include "ops/doctor_part.h"

#define MIB (INT64_C(1) << 20)
#define DISK_FREE_MIB 1024		/* or DISK_FREE_PERCENT of it */
#define DISK_FREE_PERCENT 10
#define REDO_MIB 64

/* A small log is full again and again, and writes wait for pages to be flushed. */
bool
doctor_redo_log(struct doctor *d)
{
	static const char *const names[] = { "innodb_redo_log_capacity",
	    "innodb_log_file_size" };
	const char *value;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (!doctor_variable(d, d->ctx, "GLOBAL", names[i], &value))
			return false;
		if (value[0] == '\0')
			continue;
		return strtoll(value, NULL, 10) >= REDO_MIB * MIB ||
		    doctor_bad(d, "set it to 256M in the server's file",
		    "%s is %lld MiB: writes wait while it is emptied",
		    names[i], strtoll(value, NULL, 10) / MIB);
	}
	return doctor_skip(d, "the server does not tell its size");
}

/* A full disk stops every write, and some servers for good. */
bool
doctor_disk(struct doctor *d)
{
	const char *dir;
	struct statvfs st;
	int64_t free_mib, all_mib;

	if (db_where(d->ctx->db)->port != 0)
		return doctor_skip(d, "db_socket is not set: the server may "
		    "be another machine's");
	if (!doctor_variable(d, d->ctx, "GLOBAL", "datadir", &dir))
		return false;
	if (statvfs(dir, &st) != 0)
		return doctor_skip(d, "%s: %s", dir, strerror(errno));
	free_mib = (int64_t)(st.f_bavail * st.f_frsize) / MIB;
	all_mib = (int64_t)(st.f_blocks * st.f_frsize) / MIB;
	return free_mib >= DISK_FREE_MIB ||
	    free_mib * 100 >= all_mib * DISK_FREE_PERCENT ||
	    doctor_bad(d, "make room, or move old backups and binlogs away",
	    "%s has %" PRId64 " MiB left of %" PRId64, dir, free_mib,
	    all_mib);
}

/* A locked one lets nobody in; false, and it is the check's fault, if unknown. */
static bool
is_locked(struct doctor *d, const char *user, const char *host, bool *locked)
{
	struct arena *a = d->ctx->arena;
	const char *name = account_identifier(a, user);
	const char *place = account_identifier(a, host);
	struct db_result r;

	if (name == NULL || place == NULL || !doctor_ask(d, d->ctx,
	    arena_printf(a, "SHOW CREATE USER %s@%s", name, place), &r))
		return false;
	*locked = strstr(db_at(&r, 0, 0)->s, " ACCOUNT LOCK") != NULL;
	return true;
}

/* By a socket the file's mode says who may; by TCP whoever reaches the port. */
bool
doctor_open_accounts(struct doctor *d)
{
	struct faults open = { 0 };
	struct db_result r;
	const char *off;
	bool locked;

	if (!doctor_variable(d, d->ctx, "GLOBAL", "skip_networking", &off))
		return false;
	if (strcmp(off, "ON") == 0)
		return doctor_skip(d, "the server listens at its socket alone");
	if (!doctor_ask(d, d->ctx, "SELECT User, Host FROM mysql.user "
	    "WHERE authentication_string = '' AND Host <> '' AND plugin IN "
	    "('', 'mysql_native_password', 'caching_sha2_password', "
	    "'sha256_password', 'ed25519') ORDER BY User, Host", &r))
		return false;
	for (size_t i = 0; i < r.rows; i++) {
		if (!is_locked(d, db_at(&r, i, 0)->s, db_at(&r, i, 1)->s,
		    &locked))
			return false;
		if (!locked)
			doctor_add(d, &open, "'%s'@'%s'", db_at(&r, i, 0)->s,
			    db_at(&r, i, 1)->s);
	}
	return open.n == 0 || doctor_bad(d, "ALTER USER ... IDENTIFIED BY, or "
	    "DROP USER", "no password has %s", open.text);
}
