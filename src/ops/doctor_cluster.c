/* SPDX-License-Identifier: MIT */
/*
 * Databases that share one history (docs/cluster.md): settings that each are
 * right for one server, and wrong for several.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "ops/doctor_part.h"

/* What one of them says of itself; texts are "" where it doesn't. */
struct member {
	const char *node;
	const char *galera, *read_only, *sync_wait, *provider, *waits;
	const char *lock_wait;
	const char *ready, *cluster, *view, *size;
};

static const struct {
	const char *name;
	size_t at;
} sayings[] = {
	{ "wsrep_on", offsetof(struct member, galera) },
	{ "read_only", offsetof(struct member, read_only) },
	{ "wsrep_sync_wait", offsetof(struct member, sync_wait) },
	{ "wsrep_provider_options", offsetof(struct member, provider) },
	{ "rpl_semi_sync_master_enabled", offsetof(struct member, waits) },
	{ "innodb_lock_wait_timeout", offsetof(struct member, lock_wait) },
	{ "wsrep_ready", offsetof(struct member, ready) },
	{ "wsrep_cluster_state_uuid", offsetof(struct member, cluster) },
	{ "wsrep_cluster_conf_id", offsetof(struct member, view) },
	{ "wsrep_cluster_size", offsetof(struct member, size) },
};
#define SAYINGS	(sizeof sayings / sizeof sayings[0])

/* Rows of (name, value) into the member. */
static void
member_hear(struct member *m, const struct db_result *r)
{
	for (size_t i = 0; i < r->rows; i++)
		for (size_t j = 0; j < SAYINGS; j++)
			if (strcmp(db_at(r, i, 0)->s, sayings[j].name) == 0)
				*(const char **)(void *)((char *)m +
				    sayings[j].at) = db_at(r, i, 1)->s;
}

static bool
member_look(struct doctor *d, const struct node *node, struct member *m)
{
	struct ctx at = *d->ctx;
	struct db_result r;

	*m = (struct member){ node->name, "", "", "", "", "", "", "", "", "",
	    "" };
	at.db = node->db;
	if (!doctor_ask(d, &at, "SHOW GLOBAL VARIABLES WHERE Variable_name IN "
	    "('wsrep_on', 'read_only', 'wsrep_sync_wait', "
	    "'wsrep_provider_options', 'rpl_semi_sync_master_enabled', "
	    "'innodb_lock_wait_timeout')", &r))
		return false;
	member_hear(m, &r);
	if (!doctor_ask(d, &at, "SHOW GLOBAL STATUS WHERE Variable_name IN "
	    "('wsrep_ready', 'wsrep_cluster_state_uuid', "
	    "'wsrep_cluster_conf_id', 'wsrep_cluster_size')", &r))
		return false;
	member_hear(m, &r);
	return true;
}

static bool
says_on(const char *value)
{
	return strcmp(value, "ON") == 0;
}

/* A time as Galera has it, PT1M2.5S; -1: it is none. */
static double
seconds_of(const char *text)
{
	double s = 0, n;
	char *end;

	if (strncmp(text, "PT", 2) != 0)
		return -1;
	for (text += 2; *text != '\0' && *text != ';'; text = end + 1) {
		n = strtod(text, &end);
		if (end == text || strchr("HMS", *end) == NULL || *end == '\0')
			return -1;
		s += *end == 'H' ? n * 3600 : *end == 'M' ? n * 60 : n;
	}
	return s;
}

/*
 * Until a node is voted out none commits: who gives up sooner goes on to a
 * node where it waits, too, and the workers scatter.
 */
static void
member_votes_late(struct doctor *d, const struct member *m, struct faults *f)
{
	static const char option[] = "evs.suspect_timeout = ";
	const char *p = strstr(m->provider, option);
	size_t len;

	if (p == NULL)
		return;
	p += sizeof option - 1;
	len = strcspn(p, "; ");
	if (seconds_of(p) >= (double)d->ctx->conf->db_read_timeout_s)
		doctor_add(d, f, "%sevs.suspect_timeout (%.*s) must be "
		    "shorter than db_read_timeout_s (%" PRId64 " s), or "
		    "workers leave a node that only waits for the others' "
		    "vote", m->node, (int)len, p,
		    d->ctx->conf->db_read_timeout_s);
}

/* Settings of one node of Galera. */
static void
member_galera(struct doctor *d, const struct member *m, struct faults *f)
{
	member_votes_late(d, m, f);
	/*
	 * What comes from another node aborts who holds its row; where that
	 * fails it tries again after so long, and the cluster waits for it.
	 */
	if (strtoll(m->lock_wait, NULL, 10) > d->ctx->conf->db_read_timeout_s)
		doctor_add(d, f, "%sinnodb_lock_wait_timeout (%s s) is how long "
		    "the cluster may stand still for one row", m->node,
		    m->lock_wait);
	/* Where the list has several each session sets it. */
	if (d->nodes == 1 && strcmp(m->sync_wait, "0") == 0)
		doctor_add(d, f, "wsrep_sync_wait is 0, so that a read may "
		    "miss what another node has acknowledged");
}

/*
 * Of one history?  Two nodes that were both told to begin a cluster of their own
 * may have the same names for it, but each counts itself alone.
 */
static void
members_agree(struct doctor *d, const struct member *m, size_t n,
    struct faults *f)
{
	const struct member *first = NULL;
	int64_t ready = 0;

	for (size_t i = 0; i < n; i++) {
		if (!says_on(m[i].galera) || !says_on(m[i].ready))
			continue;
		ready++;
		if (first == NULL)
			first = &m[i];
		else if (strcmp(first->cluster, m[i].cluster) != 0 ||
		    strcmp(first->view, m[i].view) != 0)
			doctor_add(d, f, "%sit takes writes, and is not of the "
			    "cluster of the first that does", m[i].node);
	}
	if (f->n == 0 && first != NULL &&
	    strtoll(first->size, NULL, 10) < ready)
		doctor_add(d, f, "%" PRId64 " nodes take writes, and the "
		    "first one's cluster has %s", ready, first->size);
}

/* A primary and its replicas: the one waits, the others don't. */
static void
members_wait(struct doctor *d, const struct member *m, size_t n,
    struct faults *f)
{
	for (size_t i = 0; i < n && n > 1; i++) {
		if (says_on(m[i].galera) || m[i].waits[0] == '\0')
			continue;
		if (says_on(m[i].read_only) && says_on(m[i].waits))
			doctor_add(d, f, "%srpl_semi_sync_master_enabled is ON "
			    "at a replica", m[i].node);
		if (!says_on(m[i].read_only) && !says_on(m[i].waits))
			doctor_add(d, f, "%sit takes writes, and acknowledges "
			    "what no replica has", m[i].node);
	}
}

bool
doctor_cluster(struct doctor *d)
{
	struct faults split = { 0 }, wrong = { 0 }, waits = { 0 };
	struct member m[PLACES_MAX];
	bool galera = false;
	size_t n = 0;

	for (size_t i = 0; i < d->nodes; i++) {
		if (d->node[i].db == NULL)
			continue;
		if (!member_look(d, &d->node[i], &m[n]))
			return false;
		galera = galera || says_on(m[n].galera);
		n++;
	}
	if (d->nodes == 1 && !galera)
		return doctor_skip(d, "there is one database");
	members_agree(d, m, n, &split);
	members_wait(d, m, n, &waits);
	for (size_t i = 0; i < n; i++)
		if (says_on(m[i].galera))
			member_galera(d, &m[i], &wrong);
	if (split.n > 0)
		return doctor_bad(d, "stop all but the one that has all orders, "
		    "and let the others join it", "%s", split.text);
	if (waits.n > 0)
		return doctor_bad(d, "shop-primary attach", "%s", waits.text);
	return wrong.n == 0 || doctor_bad(d, "set it in the server's file, or "
	    "db_read_timeout_s longer", "%s", wrong.text);
}
