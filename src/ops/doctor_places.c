/* SPDX-License-Identifier: MIT */
/*
 * The list of databases: is each there, and part of its cluster?  Is it another
 * server than those before it, and has it this shop?  Is there one
 * writer, where no cluster sees to that?  Their connections stay open for the
 * checks that look at each.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/num.h"
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

struct seen {
	bool writes;		/* read_only is off */
	bool galera, group;	/* it is made to be a node of such a cluster */
};

static void
read_seen(const struct db_result *r, struct seen *s)
{
	*s = (struct seen){ .writes = false };
	for (size_t i = 0; i < r->rows; i++) {
		const char *name = db_at(r, i, 0)->s, *value = db_at(r, i, 1)->s;

		if (strcmp(name, "read_only") == 0)
			s->writes = strcmp(value, "OFF") == 0;
		else if (strcmp(name, "wsrep_on") == 0)
			s->galera = strcmp(value, "ON") == 0;
		else
			s->group = value[0] != '\0';
	}
}

/* What it is, and in *out a row where it is no part of its cluster. */
static bool
ask_seen(struct doctor *d, struct db *db, struct seen *s, struct db_result *out)
{
	struct arena *a = d->ctx->arena;
	struct db_result r;

	if (db_text(db, a, "SHOW GLOBAL VARIABLES WHERE Variable_name IN "
	    "('read_only', 'wsrep_on', 'group_replication_group_name')", &r) !=
	    DB_OK)
		return false;
	read_seen(&r, s);
	memset(out, 0, sizeof *out);
	if (s->galera)
		return db_text(db, a, "SHOW GLOBAL STATUS WHERE Variable_name "
		    "= 'wsrep_ready' AND Value <> 'ON'", out) == DB_OK;
	return !s->group || db_text(db, a, "SELECT 'out' FROM DUAL WHERE NOT "
	    "EXISTS (SELECT 1 FROM performance_schema.replication_group_members "
	    "WHERE member_id = @@server_uuid AND member_state = 'ONLINE')", out)
	    == DB_OK;
}

/*
 * Connects, and keeps that for other checks.  false: it can't, or does nothing for
 * its cluster; which is noted.
 */
static bool
node_open(struct doctor *d, const struct place *p, struct faults *away,
    struct seen *s)
{
	struct node *node = &d->node[d->nodes++];
	struct conf *c = conf_of(d, p);
	char why[WHY_BYTES] = "out of memory";
	struct db *db = c != NULL ? db_new(c, DB_ADMIN, sql_table, SQL_COUNT,
	    why) : NULL;
	struct db_result out;

	if (db != NULL)
		db_brief(db);
	node->name = arena_printf(d->ctx->arena, "%s: ", p->name);
	if (node->name == NULL || db == NULL || !ask_seen(d, db, s, &out)) {
		doctor_add(d, away, "%s: %s", p->name,
		    db != NULL ? db_error(db) : why);
		db_free(db);
		return false;
	}
	node->db = db;
	if (out.rows > 0)
		doctor_add(d, away, "%s: it is not part of its cluster", p->name);
	return out.rows == 0;
}

const char *
doctor_shop_of(struct doctor *d, struct db *db)
{
	struct db_result r;

	if (db_text(db, d->ctx->arena, "SELECT id FROM shop_identity "
	    "WHERE BINARY database_name = BINARY DATABASE()", &r) != DB_OK ||
	    r.rows == 0)
		return "";
	return db_at(&r, 0, 0)->s;
}

bool
doctor_skew(struct doctor *d, struct db *db, int64_t *ms)
{
	int64_t before_ms = num_now_ms(), after_ms, db_ms;
	struct ctx at = *d->ctx;
	struct db_result r;

	at.db = db;
	if (!doctor_ask(d, &at, "SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 "
	    "AS SIGNED)", &r))
		return false;
	after_ms = num_now_ms();
	db_ms = strtoll(db_at(&r, 0, 0)->s, NULL, 10);
	*ms = db_ms < before_ms ? before_ms - db_ms
	    : db_ms > after_ms ? db_ms - after_ms : 0;
	return true;
}

/* Databases may have the same name, and not the same shop. */
static void
has_our_shop(struct doctor *d, struct db *db, const char *name,
    struct faults *strange)
{
	const char *ours = doctor_shop_of(d, d->ctx->db),
	    *its = doctor_shop_of(d, db);

	if (ours[0] == '\0' || strcmp(ours, its) == 0)
		return;
	if (its[0] == '\0')
		doctor_add(d, strange, "%s has no shop", name);
	else
		doctor_add(d, strange, "%s has another shop than %s", name,
		    db_where(d->ctx->db)->name);
}

/*
 * A server lets one session have a lock, and by another name it is the same one.
 * Two would each let us.
 */
static bool
is_another(struct doctor *d, struct db *db, const char *lock)
{
	struct db_result r;

	return db_text(db, d->ctx->arena, lock, &r) != DB_OK ||
	    db_at(&r, 0, 0)->s == NULL || strcmp(db_at(&r, 0, 0)->s, "0") != 0;
}

/* What is wrong with the list, rather than with one in it. */
struct list_faults {
	struct faults away, writers, strange, twice, clocks;
};

/* One of several. */
static void
look_at_place(struct doctor *d, const struct place *p, const char *lock,
    struct list_faults *f)
{
	struct seen s;
	struct db *db;
	int64_t skew_ms;

	if (!node_open(d, p, &f->away, &s))
		return;
	db = d->node[d->nodes - 1].db;
	if (!is_another(d, db, lock)) {
		doctor_add(d, &f->twice, "%s", p->name);
		return;
	}
	has_our_shop(d, db, p->name, &f->strange);
	if (!doctor_skew(d, db, &skew_ms))
		doctor_add(d, &f->away, "%s: %s", p->name, db_error(db));
	else if (skew_ms >= DOCTOR_SKEW_MAX_MS)
		doctor_add(d, &f->clocks, "the clock of %s differs by %" PRId64
		    " ms from this machine's", p->name, skew_ms);
	if (s.writes && !s.galera && !s.group)
		doctor_add(d, &f->writers, "%s", p->name);
}

bool
doctor_places(struct doctor *d)
{
	struct list_faults f = { 0 };
	struct places p;
	char why[WHY_BYTES];
	const char *lock = arena_printf(d->ctx->arena, "SELECT GET_LOCK("
	    "'shop.doctor.%ld.%" PRId64 "', 0)", (long)getpid(),
	    num_monotonic_us());

	if (places_read(d->ctx->conf, PLACES_WRITE, &p, why) != E_OK)
		return doctor_bad(d, "set it right", "%s", why);
	if (p.n == 1)
		d->node[d->nodes++] = (struct node){ "", d->ctx->db };
	for (size_t i = 0; i < p.n && p.n > 1 && lock != NULL; i++)
		look_at_place(d, &p.at[i], lock, &f);
	if (f.strange.n > 0)
		return doctor_bad(d, "take off the list what is not this shop's",
		    "%s", f.strange.text);
	if (f.twice.n > 0)
		return doctor_bad(d, "take it off the list: it is none to go on "
		    "to", "the same server as one before it: %s", f.twice.text);
	if (f.writers.n > 1)
		return doctor_bad(d, "SET GLOBAL read_only = ON on all but the "
		    "one that has all orders", "each takes writes by itself, so "
		    "that they come to differ: %s", f.writers.text);
	if (f.clocks.n > 0)
		return doctor_bad(d, "let all keep time by NTP: where the writer "
		    "changes its clock is the shop's", "%s", f.clocks.text);
	return f.away.n == 0 || doctor_bad(d, "see its log and start it, or take it "
	    "off the list: while one is away there is one less to go on to", "%s",
	    f.away.text);
}

void
doctor_places_close(struct doctor *d)
{
	for (size_t i = 0; i < d->nodes; i++)
		if (d->node[i].db != d->ctx->db)
			db_free(d->node[i].db);
}
