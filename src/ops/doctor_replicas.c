/* SPDX-License-Identifier: MIT */
/* Each replica to read from: do the workers get in, and does it keep up? */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/num.h"
#include "base/place.h"
#include "ops/doctor_part.h"
#include "shop/attempt.h"
#include "shop/replica.h"

/* The settings of a shop that has this replica alone; NULL without memory. */
static struct conf *
conf_of_replica(const struct doctor *d, const struct place *p)
{
	struct conf *c = arena_alloc(d->ctx->arena, sizeof *c);

	if (c == NULL)
		return NULL;
	*c = *d->ctx->conf;
	snprintf(c->db_read_host, sizeof c->db_read_host, "%s", p->name);
	return c;
}

/* Does it get what was written, while we wait?  What is wrong is noted. */
static void
comes_near(struct doctor *d, struct db *db, const struct place *p,
    int64_t far_ms, struct faults *bad)
{
	const struct timespec pause = { 0, 100000000 };
	int64_t until = num_monotonic_us() +
	    d->ctx->conf->db_read_lag_s * 1000000, has_ms;
	struct db_result r;

	for (;;) {
		if (db_text(db, d->ctx->arena, replica_how_far, &r) != DB_OK) {
			doctor_add(d, bad, "%s: %s", p->name, db_error(db));
			return;
		}
		if (r.rows == 1 && db_at(&r, 0, 0)->s != NULL &&
		    num_parse(db_at(&r, 0, 0)->s, db_at(&r, 0, 0)->len, 0,
		    INT64_MAX, &has_ms) && has_ms >= far_ms)
			return;
		if (num_monotonic_us() > until)
			break;
		nanosleep(&pause, NULL);
	}
	doctor_add(d, bad, "%s: what is written does not come within "
	    "db_read_lag_s", p->name);
}

/* Customers would be shown its products; none at all is found further on. */
static bool
is_other_shop(struct doctor *d, struct db *db)
{
	const char *ours = doctor_shop_of(d, d->ctx->db),
	    *its = doctor_shop_of(d, db);

	return its[0] != '\0' && strcmp(ours, its) != 0;
}

static void
check_replica(struct doctor *d, const struct place *p, int64_t far_ms,
    struct faults *bad)
{
	struct conf *c = conf_of_replica(d, p);
	char why[WHY_BYTES] = "out of memory";
	struct db *db = c != NULL ? replica_new(c, 0, why) : NULL;
	int64_t skew_ms;

	if (db == NULL)
		doctor_add(d, bad, "%s: %s", p->name, why);
	else if (is_other_shop(d, db))
		doctor_add(d, bad, "%s: it has another shop", p->name);
	else if (doctor_skew(d, db, &skew_ms) && skew_ms >= DOCTOR_SKEW_MAX_MS)
		doctor_add(d, bad, "%s: its clock, by which it ranks, differs by "
		    "%" PRId64 " ms from this machine's", p->name, skew_ms);
	else
		comes_near(d, db, p, far_ms, bad);
	db_free(db);
}

bool
doctor_replicas(struct doctor *d)
{
	struct faults bad = { 0 };
	struct places p;
	struct db_result r;
	char why[WHY_BYTES];

	if (places_read(d->ctx->conf, PLACES_READ, &p, why) != E_OK)
		return doctor_bad(d, "set it right", "%s", why);
	if (p.n == 0)
		return doctor_skip(d, "db_read_host names none");
	if (attempt_run(&d->worker, SQL_HEARTBEAT, NULL, 0, &r) != DB_OK)
		return doctor_bad(d, "run shopctl migrate", "the writer does not "
		    "note the time: %s", db_error(d->worker.db));
	for (size_t i = 0; i < p.n; i++)
		check_replica(d, &p.at[i], r.rows == 1
		    ? db_at(&r, 0, 0)->i : 0, &bad);
	return bad.n == 0 || doctor_bad(d, "let them follow the writer and NTP, or take "
	    "them off db_read_host: the workers pass them over", "%s", bad.text);
}
