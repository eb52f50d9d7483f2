/* SPDX-License-Identifier: MIT */
/* What the files of doctor share; nobody else includes it. */
#ifndef SHOP_DOCTOR_PART_H
#define SHOP_DOCTOR_PART_H

#include "ops/doctor.h"

/* Things of a table's definition, and what a check is about. */
enum shape { SHAPE_TABLE, SHAPE_COLUMN, SHAPE_KEY, SHAPE_CONSTRAINT,
    SHAPE_COUNT };

/* A list in words, of which only the first few are told. */
struct faults {
	const char *text;	/* NULL: there are none */
	size_t n;
};

struct doctor {
	struct ctx *ctx;		/* the admin's */
	struct ctx worker;		/* the same with the workers' account;
					   its db NULL: can't be had */
	/*
	 * The databases of the list; of one alone the admin's connection.  db
	 * NULL: it can't be reached.
	 */
	struct node {
		const char *name;	/* before what is said of it, or "" */
		struct db *db;
	} node[PLACES_MAX];
	size_t nodes;
	const char *check;		/* the name of the one that runs */
	bool has_admin, has_worker;	/* connected */
	bool shapes_known;
	struct faults shapes[SHAPE_COUNT];
	const char *wrong, *remedy;	/* of the last check */
	const char *skipped;		/* why it did not look; NULL: it did */
};

/*
 * A check returns true, or doctor_bad(...), which records the fault and returns
 * false.
 */
bool doctor_bad(struct doctor *, const char *remedy, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A check that has nothing to look at returns this: true, but no "ok". */
bool doctor_skip(struct doctor *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* One statement; false, and it is the check's fault, when it fails. */
bool doctor_ask(struct doctor *, struct ctx *, const char *sql,
    struct db_result *) MUST_CHECK;

/* Add one; beyond the first few they are only counted. */
void doctor_add(struct doctor *, struct faults *, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A variable of the server or session (scope); "" where there is none. */
bool doctor_variable(struct doctor *, struct ctx *, const char *scope,
    const char *name, const char **value) MUST_CHECK;

/* How much its clock differs from this machine's; false as doctor_ask(). */
bool doctor_skew(struct doctor *, struct db *, int64_t *ms) MUST_CHECK;

/* Which shop's id a database has, by any account of the shop; "": none. */
const char *doctor_shop_of(struct doctor *, struct db *);

bool doctor_places(struct doctor *);
void doctor_places_close(struct doctor *);
bool doctor_cluster(struct doctor *);
bool doctor_replicas(struct doctor *);
bool doctor_writable(struct doctor *);
bool doctor_connections(struct doctor *);
bool doctor_admin_rights(struct doctor *);
bool doctor_definer(struct doctor *);
bool doctor_worker_account(struct doctor *);
bool doctor_worker_rights(struct doctor *);
bool doctor_tables(struct doctor *);
bool doctor_columns(struct doctor *);
bool doctor_keys(struct doctor *);
bool doctor_constraints(struct doctor *);
bool doctor_routines(struct doctor *);
bool doctor_dates(struct doctor *);
bool doctor_nginx(struct doctor *);
bool doctor_nginx_connections(struct doctor *);
bool doctor_pool(struct doctor *);
bool doctor_files(struct doctor *);
bool doctor_redo_log(struct doctor *);
bool doctor_disk(struct doctor *);
bool doctor_open_accounts(struct doctor *);
bool doctor_server(struct doctor *);
bool doctor_session(struct doctor *);

#endif
