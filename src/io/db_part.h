/* SPDX-License-Identifier: MIT */
/* What the files of io/db share; nobody else includes it, which t/0010 holds. */
#ifndef SHOP_DB_PART_H
#define SHOP_DB_PART_H

#include "io/db_list.h"
#include "io/db_session.h"

struct db {
	struct db_login login;
	const struct db_sql *table;
	size_t n;
	MYSQL *conn;			/* NULL: not connected */
	size_t place;			/* the last one that it was connected to */
	size_t first;			/* the one to begin with */
	const char *how_far;		/* db_reader()'s; NULL: it is none */
	int64_t connected_us;		/* when it was opened */
	struct db_list own_list, *list;
	bool patient, looks;		/* db_patient()'s */
	bool in_vain;			/* nobody waits for this one to connect */
	bool silent[PLACES_MAX];	/* when it was last tried it did not answer,
					   or let nobody in */
	size_t slow;			/* the place that has just let a statement
					   wait too long; or DB_LIST_NONE */
	int64_t began_us;		/* when that statement began */
	unsigned long left;		/* a session we left at work; 0: none */
	size_t left_place;
	int64_t left_connected_us;	/* when that one was opened */
	int64_t crowded_until_us;	/* not asked again before */
	int64_t crowded_told_us;	/* 0: not since there was room */
	MYSQL_STMT **stmt;		/* n of them, NULL: not prepared */
	unsigned number;		/* of the last error */
	char error[512];
};

/* The step that failed: it decides what an error means. */
enum db_phase {
	CONNECTING,
	PREPARING,		/* nothing has run yet */
	RUNNING,
	COMMITTING		/* a statement that may have committed */
};

/* Remembers the error, and logs the server's message where it is first seen. */
enum db_class db_told(struct db *, size_t place, const char *what,
    unsigned number, const char *text, enum db_phase);

#endif
