/* SPDX-License-Identifier: MIT */
/*
 * To which database, and when to another one: by db_list's order the first that is
 * fit, that is, takes writes; or that is near the writer, for a reader.  Where there
 * is one alone that is to be written to it is not asked whether it takes writes.
 */
#include "config.h"

#include "io/db_part.h"

#include <stdio.h>
#include <string.h>

#include "base/conf.h"
#include "base/log.h"
#include "base/num.h"

/* No number of a server's. */
#define TOO_FAR_BEHIND	UINT32_MAX

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

/* How many stand before it, as the list begins for us. */
static size_t
rank_of(const struct db *db, size_t place)
{
	size_t n = db->login.places.n;

	return (place + n - db->first) % n;
}

static void
log_moved(const struct db *db, size_t to)
{
	const struct place *place = db->login.places.at;
	struct log_line l;

	log_begin(&l, rank_of(db, to) > rank_of(db, db->place) ? LOG_WARN
	    : LOG_INFO, "db-moved");
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

static void
log_behind(const struct db *db, size_t place)
{
	struct log_line l;

	log_begin(&l, LOG_WARN, "replica-behind");
	log_str(&l, "database", db->login.places.at[place].name);
	log_int(&l, "behind_ms", db->list->behind_ms[place]);
	log_end(&l);
}

/* Is what it has near enough to what was written?  As db_session_writer(). */
static unsigned
ask_near(const struct db *db, size_t place, MYSQL *conn, const char **why)
{
	int64_t far_ms;
	unsigned number = db_session_number(conn, db->how_far, &far_ms, why);
	bool news;

	if (number != 0 || db_list_near(db->list, place, far_ms,
	    db->login.conf->db_read_lag_s * 1000, num_monotonic_us(), &news))
		return number;
	if (news)
		log_behind(db, place);
	*why = "it is too far behind";
	return TOO_FAR_BEHIND;
}

/* 0: it is fit for us. */
static unsigned
ask_fit(const struct db *db, size_t place, MYSQL *conn, const char **why)
{
	return db->how_far != NULL ? ask_near(db, place, conn, why)
	    : db_has_choice(db) ? db_session_writer(conn, why) : 0;
}

/* The others learn that it is not; late: by waiting. */
static void
tell_unfit(const struct db *db, size_t place, unsigned number, bool late)
{
	struct db_list *l = db->list;
	int64_t now = num_monotonic_us();

	if (db->how_far != NULL)
		db_list_refused(l, place, late ? DB_LIST_WAITED_MS
		    : DB_LIST_FAILED_MS, now);
	else if (number == DB_READ_ONLY || number == DB_NOT_PRIMARY)
		db_list_refused(l, place, DB_LIST_REFUSES_MS, now);
	else if (db_classify(number, false) == DB_CROWDED)
		breaker_worked(&l->breaker[place]);
	else
		db_list_failed(l, place, !db_has_choice(db), !late, now);
}

static unsigned
open_fit(struct db *db, size_t place, bool any, MYSQL **conn, const char **why)
{
	unsigned number = db_session_open(conn, &db->login, place, why);

	return number != 0 || any ? number : ask_fit(db, place, *conn, why);
}

/*
 * An administrator's session may wait an hour for an answer, and neither library can
 * change that once it is open.  So a brief one asks first, which a primary that has
 * lost its group, or a frozen server, does not keep for longer than a worker's.
 */
static unsigned
open_asked(struct db *db, size_t place, bool any, MYSQL **conn,
    const char **why)
{
	unsigned number;

	db->login.brief = true;
	number = open_fit(db, place, any, conn, why);
	db->login.brief = false;
	if (number != 0)
		return number;
	mysql_close(*conn);
	*conn = NULL;
	return open_fit(db, place, any, conn, why);
}

/*
 * A connection to that place; any: whether it is fit or not.  What went wrong the
 * others learn, too; *why is *conn's or static, and 0 is success.
 */
static unsigned
open_place(struct db *db, size_t place, bool any, MYSQL **conn,
    const char **why)
{
	int64_t began = num_monotonic_us();
	bool asks = db_has_choice(db) && !db->login.brief;
	unsigned number = (asks ? open_asked : open_fit)(db, place, any, conn,
	    why);

	if (number == 0 && !any)
		db_list_fit(db->list, place, num_monotonic_us());
	db->silent[place] = number != 0 && number != DB_READ_ONLY &&
	    number != DB_NOT_PRIMARY;
	if (number != 0)
		tell_unfit(db, place, number, is_late(db, began,
		    num_monotonic_us()));
	return number;
}

/*
 * What nobody waits for may be in vain for days, and a reader can do without: once is
 * told, and that one is behind was.
 */
static enum db_class
not_connected(struct db *db, size_t place, unsigned number, const char *why)
{
	if ((db->how_far == NULL && !db->in_vain) || (number != TOO_FAR_BEHIND &&
	    db->list->breaker[place].failures == 1))
		return db_told(db, place, "connect", number, why, CONNECTING);
	db->number = number;
	snprintf(db->error, sizeof db->error, "%s: %s",
	    db->login.places.at[place].name, why);
	return DB_NO_CONN;
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
	class = not_connected(db, place, number, why);
	if (conn != NULL)
		mysql_close(conn);
	return class;
}

/*
 * A full server is not left where the others of the pool are.  Another one, which
 * only answers, say, may be full for long.
 */
static bool
is_settled(const struct db *db, size_t place, enum db_class class)
{
	return class == DB_OK ||
	    (class == DB_CROWDED && db_list_was_fit(db->list, place));
}

/*
 * The next one is begun only while the first timeout is not over, as with a
 * host's addresses.
 */
static enum db_class
connect_in_order(struct db *db, int64_t now)
{
	int64_t until = now + db->login.conf->db_connect_timeout_s * 1000000;
	size_t order[PLACES_MAX], n = db->login.places.n;
	enum db_class class = DB_AWAY;
	unsigned number = db->number;
	bool crowded = false;

	if (db_has_choice(db) || db->how_far != NULL)
		db->number = 0;
	db_list_order(db->list, n, db->first, db->slow, order);
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && (now = num_monotonic_us()) >= until &&
		    !db->patient)
			break;
		if (!breaker_allows(&db->list->breaker[order[i]], now))
			continue;
		class = connect_to(db, order[i], false);
		crowded = crowded || (class == DB_CROWDED &&
		    !db_list_is_bad(db->list, order[i], 0));
		if (is_settled(db, order[i], class))
			break;
	}
	/* Why it is away was told when it was found to be. */
	if (class == DB_AWAY)
		db->number = number;
	if (class == DB_AWAY && db->error[0] == '\0')
		snprintf(db->error, sizeof db->error, "the database is away");
	return class != DB_OK && crowded ? DB_CROWDED : class;
}

/* To one that takes no writes: those that did not answer are not asked again. */
static enum db_class
connect_to_any(struct db *db, enum db_class class)
{
	for (size_t i = 0; i < db->login.places.n && class != DB_OK; i++)
		if (!db->silent[i])
			class = connect_to(db, i, true);
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
	if (db->looks && db_has_choice(db))
		class = connect_to_any(db, class);
	if (class == DB_CROWDED)
		db->crowded_until_us = num_monotonic_us() +
		    DB_CROWDED_MS * 1000;
	return class;
}

/* Is the one that we have still fit? */
static bool
is_still_fit(struct db *db)
{
	int64_t began = num_monotonic_us();
	const char *why;
	unsigned number = ask_fit(db, db->place, db->conn, &why);

	if (number == 0) {
		db_list_fit(db->list, db->place, began);
		return true;
	}
	if (db->how_far != NULL || number == DB_READ_ONLY ||
	    number == DB_NOT_PRIMARY)
		tell_unfit(db, db->place, number, is_late(db, began,
		    num_monotonic_us()));
	if (number != TOO_FAR_BEHIND)
		(void)db_told(db, db->place, "look", number, why, RUNNING);
	return false;
}

void
db_pass_over(struct db *db)
{
	db_list_refused(db->list, db->place, is_late(db, db->began_us,
	    num_monotonic_us()) ? DB_LIST_WAITED_MS : DB_LIST_FAILED_MS,
	    num_monotonic_us());
	db_drop(db);
}

/*
 * Tries those that stand before the one that we have, which is kept until one is
 * found.  It may be in vain for days, and is not logged.  One that is silent is left
 * out of the next looks, for those behind it may be well.
 */
static void
look_for_better(struct db *db, int64_t now)
{
	int64_t began = now, turn;
	MYSQL *conn = NULL;
	const char *why;
	size_t n = db->login.places.n, at = db->first;

	for (; at != db->place && !is_late(db, began, now); at = (at + 1) % n) {
		turn = now;
		if (db_list_look_at(db->list, at, now) &&
		    breaker_allows(&db->list->breaker[at], now) &&
		    open_place(db, at, false, &conn, &why) == 0) {
			db_drop(db);
			take_connection(db, conn, at, num_monotonic_us());
			return;
		}
		if (conn != NULL)
			mysql_close(conn);
		conn = NULL;
		now = num_monotonic_us();
		if (now - turn >= DB_LIST_LOOK_MS * 1000)
			db_list_look_waited(db->list, at, now);
	}
	db_list_look_later(db->list, now, DB_LIST_LOOK_AGAIN_MS);
}

/* Of the workers that may write one at a time, so that the next request finds it. */
static void
look_for_any(struct db *db, int64_t now)
{
	if (db->how_far == NULL && !db_list_look_due(db->list, now))
		return;
	db->in_vain = true;
	if (db_connect(db) != DB_OK)
		db_list_look_later(db->list, num_monotonic_us(),
		    DB_LIST_LOOK_AGAIN_MS);
	db->in_vain = false;
}

void
db_look(struct db *db)
{
	int64_t now = num_monotonic_us();

	if (!db_has_choice(db) && db->how_far == NULL)
		return;
	if (db->conn == NULL)
		look_for_any(db, now);
	if (db->conn == NULL)
		return;
	now = num_monotonic_us();
	if (db_list_is_bad(db->list, db->place, db->connected_us) ||
	    (db_list_check_due(db->list, db->place, now) &&
	    !is_still_fit(db)))
		db_drop(db);
	else if (db->place != db->first && db_list_look_due(db->list, now))
		look_for_better(db, now);
}
