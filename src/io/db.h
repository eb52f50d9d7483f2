/* SPDX-License-Identifier: MIT */
/*
 * The database, over libmysqlclient: one connection, opened when it is
 * needed, closed when its state can't be trusted.  Statements are prepared
 * once a connection.  A statement means the same in every session, whatever
 * the server's settings: db_session.def has each variable.
 *
 * What went wrong is a class (db_err.def has every number's), on which the
 * caller decides; after any error the transaction has been rolled back or
 * the connection closed, which does the same.  A session that we left while
 * its statement may still run is killed as soon as there is another
 * connection, so that nothing happens behind our back.  The cause is logged
 * here, at level error where it won't pass by itself.  An error while
 * connecting or preparing is never DB_BUG, whatever its number: no statement
 * has run, and what is wrong is there, not here.
 *
 * There may be several places (base/place.h): it is connected to the first that
 * takes writes, and goes on to the next when that is away or takes none any more
 * (io/db_list.h).
 *
 * A host's name is looked up at each connection, for half of
 * db_connect_timeout_s at most, and all its addresses are tried; without an
 * answer, the last known ones.  Over TLS, where the library must know the
 * name and looks it up once more, only after an answer.
 */
#ifndef SHOP_DB_H
#define SHOP_DB_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/place.h"

/* Until the server is asked again whether it has room. */
#define DB_CROWDED_MS	100

enum db_class {
	DB_OK,
	DB_ABORTED,		/* transaction rolled back: again */
	DB_STMT_FAILED,		/* rolled back by us: again */
	DB_CONN_LOST,		/* nothing was committed: again */
	DB_NO_CONN,		/* not reached: again, later */
	DB_AWAY,		/* the breaker is open: not even tried */
	DB_NOT_WRITABLE,	/* refused: again, later */
	DB_COMMIT_UNKNOWN,	/* may be committed: again with the same key */
	DB_RESOURCE,		/* its disk or memory is full: not now */
	DB_DUPLICATE,		/* a unique key is taken */
	DB_REFUSED,		/* a CHECK or a range stopped it */
	DB_BUG,			/* anything else: ours */
	DB_UNFIT,		/* its schema, rights or settings are not what
				   we need: not before an operator acts */
	DB_CROWDED		/* no room for one more connection: not now */
};

const char *db_class_name(enum db_class);

/* The class of an error number; at_commit: it may come from a COMMIT. */
enum db_class db_classify(unsigned number, bool at_commit);

enum db_use {
	DB_READ,
	DB_ANYWHERE,		/* a read that a replica may answer, too */
	DB_WRITE		/* a CALL that commits */
};

/* A statement; a caller's table of them is what a db is made with. */
struct db_sql {
	const char *name;	/* for the log */
	const char *text;	/* with ? for each argument */
	/*
	 * Its arguments, a letter each: i an integer, s a text, b bytes; and
	 * its columns: i an integer, s a text, t a time.  Several shapes of a
	 * result have | between.
	 */
	const char *args, *columns;
	enum db_use use;
};

struct db_arg {
	enum { DB_ARG_INT, DB_ARG_TEXT, DB_ARG_BYTES } type;
	int64_t i;
	const void *bytes;
	size_t len;
};

/*
 * A number; text of the session's character set; and bytes, which go as their
 * hexadecimal digits, for the statement to UNHEX(?): MySQL can't list its
 * processes (error 3854) while a statement runs with bytes that are no text.
 */
#define DB_INT(n)	{ .type = DB_ARG_INT, .i = (n) }
#define DB_TEXT(p, l)	{ .type = DB_ARG_TEXT, .bytes = (p), .len = (l) }
#define DB_BYTES(p, l)	{ .type = DB_ARG_BYTES, .bytes = (p), .len = (l) }
#define DB_BYTES_MAX	16

struct db_cell {
	bool null;
	int64_t i;		/* of an integer column */
	const char *s;		/* of any other, 0-terminated; else NULL */
	size_t len;
};

/* The rows of the first result set; the arena's. */
struct db_result {
	size_t rows, cols;
	struct db_cell *cell;	/* row by row */
};

const struct db_cell *db_at(const struct db_result *, size_t row, size_t col);

struct db;
struct db_list;

/*
 * A reader has the workers' account, and goes to the places of db_read_host.  An
 * administrator waits an hour for an answer; but of several places he takes none that
 * has not answered him in a worker's time a moment before.
 */
enum db_account { DB_WORKER, DB_ADMIN, DB_READER };

/* A variable that each session sets; the last row has no name. */
struct db_session_row {
	const char *name;
	const char *value;		/* NULL: db_lock_wait_s */
	unsigned mariadb, mysql;	/* the first version that has it, or
					   DB_NO_VERSION */
};
#define DB_NO_VERSION	UINT_MAX

enum db_rule {
	DB_IS,
	DB_AT_LEAST,
	DB_AT_LEAST_A_WORKER,		/* for each of the workers */
	DB_WITH_BINLOG_IS,
	DB_WITH_BINLOG_IS_NOT
};

/* A variable of the server that none can set; the last row has no name. */
struct db_server_row {
	const char *check;		/* doctor's */
	const char *name;
	enum db_rule rule;
	const char *value, *why;
};

/* The rows of db_session.def. */
extern const struct db_session_row db_session_rows[];
extern const struct db_server_row db_server_rows[];

/* By the settings: over TLS to any place, or not at all? */
bool db_uses_tls(const struct conf *);

/*
 * A database by the settings; nothing is opened yet.  NULL when the
 * account's password file can't be read (why[WHY_BYTES]) or without
 * memory.  The settings and the table must outlive it.
 */
struct db *db_new(const struct conf *, enum db_account,
    const struct db_sql *table, size_t n, char *why) MUST_CHECK;
void db_free(struct db *);

/*
 * Choose as this list of the pool's has it (io/db_list.h), which others share;
 * before it is called one of its own serves.
 */
void db_share(struct db *, struct db_list *);

/*
 * Not a request's: try all places, however long that takes.  looks: it writes
 * nothing, and where none takes writes the first that answers will do.
 */
void db_patient(struct db *, bool looks);
bool db_is_patient(const struct db *);

/*
 * An administrator's that only looks: it waits no longer than a worker for an answer.
 */
void db_brief(struct db *);

/* Try that place first, then those behind it in the list, and round it. */
void db_begin(struct db *, size_t place);

/*
 * A reader's, to be called before anything else: it begins with that place of the
 * list (counted round it), so that many spread over all of them.  how_far is a
 * statement whose one integer tells until when a database has all that was written,
 * in ms of the writers' clock: one that is db_read_lag_s behind what db_reached() has
 * told is passed over.
 */
void db_reader(struct db *, size_t first, const char *how_far);

/*
 * A reader's: the newest that its database can be at.  Is it the caller's turn to
 * learn that?  connected: it has a connection to the writer; one that has none, and
 * would have to make it, is asked only where nobody else has learned it for long.
 */
void db_reached(struct db *, int64_t far_ms);
bool db_reach_due(struct db *, bool connected);

/* A reader's: is there a connection, and was it near enough a moment ago? */
bool db_is_near(const struct db *);

/* A reader's, after a statement failed: all leave that place for a while. */
void db_pass_over(struct db *);

/* Is there more than one place? */
bool db_has_choice(const struct db *);

/* Its list. */
const struct places *db_places(const struct db *);

/* The place that it is or was last connected to, and its number in the list. */
const struct place *db_where(const struct db *);
size_t db_place(const struct db *);

/*
 * Between requests, where there are several places: give up a connection to one
 * that takes no writes any more, and go back to a better one; connect, one of those
 * that share the list at a time.  A reader looks whether its place is near, and
 * connects.  Cheap when there is nothing to do; else
 * it may take as long as connecting.
 */
void db_look(struct db *);

/*
 * Connect, unless that is done: between requests.  DB_CROWDED while the server
 * lets no more in, which is asked at most each DB_CROWDED_MS and opens no
 * breaker, for it is not away.
 */
enum db_class db_connect(struct db *) MUST_CHECK;

/*
 * Does the client library verify less than db_tls = verify says?  Connector/C
 * from 3.4 on takes any name where the host is written 127.0.0.1, and, without
 * db_tls_ca, also a certificate that nobody has signed, of a server that proves
 * that it knows the password.
 */
bool db_verifies_loosely(void);

/* Close the connection; what it left open is rolled back. */
void db_drop(struct db *);

/*
 * The connection's socket, to see the other side close it; -1: not connected.
 * *since_us is when it was opened: another value is another connection.
 */
int db_socket(const struct db *, int64_t *since_us);

/*
 * Run statement sql of the table.  DB_UNFIT where its columns are not those of
 * the table, for then the schema is not ours; a CALL may have committed by
 * then, which is DB_COMMIT_UNKNOWN.
 */
enum db_class db_run(struct db *, struct arena *, size_t sql,
    const struct db_arg *, size_t n, struct db_result *) MUST_CHECK;

/*
 * Run SQL that no request has a part in (migrations, audits); cells are all
 * text.  Not prepared, one statement.  Results may be large: memory is the
 * arena's.
 */
enum db_class db_text(struct db *, struct arena *, const char *sql,
    struct db_result *) MUST_CHECK;

/* Give up the locks and the transaction a failed CALL may have left. */
void db_release(struct db *);

/* Is a connection open?  Not whether it still works. */
bool db_connected(const struct db *);

/* The server's words about the last error, for an operator; its number. */
const char *db_error(const struct db *);
unsigned db_error_number(const struct db *);

/*
 * s as a quoted SQL literal, the caller's to wipe where it is a secret; NULL
 * at the arena's maximum, or where there is no connection and none can be made.
 */
char *db_quote(struct db *, struct arena *, const char *s) MUST_CHECK;

#endif
