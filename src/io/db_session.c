/* SPDX-License-Identifier: MIT */
/*
 * Opens a session in which a statement means the same whatever the server's
 * settings.  The variables are one SET, and the second and last round trip of
 * opening it ends what init_connect may have begun.
 */
#include "config.h"

#include "io/db_session.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/log.h"
#include "base/num.h"
#include "io/crypto.h"
#include "io/host.h"

/* An audit or a migration takes its time, but not for ever. */
#define ADMIN_TIMEOUT_S		3600

#define SET_BYTES		8192	/* all of db_session.def */
#define ER_UNKNOWN_VARIABLE	1193
#define CR_UNKNOWN_HOST		2005
#define CR_OUT_OF_MEMORY	2008
#define CR_SSL_CONNECTION_ERROR	2026
#define CR_AUTH_PLUGIN_CANNOT_LOAD 2059
/* Wait so long when the addresses are known: the old ones will do. */
#define AGAIN_MS		100

/* The first Connector/C for which db_verifies_loosely() is true. */
#define LOOSE_VERSION		30400

#define ANY			0
#define NONE			DB_NO_VERSION
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

bool
db_uses_tls(const struct conf *c)
{
	return c->db_tls != DB_TLS_OFF && !places_are_sockets(c);
}

/* A socket's other end is this machine's, and has no name to verify. */
static bool
goes_by_tls(const struct db_login *login, const struct place *to)
{
	return to->port != 0 && login->conf->db_tls != DB_TLS_OFF;
}

bool
db_verifies_loosely(void)
{
#ifdef MARIADB_PACKAGE_VERSION_ID
	return mysql_get_client_version() >= LOOSE_VERSION;
#else
	return false;
#endif
}

static void
set_session_tls(MYSQL *conn, const struct conf *c, bool on)
{
	bool verify = on && c->db_tls == DB_TLS_VERIFY;

	if (on)
		mysql_ssl_set(conn, NULL, NULL,
		    c->db_tls_ca[0] != '\0' ? c->db_tls_ca : NULL, NULL, NULL);
#if HAVE_DECL_MYSQL_OPT_GET_SERVER_PUBLIC_KEY
	/* In the clear a password goes by the server's RSA key. */
	my_bool ask = !on;

	mysql_options(conn, MYSQL_OPT_GET_SERVER_PUBLIC_KEY, &ask);
#endif
#if HAVE_DECL_MYSQL_OPT_SSL_MODE
	/* Oracle's library doesn't know the system's authorities by itself. */
	if (verify && c->db_tls_ca[0] == '\0')
		mysql_ssl_set(conn, NULL, NULL,
		    access(crypto_ca_file(), R_OK) == 0 ? crypto_ca_file()
		    : NULL, crypto_ca_dir(), NULL);
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
set_options(MYSQL *conn, const struct db_login *login, const struct place *to)
{
	const struct conf *c = login->conf;
	unsigned connect_s = (unsigned)c->db_connect_timeout_s;
	unsigned read_s = login->brief ? (unsigned)c->db_read_timeout_s
	    : ADMIN_TIMEOUT_S, off = 0;
	unsigned tcp = MYSQL_PROTOCOL_TCP;

	mysql_options(conn, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
	mysql_options(conn, MYSQL_OPT_READ_TIMEOUT, &read_s);
	mysql_options(conn, MYSQL_OPT_WRITE_TIMEOUT, &read_s);
	mysql_options(conn, MYSQL_OPT_LOCAL_INFILE, &off);
	mysql_options(conn, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	/* Else the library takes the host "localhost" for a socket of its. */
	if (to->port != 0)
		mysql_options(conn, MYSQL_OPT_PROTOCOL, &tcp);
	set_session_tls(conn, c, goes_by_tls(login, to));
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
 * The whole SET.  Comments hold the variables of one kind of server from some
 * version on, and other servers skip them; the first row is for every server.
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

/* An error of the library's own: the server can't be talked to any more. */
static bool
is_lost(MYSQL *conn)
{
	return mysql_errno(conn) >= 2000 && mysql_errno(conn) < 3000;
}

/*
 * A future server may lack a variable: do without that one, rather than without
 * the database.  Doctor reports it.
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
		/*
		 * Unknown: most of these are variables of the other kind of
		 * server.
		 */
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

/* The library's own text names a file, and nothing that one can do. */
static const char *
why_not(MYSQL *conn)
{
	if (mysql_errno(conn) != CR_AUTH_PLUGIN_CANNOT_LOAD)
		return mysql_error(conn);
	return "this client library can't speak the account's authentication "
	    "plugin: build with the other one, libmariadb for MariaDB, "
	    "libmysqlclient for MySQL, or give the account another plugin";
}

/* At this address, or name; NULL: at the socket. */
static unsigned
open_at(MYSQL **conn, const struct db_login *login, const struct place *to,
    const char *host, const char **why)
{
	if (*conn != NULL)
		mysql_close(*conn);
	if ((*conn = mysql_init(NULL)) == NULL) {
		*why = "out of memory";
		return CR_OUT_OF_MEMORY;
	}
	set_options(*conn, login, to);
	if (mysql_real_connect(*conn, host, login->user, login->password,
	    login->conf->db_name, (unsigned)to->port,
	    host == NULL ? to->host : NULL, 0) != NULL) {
		/* Connector/C 3.3 goes on in the clear unless it verifies. */
		if (goes_by_tls(login, to) &&
		    mysql_get_ssl_cipher(*conn) == NULL) {
			*why = "TLS/SSL error: the server offers none";
			return CR_SSL_CONNECTION_ERROR;
		}
		if (set_session(*conn, login))
			return 0;
	}
	*why = why_not(*conn);
	return mysql_errno(*conn);
}

/*
 * Each address has its turn, until db_connect_timeout_s is over; after a
 * failure the next time begins with the next one.
 */
static unsigned
open_by_turns(MYSQL **conn, struct db_login *login, size_t place,
    int64_t until_us, const char **why)
{
	struct host *host = login->host[place];
	size_t n = host_count(host), *turn = &login->turn[place];
	unsigned number = CR_UNKNOWN_HOST;

	for (size_t i = 0; i < n; i++) {
		number = open_at(conn, login, &login->places.at[place],
		    host_address(host, *turn % n), why);
		if (*conn == NULL || number == 0 || !is_lost(*conn))
			break;
		++*turn;
		if (num_monotonic_us() >= until_us)
			break;
	}
	return number;
}

unsigned
db_session_open(MYSQL **conn, struct db_login *login, size_t place,
    const char **why)
{
	const struct place *to = &login->places.at[place];
	struct host *host = login->host[place];
	int64_t limit_us = login->conf->db_connect_timeout_s * 1000000,
	    until_us = num_monotonic_us() + limit_us;
	bool named = goes_by_tls(login, to);
	enum host_state state;
	int wait_ms;

	if (host == NULL)
		return open_at(conn, login, to, NULL, why);
	wait_ms = named || host_count(host) == 0
	    ? (int)(limit_us / 2000) : AGAIN_MS;
	state = host_look(host, wait_ms);
	if (state == HOST_UNKNOWN || (named && state != HOST_FOUND)) {
		*why = host_why(host);
		return CR_UNKNOWN_HOST;
	}
	/* TLS wants the name itself, which the library looks up once more. */
	return named ? open_at(conn, login, to, to->host, why)
	    : open_by_turns(conn, login, place, until_us, why);
}

/* ---- Does it take writes? */

#define VALUE_BYTES 24

/* The first row's columns, as far as there are some; false: see the error. */
static bool
ask_row(MYSQL *conn, const char *sql, char value[][VALUE_BYTES], unsigned n)
{
	MYSQL_RES *all;
	MYSQL_ROW row;

	memset(value, 0, n * sizeof value[0]);
	if (mysql_query(conn, sql) != 0 ||
	    (all = mysql_store_result(conn)) == NULL)
		return false;
	if ((row = mysql_fetch_row(all)) != NULL)
		for (unsigned i = 0; i < n && i < mysql_num_fields(all); i++)
			snprintf(value[i], sizeof value[i], "%s",
			    row[i] != NULL ? row[i] : "");
	mysql_free_result(all);
	return true;
}

static bool
is_on(const char *value)
{
	return value[0] != '\0' && strcmp(value, "0") != 0 &&
	    strcmp(value, "OFF") != 0;
}

unsigned
db_session_number(MYSQL *conn, const char *sql, int64_t *n, const char **why)
{
	char value[1][VALUE_BYTES];

	if (!ask_row(conn, sql, value, 1)) {
		*why = mysql_error(conn);
		return mysql_errno(conn);
	}
	if (!num_parse(value[0], strlen(value[0]), 0, INT64_MAX, n))
		*n = 0;
	return 0;
}

/* A server without Galera built in has no wsrep_on. */
static bool
ask_flags(MYSQL *conn, char flag[3][VALUE_BYTES])
{
	return ask_row(conn, "SELECT @@global.read_only, "
	    "@@global.innodb_read_only /*M!100100 , @@global.wsrep_on */",
	    flag, 3) || (mysql_errno(conn) == ER_UNKNOWN_VARIABLE &&
	    ask_row(conn, "SELECT @@global.read_only, "
	    "@@global.innodb_read_only", flag, 3));
}

unsigned
db_session_writer(MYSQL *conn, const char **why)
{
	char flag[3][VALUE_BYTES], ready[2][VALUE_BYTES];

	*why = "it takes no writes: read_only is on";
	if (!ask_flags(conn, flag))
		goto failed;
	if (is_on(flag[0]) || is_on(flag[1]))
		return DB_READ_ONLY;
	if (!is_on(flag[2]))
		return 0;
	if (!ask_row(conn, "SHOW GLOBAL STATUS LIKE 'wsrep_ready'", ready, 2))
		goto failed;
	*why = "it takes no writes: wsrep_ready is not ON";
	if (!is_on(ready[1]))
		return DB_NOT_PRIMARY;
	if (mysql_query(conn, "SET SESSION wsrep_sync_wait = 1") == 0)
		return 0;
failed:
	*why = mysql_error(conn);
	return mysql_errno(conn);
}
