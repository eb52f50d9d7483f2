/* SPDX-License-Identifier: MIT */
/*
 * The list of databases: is each there, and is there one writer?  Their
 * connections stay open for the checks that look at each.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/place.h"
#include "ops/doctor_part.h"
#include "shop/sql.h"

/* The settings of a shop that has this place alone; NULL without memory. */
static struct conf *
conf_of(const struct doctor *d, const struct place *p)
{
	struct conf *c = arena_alloc(d->ctx->arena, sizeof *c);

	if (c == NULL)
		return NULL;
	*c = *d->ctx->conf;
	c->db_socket[0] = c->db_host[0] = '\0';
	if (p->port == 0)
		snprintf(c->db_socket, sizeof c->db_socket, "%s", p->name);
	else
		snprintf(c->db_host, sizeof c->db_host, "%s", p->name);
	return c;
}

/*
 * Does it take writes, and no cluster sees to it that others may, too?  "Writes"
 * is the first row's, and what makes it a member of a cluster any other's.
 */
static bool
writes_alone(const struct db_result *r)
{
	bool writes = false, member = false;

	for (size_t i = 0; i < r->rows; i++) {
		const char *name = db_at(r, i, 0)->s, *value = db_at(r, i, 1)->s;

		if (strcmp(name, "read_only") == 0)
			writes = strcmp(value, "OFF") == 0;
		else if (strcmp(name, "wsrep_on") == 0)
			member = member || strcmp(value, "ON") == 0;
		else
			member = member || value[0] != '\0';
	}
	return writes && !member;
}

/* Connects, and keeps that for other checks; false: it can't, which is noted. */
static bool
node_open(struct doctor *d, const struct place *p, struct faults *away)
{
	struct node *node = &d->node[d->nodes++];
	struct conf *c = conf_of(d, p);
	char why[WHY_BYTES] = "out of memory";
	struct db *db = c != NULL ? db_new(c, DB_ADMIN, sql_table, SQL_COUNT,
	    why) : NULL;
	struct db_result r;

	node->name = arena_printf(d->ctx->arena, "%s: ", p->name);
	if (node->name != NULL && db != NULL &&
	    db_text(db, d->ctx->arena, "SELECT 1", &r) == DB_OK) {
		node->db = db;
		return true;
	}
	doctor_add(d, away, "%s: %s", p->name,
	    db != NULL ? db_error(db) : why);
	db_free(db);
	return false;
}

/* May another database come to differ, for this one takes writes by itself? */
static bool
node_writes_alone(struct doctor *d, const struct node *node)
{
	struct ctx at = *d->ctx;
	struct db_result r;

	at.db = node->db;
	return doctor_ask(d, &at, "SHOW GLOBAL VARIABLES WHERE Variable_name "
	    "IN ('read_only', 'wsrep_on', 'group_replication_group_name')", &r)
	    && writes_alone(&r);
}

bool
doctor_places(struct doctor *d)
{
	struct faults away = { 0 }, writers = { 0 };
	struct places p;
	char why[WHY_BYTES];

	if (places_read(d->ctx->conf, PLACES_WRITE, &p, why) != E_OK)
		return doctor_bad(d, "set it right", "%s", why);
	if (p.n == 1)
		d->node[d->nodes++] = (struct node){ "", d->ctx->db };
	for (size_t i = 0; i < p.n && p.n > 1; i++)
		if (node_open(d, &p.at[i], &away) &&
		    node_writes_alone(d, &d->node[i]))
			doctor_add(d, &writers, "%s", p.at[i].name);
	if (writers.n > 1)
		return doctor_bad(d, "SET GLOBAL read_only = ON on all but the "
		    "one that has all orders", "each takes writes by itself, so "
		    "that they come to differ: %s", writers.text);
	return away.n == 0 || doctor_bad(d, "start them, or take them off the "
	    "list: while one is away there is one less to go on to", "%s",
	    away.text);
}

void
doctor_places_close(struct doctor *d)
{
	for (size_t i = 0; i < d->nodes; i++)
		if (d->node[i].db != d->ctx->db)
			db_free(d->node[i].db);
}
