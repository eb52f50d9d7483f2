/* SPDX-License-Identifier: MIT */
/*
 * Are the variables of io/db_session.def as they must be: those that each
 * session sets, and those that only the server's operator can?
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "ops/doctor_part.h"

/* All variables, as (name, value). */
static const char *
limit_value(const struct db_result *vars, const char *name)
{
	for (size_t i = 0; i < vars->rows; i++)
		if (strcmp(db_at(vars, i, 0)->s, name) == 0)
			return db_at(vars, i, 1)->null ? ""
			    : db_at(vars, i, 1)->s;
	return NULL;
}

/* "0" and "0.000000" are the same. */
static bool
is_same(const char *a, const char *b)
{
	char *end_a, *end_b;
	double x = strtod(a, &end_a), y = strtod(b, &end_b);

	if (end_a == a || end_b == b || *end_a != '\0' || *end_b != '\0')
		return strcmp(a, b) == 0;
	return x <= y && x >= y;
}

/* The most that the row asks for, or what it forbids. */
static const char *
bound(struct doctor *d, const struct db_server_row *row)
{
	if (row->rule != DB_AT_LEAST_A_WORKER)
		return row->value;
	return arena_printf(d->ctx->arena, "%lld", (long long)
	    (strtoll(row->value, NULL, 10) * conf_workers(d->ctx->conf)));
}

static bool
is_kept(const struct db_server_row *row, const char *value, const char *limit,
    bool has_binlog)
{
	switch (row->rule) {
	case DB_IS:
		return is_same(value, limit);
	case DB_AT_LEAST:
	case DB_AT_LEAST_A_WORKER:
		return strtoull(value, NULL, 10) >= strtoull(limit, NULL, 10);
	case DB_WITH_BINLOG_IS:
		return !has_binlog || is_same(value, limit);
	case DB_WITH_BINLOG_IS_NOT:
		return !has_binlog || !is_same(value, limit);
	}
	return false;
}

static void
add_variable(struct doctor *d, const struct db_server_row *row,
    const char *value, const char *limit, struct faults *wrong,
    struct faults *remedy)
{
	bool other = row->rule == DB_WITH_BINLOG_IS_NOT;

	doctor_add(d, wrong, "%s is %s, %s", row->name, value, row->why);
	doctor_add(d, remedy, "SET GLOBAL %s %s %s where the server lets you, "
	    "and set it in its file", row->name, other ? "to other than" : "=",
	    limit[0] != '\0' ? limit : "''");
}

bool
doctor_server(struct doctor *d)
{
	struct faults wrong = { 0 }, remedy = { 0 };
	const struct db_server_row *row = db_server_rows;
	const char *value, *limit, *log_bin;
	struct db_result vars;

	if (!doctor_ask(d, d->ctx, "SHOW GLOBAL VARIABLES", &vars))
		return false;
	log_bin = limit_value(&vars, "log_bin");
	for (; row->name != NULL; row++) {
		if (strcmp(row->check, d->check) != 0 ||
		    (value = limit_value(&vars, row->name)) == NULL)
			continue;
		if ((limit = bound(d, row)) == NULL)
			return doctor_bad(d, "try again", "out of memory");
		if (!is_kept(row, value, limit, log_bin != NULL &&
		    strcmp(log_bin, "ON") == 0))
			add_variable(d, row, value, limit, &wrong, &remedy);
	}
	return wrong.n == 0 || doctor_bad(d, remedy.text, "%s", wrong.text);
}

/* Has this server the row's variable for its sessions to set? */
static bool
is_set_here(const struct db_session_row *row, const struct db_result *vars)
{
	const char *version = limit_value(vars, "version");
	bool mariadb = version != NULL && strstr(version, "MariaDB") != NULL;

	return (mariadb ? row->mariadb : row->mysql) != DB_NO_VERSION &&
	    limit_value(vars, row->name) != NULL;
}

bool
doctor_session(struct doctor *d)
{
	const struct db_session_row *row = db_session_rows;
	struct faults wrong = { 0 };
	const char *value, *wanted;
	struct db_result vars;

	if (!doctor_ask(d, &d->worker, "SHOW SESSION VARIABLES", &vars))
		return false;
	for (; row->name != NULL; row++) {
		if (!is_set_here(row, &vars))
			continue;
		wanted = row->value != NULL ? row->value
		    : arena_printf(d->ctx->arena, "%lld",
		    (long long)d->ctx->conf->db_lock_wait_s);
		value = limit_value(&vars, row->name);
		if (wanted != NULL && !is_same(value, wanted))
			doctor_add(d, &wrong, "%s is %s instead of %s",
			    row->name, value, wanted);
	}
	return wrong.n == 0 || doctor_bad(d, "take what stands between us and "
	    "the server away", "its sessions' %s", wrong.text);
}
