/* SPDX-License-Identifier: MIT */
/*
 * A client's address, as a web server tells it, and lists of addresses in the
 * settings: 192.0.2.7, 10.0.0.0/8, 2001:db8::/32, with blanks between.
 */
#ifndef SHOP_ADDRESS_H
#define SHOP_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

/* Why it can't stand in a list, as the end of "must ..."; NULL: it can. */
const char *address_fault(const char *address, size_t len);

/*
 * Is this a client of this very machine?  127.0.0.0/8, ::1, or "unix:" (nginx'
 * word for a unix socket).  Not NULL or "": a web server that does not say who
 * asks may ask for anybody.
 */
bool address_is_local(const char *client);

/* Is the client's address one of the list's, or in a network of it? */
bool address_is_listed(const char *client, const char *list);

#endif
