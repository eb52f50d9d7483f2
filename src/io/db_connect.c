/* SPDX-License-Identifier: MIT */
/*
 * To which database, and when to another one: by db_list's order the first that
 * takes writes.  Where there is one alone it is not asked whether it does.
 */
#include "config.h"

#include "io/db_part.h"

#include <stdio.h>
#include <string.h>

#include "base/conf.h"
#include "base/log.h"
#include "base/num.h"

bool
db_has_choice(const struct db *db)
{
	return db->login.places.n > 1;
}

void
db_share(struct db *db, struct db_list *l)
{
	db->list = l;
}

void
db_patient(struct db *db, bool looks)
{
	db->patient = true;
	db->looks = looks;
}

size_t
db_place(const struct db *db)
{
	return db->place;
}

const struct place *
db_where(const struct db *db)
{
	return &db->login.places.at[db->place];
}

/*
 * End the session we left, for its statement might still run and commit
 * after we have told the client otherwise.  If the server restarted since, its
 * thread ids have been reused: do not KILL.
 */
static void
kill_left(struct db *db)
{
	const char *stat = db->left != 0 && db->left_place == db->place
	    ? mysql_stat(db->conn) : NULL;
	long long uptime_s;
	char text[48];

	if (stat == NULL || sscanf(stat, "Uptime: %lld", &uptime_s) != 1)
		return;
	if (uptime_s * 1000000 > num_monotonic_us() - db->left_connected_us) {
		snprintf(text, sizeof text, "KILL %lu", db->left);
		/* It is gone already, more often than not. */
		(void)mysql_query(db->conn, text);
	}
	db->left = 0;
}

static void
log_moved(const struct db *db, size_t to)
{
	const struct place *place = db->login.places.at;
	struct log_line l;

	log_begin(&l, to > db->place ? LOG_WARN : LOG_INFO, "db-moved");
	log_str(&l, "from", place[db->place].name);
	log_str(&l, "to", place[to].name);
	log_end(&l);
}

/* From now on this connection is the one. */
static void
take_connection(struct db *db, MYSQL *conn, size_t place, int64_t now_us)
{
	db->conn = conn;
	db->connected_us = now_us;
	db->crowded_told_us = 0;
	db->slow = DB_LIST_NONE;
	breaker_worked(&db->list->breaker[place]);
	if (place != db->place)
		log_moved(db, place);
	db->place = place;
	kill_left(db);
}

/* Has it taken as long as it may?  The library counts whole seconds. */
static bool
is_late(const struct db *db, int64_t began_us, int64_t now_us)
{
	return now_us - began_us >= db->login.conf->db_connect_timeout_s * 900000;
}

/*
 * A connection to that place; any: whether it takes writes or not.  What went
 * wrong the others learn, too; *why is *conn's or static, and 0 is success.
 */
static unsigned
open_place(struct db *db, size_t place, bool any, MYSQL **conn,
    const char **why)
{
	int64_t began = num_monotonic_us(), now;
	unsigned number = db_session_open(conn, &db->login, place, why);

	if (number == 0 && !any && db_has_choice(db))
		number = db_session_writer(*conn, why);
	now = num_monotonic_us();
	if (number == DB_READ_ONLY || number == DB_NOT_PRIMARY)
		db_list_refused(db->list, place, now);
	else if (number != 0 && db_classify(number, false) == DB_CROWDED)
		breaker_worked(&db->list->breaker[place]);
	else if (number != 0)
		db_list_failed(db->list, place, !db_has_choice(db),
		    !is_late(db, began, now), now);
	return number;
}

static enum db_class
connect_to(struct db *db, size_t place, bool any)
{
	MYSQL *conn = NULL;
	const char *why;
	unsigned number = open_place(db, place, any, &conn, &why);
	enum db_class class;

	if (number == 0) {
		take_connection(db, conn, place, num_monotonic_us());
		return DB_OK;
	}
	class = db_told(db, place, "connect", number, why, CONNECTING);
	if (conn != NULL)
		mysql_close(conn);
	if (class == DB_CROWDED)
		db->crowded_until_us = num_monotonic_us() +
		    DB_CROWDED_MS * 1000;
	return class;
}

/*
 * The next one is begun only while the first timeout is not over, as with a
 * host's addresses.  A full server is not away: the others of the pool are there.
 */
static enum db_class
connect_in_order(struct db *db, int64_t now)
{
	int64_t until = now + db->login.conf->db_connect_timeout_s * 1000000;
	size_t order[PLACES_MAX], n = db->login.places.n;
	enum db_class class = DB_AWAY;

	if (db_has_choice(db))
		db->number = 0;
	db_list_order(db->list, n, db->slow, order);
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && (now = num_monotonic_us()) >= until &&
		    !db->patient)
			break;
		if (!breaker_allows(&db->list->breaker[order[i]], now))
			continue;
		class = connect_to(db, order[i], false);
		if (class == DB_OK || class == DB_CROWDED)
			break;
	}
	if (class == DB_AWAY)
		snprintf(db->error, sizeof db->error, "the database is away");
	return class;
}

enum db_class
db_connect(struct db *db)
{
	int64_t now = num_monotonic_us();
	enum db_class class;

	if (db->conn != NULL)
		return DB_OK;
	if (now < db->crowded_until_us)
		return DB_CROWDED;
	class = connect_in_order(db, now);
	for (size_t i = 0; i < db->login.places.n && db->looks &&
	    db_has_choice(db) && class != DB_OK && class != DB_CROWDED; i++)
		class = connect_to(db, i, true);
	return class;
}

/* Does the one that we have still take writes? */
static bool
still_takes_writes(struct db *db)
{
	const char *why;
	unsigned number = db_session_writer(db->conn, &why);

	if (number == 0)
		return true;
	if (number == DB_READ_ONLY || number == DB_NOT_PRIMARY)
		db_list_refused(db->list, db->place, num_monotonic_us());
	(void)db_told(db, db->place, "look", number, why, RUNNING);
	return false;
}

/*
 * Tries those that stand before the one that we have, which is kept until one is
 * found.  It may be in vain for days, and is not logged.
 */
static void
look_for_better(struct db *db, int64_t now)
{
	int64_t began = now;
	MYSQL *conn = NULL;
	const char *why;
	size_t at = 0;

	for (; at < db->place && !is_late(db, began, now); at++) {
		if (breaker_allows(&db->list->breaker[at], now) &&
		    open_place(db, at, false, &conn, &why) == 0) {
			db_drop(db);
			take_connection(db, conn, at, num_monotonic_us());
			return;
		}
		if (conn != NULL)
			mysql_close(conn);
		conn = NULL;
		now = num_monotonic_us();
	}
	db_list_look_later(db->list, now, is_late(db, began, now)
	    ? DB_LIST_LOOK_FROZEN_MS : DB_LIST_LOOK_AGAIN_MS);
}

void
db_look(struct db *db)
{
	int64_t now;

	if (db->conn == NULL || !db_has_choice(db))
		return;
	now = num_monotonic_us();
	if (db_list_is_bad(db->list, db->place, db->connected_us) ||
	    (db_list_check_due(db->list, db->place, now) &&
	    !still_takes_writes(db)))
		db_drop(db);
	else if (db->place > 0 && db_list_look_due(db->list, now))
		look_for_better(db, now);
}
