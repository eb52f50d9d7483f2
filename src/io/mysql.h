/* SPDX-License-Identifier: MIT */
/*
 * The database's client library: MariaDB's Connector/C, or Oracle's
 * libmysqlclient, whose names and types differ in little.  For io/db and
 * io/db_session alone.
 */
#ifndef SHOP_MYSQL_H
#define SHOP_MYSQL_H

#ifdef HAVE_MYSQL_H
#include <mysql.h>
#else
#include <mysql/mysql.h>
#endif

#ifndef HAVE_MY_BOOL
#include <stdbool.h>
typedef bool my_bool;
#endif

/* The descriptor of a connection. */
static inline int
mysql_fd(MYSQL *conn)
{
#if HAVE_DECL_MYSQL_GET_SOCKET
	return (int)mysql_get_socket(conn);
#else
	return (int)conn->net.fd;
#endif
}

#endif
