/* SPDX-License-Identifier: MIT */
/* May the server's settings stop all writes, or some of the workers? */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "ops/account.h"
#include "ops/doctor_part.h"

/* Who is not the primary of a group must not be told to take writes. */
static const char *
writable_remedy(struct doctor *d, const char *remedy)
{
	const char *group;

	if (!doctor_variable(d, d->ctx, "GLOBAL",
	    "group_replication_group_name", &group))
		return NULL;
	return group[0] == '\0' ? remedy : "leave that: its group says who takes "
	    "writes. Put all its nodes into db_host; where none takes any see "
	    "docs/cluster.md";
}

/* Variables that stop writes, each with the one value that doesn't. */
bool
doctor_writable(struct doctor *d)
{
	static const struct { const char *name, *well, *remedy; } table[] = {
	    { "read_only", "OFF", "SET GLOBAL read_only = OFF, where this is "
	    "the server that takes writes" },
	    { "super_read_only", "OFF", "SET GLOBAL super_read_only = OFF, "
	    "where this is the server that takes writes" },
	    { "innodb_read_only", "OFF", "start the server without "
	    "innodb_read_only" } };
	const char *value, *remedy;

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		if (!doctor_variable(d, d->ctx, "GLOBAL", table[i].name,
		    &value))
			return false;
		if (value[0] == '\0' || strcmp(value, table[i].well) == 0)
			continue;
		remedy = writable_remedy(d, table[i].remedy);
		return remedy != NULL && doctor_bad(d, remedy, "%s is %s",
		    table[i].name, value);
	}
	return true;
}

static bool
may_connect(struct doctor *d, const char *what, int64_t has, int64_t needs)
{
	return has >= needs || doctor_bad(d, "raise it, or lower workers and "
	    "workers_read",
	    "%s is %" PRId64 ", %" PRId64 " workers need %" PRId64, what, has,
	    conf_workers(d->ctx->conf), needs);
}

/* A limit of the account's own, in its CREATE USER; 0: none. */
static int64_t
limit_of(const char *made, const char *name)
{
	const char *at = made != NULL ? strstr(made, name) : NULL;

	return at != NULL ? strtoll(at + strlen(name), NULL, 10) : 0;
}

/* A busy shop reaches any bound on an hour, and stops until the next one. */
static bool
account_limits(struct doctor *d, const struct account_state *s,
    const char *user)
{
	static const char *const hourly[] = { " MAX_QUERIES_PER_HOUR ",
	    " MAX_UPDATES_PER_HOUR ", " MAX_CONNECTIONS_PER_HOUR " };
	int64_t has = limit_of(s->made, " MAX_USER_CONNECTIONS ");
	const char *value;

	for (size_t i = 0; i < sizeof hourly / sizeof hourly[0]; i++)
		if (limit_of(s->made, hourly[i]) > 0)
			return doctor_bad(d, arena_printf(d->ctx->arena,
			    "ALTER USER ... WITH%s0", hourly[i]),
			    "%s has%s%" PRId64 ", and is refused when they "
			    "are used up", user, hourly[i],
			    limit_of(s->made, hourly[i]));
	if (has > 0)
		return may_connect(d, arena_printf(d->ctx->arena,
		    "MAX_USER_CONNECTIONS of %s", user), has,
		    conf_workers(d->ctx->conf) * 2);
	if (!doctor_variable(d, d->ctx, "GLOBAL", "max_user_connections",
	    &value))
		return false;
	has = strtoll(value, NULL, 10);
	return has == 0 || may_connect(d, "max_user_connections", has,
	    conf_workers(d->ctx->conf) * 2);
}

bool
doctor_connections(struct doctor *d)
{
	int64_t has, needs = conf_workers(d->ctx->conf) + DOCTOR_CONNECTIONS_SPARE;
	struct account_state state = { 0 };
	struct account worker;
	const char *value;
	char why[WHY_BYTES];

	if (!doctor_variable(d, d->ctx, "GLOBAL", "max_connections", &value))
		return false;
	has = strtoll(value, NULL, 10);
	if (has < needs)
		return doctor_bad(d, "raise max_connections, or "
		    "lower workers and workers_read", "max_connections is %" PRId64 ", %"
		    PRId64 " workers and %d to spare need %" PRId64, has,
		    conf_workers(d->ctx->conf), DOCTOR_CONNECTIONS_SPARE, needs);
	if (account_worker(d->ctx, &worker, why) != E_OK ||
	    account_look(d->ctx, &worker, &state, why) != E_OK)
		return doctor_bad(d, "see that the account may do this",
		    "could not be looked at, %s", why);
	return account_limits(d, &state, worker.user);
}
