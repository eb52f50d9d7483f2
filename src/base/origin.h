/* SPDX-License-Identifier: MIT */
/* Origins (RFC 6454) as an operator lists them: scheme, host, perhaps a port. */
#ifndef SHOP_ORIGIN_H
#define SHOP_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The next of a list with blanks between, from *list on, which is moved behind
 * it: where it begins and how long it is.  False at the list's end.
 */
bool origin_next(const char **list, const char **origin, size_t *len);

/*
 * What is wrong with one, to follow the word "must"; NULL: nothing.  It must be
 * as a browser sends it: http:// or https://, a host in small letters, digits,
 * dots and hyphens (or an IPv6 address in brackets), no path, no "*".
 */
const char *origin_fault(const char *origin, size_t len);

#endif
