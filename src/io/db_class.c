/* SPDX-License-Identifier: MIT */
/* db_err.def as a switch: from a number to what the caller can do about it. */
#include "config.h"

#include "io/db.h"

static const struct {
	unsigned number;
	enum db_class before, at_commit;
} errors[] = {
#define DB_ERR(number, before, at_commit) \
	{ number, DB_##before, DB_##at_commit },
#include "io/db_err.def"
#undef DB_ERR
};

enum db_class
db_classify(unsigned number, bool at_commit)
{
	for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
		if (errors[i].number == number)
			return at_commit ? errors[i].at_commit
			    : errors[i].before;
	return DB_BUG;
}

const char *
db_class_name(enum db_class c)
{
	static const char *const names[] = {
		[DB_OK] = "ok", [DB_ABORTED] = "aborted",
		[DB_STMT_FAILED] = "statement_failed",
		[DB_CONN_LOST] = "connection_lost",
		[DB_NO_CONN] = "no_connection", [DB_AWAY] = "away",
		[DB_CROWDED] = "crowded",
		[DB_NOT_WRITABLE] = "not_writable",
		[DB_COMMIT_UNKNOWN] = "commit_unknown",
		[DB_RESOURCE] = "resource", [DB_DUPLICATE] = "duplicate",
		[DB_REFUSED] = "refused", [DB_BUG] = "bug",
		[DB_UNFIT] = "unfit",
	};

	return names[c];
}
