/* SPDX-License-Identifier: MIT */
/* On the one connection: prepare, run, and clean up after an error. */
#include "config.h"

#include "io/db_part.h"
#include "io/db_rows.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/num.h"
#include "io/host.h"

/* Least time between two lines that say that there is no room. */
#define CROWDED_TOLD_US		INT64_C(60000000)
#define ARGS_MAX		16

/* False without memory. */
static bool
find_hosts(struct db_login *login)
{
	const struct places *p = &login->places;

	for (size_t i = 0; i < p->n; i++)
		if (p->at[i].port != 0 &&
		    (login->host[i] = host_new(p->at[i].host)) == NULL)
			return false;
	return true;
}

struct db *
db_new(const struct conf *c, enum db_account account,
    const struct db_sql *table, size_t n, char *why)
{
	const char *file = account == DB_ADMIN ? c->db_admin_password_file
	    : c->db_password_file;
	struct db *db = calloc(1, sizeof *db);
	size_t len;

	why_say(why, "out of memory");
	if (db == NULL)
		return NULL;
	db->slow = DB_LIST_NONE;
	db->login.conf = c;
	db->login.account = account;
	db->login.brief = account != DB_ADMIN;
	db->login.user = account == DB_ADMIN ? c->db_admin_user : c->db_user;
	db->list = &db->own_list;
	db->table = table;
	db->n = n;
	db->stmt = calloc(n + 1, sizeof *db->stmt);
	if (db->stmt == NULL ||
	    places_read(c, account == DB_READER ? PLACES_READ : PLACES_WRITE,
	    &db->login.places, why) != E_OK || db->login.places.n == 0 ||
	    !find_hosts(&db->login) || (file[0] != '\0' && conf_read_secret(file,
	    PASSWORD_BYTES_MAX, &db->login.password, &len, why) != E_OK)) {
		db_free(db);
		return NULL;
	}
	return db;
}

static void
disconnect(struct db *db)
{
	for (size_t i = 0; i < db->n; i++) {
		if (db->stmt[i] != NULL)
			mysql_stmt_close(db->stmt[i]);
		db->stmt[i] = NULL;
	}
	if (db->conn != NULL)
		mysql_close(db->conn);
	db->conn = NULL;
}

void
db_free(struct db *db)
{
	if (db == NULL)
		return;
	if (db->stmt != NULL)
		disconnect(db);
	free(db->stmt);
	if (db->login.password != NULL)
		explicit_bzero(db->login.password, strlen(db->login.password));
	free(db->login.password);
	for (size_t i = 0; i < PLACES_MAX; i++)
		host_free(db->login.host[i]);
	free(db);
}

bool
db_connected(const struct db *db)
{
	return db->conn != NULL;
}

const char *
db_error(const struct db *db)
{
	return db->error;
}

unsigned
db_error_number(const struct db *db)
{
	return db->number;
}

/* The class of an error in a phase; class is that of the number alone. */
static enum db_class
class_in(enum db_phase phase, enum db_class class)
{
	switch (phase) {
	case CONNECTING:
		return class == DB_RESOURCE || class == DB_CROWDED ? class
		    : DB_NO_CONN;
	case PREPARING:
		return class == DB_BUG ? DB_UNFIT : class;
	case RUNNING:
	case COMMITTING:
		break;
	}
	return class;
}

/* A number of the server's, and not of the library's. */
static bool
is_servers(unsigned number)
{
	return number != 0 && (number < 2000 || number >= 3000);
}

/* It may last for days, and workers ask again and again. */
static bool
crowded_due(struct db *db)
{
	int64_t now = num_monotonic_us();

	if (db->crowded_told_us != 0 &&
	    now - db->crowded_told_us < CROWDED_TOLD_US)
		return false;
	db->crowded_told_us = now;
	return true;
}

/* Of several: that one is full says most, then that one refused us. */
static bool
said_more(const struct db *db, unsigned number)
{
	return db_classify(db->number, false) == DB_CROWDED ||
	    (is_servers(db->number) && !is_servers(number));
}

static void
remember_error(struct db *db, const char *name, unsigned number,
    const char *text, enum db_phase phase)
{
	bool choice = db_has_choice(db) || db->how_far != NULL;

	if (choice && phase == CONNECTING && said_more(db, number))
		return;
	db->number = number;
	snprintf(db->error, sizeof db->error, "%s%s%s", choice ? name : "",
	    choice ? ": " : "", text);
}

enum db_class
db_told(struct db *db, size_t place, const char *what, unsigned number,
    const char *text, enum db_phase phase)
{
	enum db_class by_table = db_classify(number, phase == COMMITTING),
	    class = class_in(phase, by_table);
	const char *name = db->login.places.at[place].name;
	struct log_line l;

	remember_error(db, name, number, text, phase);
	/* Whatever a COMMIT has come to: this one takes none now. */
	if (phase != CONNECTING && db_has_choice(db) &&
	    db_classify(number, false) == DB_NOT_WRITABLE)
		db_list_refused(db->list, place, DB_LIST_REFUSES_MS,
		    num_monotonic_us());
	if (class == DB_CROWDED && !crowded_due(db))
		return class;
	log_begin(&l, by_table == DB_BUG || by_table == DB_UNFIT ? LOG_ERROR
	    : LOG_WARN, "db_error");
	log_str(&l, "statement", what);
	log_int(&l, "number", number);
	log_str(&l, "class", db_class_name(class));
	if (db_has_choice(db) || db->how_far != NULL)
		log_str(&l, "database", name);
	log_str(&l, "msg", text);
	log_end(&l);
	return class;
}

static enum db_class
told(struct db *db, const char *what, unsigned number, const char *text,
    enum db_phase phase)
{
	return db_told(db, db->place, what, number, text, phase);
}

/* One that has kept us waiting is not asked again before the others. */
static void
note_slow(struct db *db)
{
	if (db_has_choice(db) && num_monotonic_us() - db->began_us >=
	    db->login.conf->db_read_timeout_s * 1000000)
		db->slow = db->place;
}

/*
 * Roll the session back, or close it: afterwards no statement can run inside a
 * failed one's transaction.
 */
static void
recover(struct db *db, enum db_class class)
{
	switch (class) {
	case DB_ABORTED:
	case DB_STMT_FAILED:
	case DB_RESOURCE:
	case DB_DUPLICATE:
	case DB_REFUSED:
	case DB_BUG:
	case DB_UNFIT:
		if (db->conn != NULL && mysql_rollback(db->conn) == 0)
			return;
		break;
	case DB_COMMIT_UNKNOWN:
		if (db->conn != NULL) {
			db->left = mysql_thread_id(db->conn);
			db->left_place = db->place;
			db->left_connected_us = db->connected_us;
		}
		note_slow(db);
		break;
	case DB_CONN_LOST:
		note_slow(db);
		break;
	case DB_OK:
	case DB_NO_CONN:
	case DB_AWAY:
	case DB_CROWDED:
	case DB_NOT_WRITABLE:
		break;
	}
	disconnect(db);
}

void
db_drop(struct db *db)
{
	disconnect(db);
}

int
db_socket(const struct db *db, int64_t *since_us)
{
	*since_us = db->connected_us;
	if (db->conn == NULL)
		return -1;
	return mysql_fd(db->conn);
}

static enum db_class
statement_failed(struct db *db, size_t sql, enum db_phase phase)
{
	MYSQL_STMT *stmt = db->stmt[sql];
	enum db_class class = told(db, db->table[sql].name,
	    mysql_stmt_errno(stmt), mysql_stmt_error(stmt), phase);

	/* Prepare anew next time: its metadata may have caused the error. */
	mysql_stmt_close(stmt);
	db->stmt[sql] = NULL;
	recover(db, class);
	return class;
}

static enum db_class
unfit(struct db *db, size_t sql)
{
	enum db_class class = told(db, db->table[sql].name, 0,
	    "its arguments or columns are not as declared", PREPARING);

	mysql_stmt_close(db->stmt[sql]);
	db->stmt[sql] = NULL;
	recover(db, class);
	return class;
}

static enum db_class
prepare(struct db *db, size_t sql)
{
	const char *text = db->table[sql].text;
	enum db_class class;

	if (db->stmt[sql] != NULL)
		return DB_OK;
	if ((db->stmt[sql] = mysql_stmt_init(db->conn)) == NULL) {
		class = told(db, "prepare", 2008, "out of memory", PREPARING);
		recover(db, class);
		return class;
	}
	if (mysql_stmt_prepare(db->stmt[sql], text, strlen(text)) != 0)
		return statement_failed(db, sql, PREPARING);
	return db_rows_declared(db->stmt[sql], &db->table[sql]) ? DB_OK
	    : unfit(db, sql);
}

struct args {
	MYSQL_BIND bind[ARGS_MAX];
	char hex[ARGS_MAX][2 * DB_BYTES_MAX + 1];
};

static void
bind_args(struct args *to, const char *letters, const struct db_arg *arg,
    size_t n)
{
	assert(n <= ARGS_MAX);
	assert(strlen(letters) == n);
	memset(to->bind, 0, n * sizeof to->bind[0]);
	for (size_t i = 0; i < n; i++) {
		MYSQL_BIND *b = &to->bind[i];

		assert(letters[i] == "isb"[arg[i].type]);
		b->buffer_type = MYSQL_TYPE_STRING;
		switch (arg[i].type) {
		case DB_ARG_INT:
			b->buffer_type = MYSQL_TYPE_LONGLONG;
			b->buffer = (void *)(uintptr_t)&arg[i].i;
			break;
		case DB_ARG_TEXT:
			b->buffer = (void *)(uintptr_t)arg[i].bytes;
			b->buffer_length = arg[i].len;
			break;
		case DB_ARG_BYTES:
			assert(arg[i].len <= DB_BYTES_MAX);
			num_hex(arg[i].bytes, arg[i].len, to->hex[i]);
			b->buffer = to->hex[i];
			b->buffer_length = 2 * arg[i].len;
			break;
		}
	}
}

/* A CALL ends in a result without columns that tells how it went. */
static bool
finish_results(MYSQL_STMT *stmt)
{
	int rc;

	mysql_stmt_free_result(stmt);
	while ((rc = mysql_stmt_next_result(stmt)) == 0)
		mysql_stmt_free_result(stmt);
	return rc == -1;
}

static enum db_class
execute(struct db *db, struct arena *a, size_t sql, const struct db_arg *arg,
    size_t n, struct db_result *r)
{
	MYSQL_STMT *stmt = db->stmt[sql];
	struct args args;

	bind_args(&args, db->table[sql].args, arg, n);
	if ((n == 0 || mysql_stmt_bind_param(stmt, args.bind) == 0) &&
	    mysql_stmt_execute(stmt) == 0 &&
	    db_rows_fetch(stmt, &db->table[sql], a, r) && finish_results(stmt))
		return DB_OK;
	if (mysql_stmt_errno(stmt) != 0)
		return statement_failed(db, sql, db->table[sql].use == DB_WRITE
		    ? COMMITTING : RUNNING);
	/*
	 * No error of the server: no memory, a cell larger than it had said, or
	 * columns of none of the table's shapes.
	 */
	told(db, db->table[sql].name, 0, "the result is not as declared", RUNNING);
	disconnect(db);
	return db->table[sql].use == DB_WRITE ? DB_COMMIT_UNKNOWN : DB_BUG;
}

/* What a statement begins with. */
static enum db_class
connect_to_run(struct db *db)
{
	enum db_class class = db_connect(db);

	if (db_has_choice(db) || db->how_far != NULL)
		db->began_us = num_monotonic_us();
	return class;
}

enum db_class
db_run(struct db *db, struct arena *a, size_t sql, const struct db_arg *arg,
    size_t n, struct db_result *r)
{
	enum db_class class;

	assert(sql < db->n);
	memset(r, 0, sizeof *r);
	if ((class = connect_to_run(db)) != DB_OK ||
	    (class = prepare(db, sql)) != DB_OK)
		return class;
	return execute(db, a, sql, arg, n, r);
}

enum db_class
db_text(struct db *db, struct arena *a, const char *sql, struct db_result *r)
{
	enum db_class class;

	memset(r, 0, sizeof *r);
	if ((class = connect_to_run(db)) != DB_OK)
		return class;
	if (mysql_query(db->conn, sql) == 0 && db_rows_text(db->conn, a, r))
		return DB_OK;
	class = told(db, "text", mysql_errno(db->conn),
	    mysql_errno(db->conn) != 0 ? mysql_error(db->conn)
	    : "result does not fit", COMMITTING);
	recover(db, class);
	return class;
}

void
db_release(struct db *db)
{
	if (db->conn != NULL && (mysql_rollback(db->conn) != 0 ||
	    mysql_query(db->conn, "DO RELEASE_ALL_LOCKS()") != 0))
		disconnect(db);
}

char *
db_quote(struct db *db, struct arena *a, const char *s)
{
	size_t len = strlen(s);
	char *to = arena_alloc(a, 2 * len + 3);

	if (to == NULL || db_connect(db) != DB_OK)
		return NULL;
	to[0] = '\'';
	len = mysql_real_escape_string(db->conn, to + 1, s, len);
	to[len + 1] = '\'';
	to[len + 2] = '\0';
	return to;
}
