/* SPDX-License-Identifier: MIT */
/*
 * A session as ours are: whatever the server's settings, a statement means the
 * same in each.  The variables are one SET, and the second and last round trip
 * of opening a session ends what init_connect may have begun.
 */
#include "config.h"

#include "io/db_session.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#ifdef HAVE_MYSQL_H
#include <mysql.h>
#else
#include <mysql/mysql.h>
#endif

#include "base/conf.h"
#include "base/log.h"

#ifndef HAVE_MY_BOOL
typedef bool my_bool;
#endif

/* An audit or a migration takes its time, but not for ever. */
#define ADMIN_TIMEOUT_S		3600

#define SET_BYTES		8192	/* all of db_session.def */
#define ER_UNKNOWN_VARIABLE	1193

#define ANY			0
#define NONE			UINT_MAX
#define LOCK_WAIT		NULL

const struct db_session_row db_session_rows[] = {
#define SESSION(name, value, mariadb, mysql, why) \
	{ #name, value, mariadb, mysql },
#define SERVER(check, name, rule, value, why)
#include "io/db_session.def"
#undef SESSION
#undef SERVER
	{ .name = NULL },
};

const struct db_server_row db_server_rows[] = {
#define SESSION(name, value, mariadb, mysql, why)
#define SERVER(check, name, rule, value, why) \
	{ #check, #name, DB_##rule, value, why },
#include "io/db_session.def"
#undef SESSION
#undef SERVER
	{ .name = NULL },
};

/* A socket's other end is this machine's, and has no name to verify. */
bool
db_uses_tls(const struct conf *c)
{
	return c->db_socket[0] == '\0' && strcmp(c->db_tls, "off") != 0;
}

static void
set_tls(MYSQL *conn, const struct conf *c)
{
	bool on = db_uses_tls(c);
	bool verify = on && strcmp(c->db_tls, "verify") == 0;

	if (on)
		mysql_ssl_set(conn, NULL, NULL,
		    c->db_tls_ca[0] != '\0' ? c->db_tls_ca : NULL, NULL, NULL);
#if HAVE_DECL_MYSQL_OPT_SSL_MODE
	unsigned mode = verify ? SSL_MODE_VERIFY_IDENTITY
	    : on ? SSL_MODE_REQUIRED : SSL_MODE_DISABLED;

	mysql_options(conn, MYSQL_OPT_SSL_MODE, &mode);
#else
	my_bool enforce = on, check = verify;

	mysql_options(conn, MYSQL_OPT_SSL_ENFORCE, &enforce);
	mysql_options(conn, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &check);
#endif
}

static void
set_options(MYSQL *conn, const struct db_login *login)
{
	const struct conf *c = login->conf;
	unsigned connect_s = (unsigned)c->db_connect_timeout_s;
	unsigned read_s = login->account == DB_ADMIN ? ADMIN_TIMEOUT_S
	    : (unsigned)c->db_read_timeout_s, off = 0;
	unsigned tcp = MYSQL_PROTOCOL_TCP;

	mysql_options(conn, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
	mysql_options(conn, MYSQL_OPT_READ_TIMEOUT, &read_s);
	mysql_options(conn, MYSQL_OPT_WRITE_TIMEOUT, &read_s);
	mysql_options(conn, MYSQL_OPT_LOCAL_INFILE, &off);
	mysql_options(conn, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	/* Else the library takes the host "localhost" for a socket of its. */
	if (c->db_socket[0] == '\0')
		mysql_options(conn, MYSQL_OPT_PROTOCOL, &tcp);
	set_tls(conn, c);
}

/* "@@session.NAME = VALUE": words quoted, numbers not, as both servers want. */
static void
assignment(char *out, size_t size, const struct db_session_row *row,
    const struct db_login *login)
{
	const char *value = row->value;
	bool number = value == LOCK_WAIT ||
	    (value[0] != '\0' && value[strspn(value, "0123456789")] == '\0');
	char wait[24];

	snprintf(wait, sizeof wait, "%d", login->account == DB_ADMIN
	    ? ADMIN_LOCK_WAIT_S : (int)login->conf->db_lock_wait_s);
	snprintf(out, size, "@@session.%s = %s%s%s", row->name,
	    number ? "" : "'", value != LOCK_WAIT ? value : wait,
	    number ? "" : "'");
}

/*
 * The whole SET.  A server takes what stands in the other's comments, or is
 * for a later version, for a comment; the first row is for every one.
 */
static void
session_text(char *out, size_t size, const struct db_login *login)
{
	const struct db_session_row *row = db_session_rows;
	size_t len = (size_t)snprintf(out, size, "SET ");
	char one[160];

	for (; row->name != NULL && len < size; row++) {
		assignment(one, sizeof one, row, login);
		if (row->mariadb == ANY && row->mysql == ANY) {
			len += (size_t)snprintf(out + len, size - len, "%s%s",
			    row == db_session_rows ? "" : ", ", one);
			continue;
		}
		if (row->mariadb != NONE)
			len += (size_t)snprintf(out + len, size - len,
			    " /*M!%u , %s */", row->mariadb == ANY ? 50000
			    : row->mariadb, one);
		if (row->mysql != NONE && len < size)
			len += (size_t)snprintf(out + len, size - len,
			    " /*!%u , %s */", row->mysql, one);
	}
	assert(len < size);
}

/* It is the library's word, not the server's: there is no one to talk to. */
static bool
is_lost(MYSQL *conn)
{
	return mysql_errno(conn) >= 2000 && mysql_errno(conn) < 3000;
}

/*
 * Some server of the future may lack a variable: do without that one, rather
 * than without the database.  Doctor tells what is not as it should be.
 */
static bool
set_one_by_one(MYSQL *conn, const struct db_login *login)
{
	const struct db_session_row *row = db_session_rows;
	char one[160], text[192];

	for (; row->name != NULL; row++) {
		assignment(one, sizeof one, row, login);
		snprintf(text, sizeof text, "SET %s", one);
		if (mysql_query(conn, text) == 0)
			continue;
		if (is_lost(conn))
			return false;
		/* Most of them are what the other kind of server has. */
		if (mysql_errno(conn) != ER_UNKNOWN_VARIABLE)
			log_msg(LOG_WARN, "session_variable", "%s: %s", one,
			    mysql_error(conn));
	}
	return true;
}

static bool
set_session(MYSQL *conn, const struct db_login *login)
{
	char text[SET_BYTES];

	session_text(text, sizeof text, login);
	if (mysql_query(conn, text) != 0 &&
	    (is_lost(conn) || !set_one_by_one(conn, login)))
		return false;
	return mysql_query(conn, "ROLLBACK") == 0;
}

unsigned
db_session_open(MYSQL *conn, const struct db_login *login, const char **why)
{
	const struct conf *c = login->conf;
	bool local = c->db_socket[0] != '\0';

	set_options(conn, login);
	if (mysql_real_connect(conn, local ? NULL : c->db_host, login->user,
	    login->password, c->db_name, (unsigned)c->db_port,
	    local ? c->db_socket : NULL, 0) != NULL) {
		/* Connector/C 3.3 goes on in the clear unless it verifies. */
		if (db_uses_tls(c) && mysql_get_ssl_cipher(conn) == NULL) {
			*why = "TLS/SSL error: the server offers none";
			return 2026;
		}
		if (set_session(conn, login))
			return 0;
	}
	*why = mysql_error(conn);
	return mysql_errno(conn);
}
