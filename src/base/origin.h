/* SPDX-License-Identifier: MIT */
/* Origins (RFC 6454) as an operator lists them: scheme, host, perhaps a port. */
#ifndef SHOP_ORIGIN_H
#define SHOP_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What is wrong with one, to follow the word "must"; NULL: nothing.  It must be
 * as a browser sends it: http:// or https://, a host in small letters, digits,
 * dots and hyphens (or an IPv6 address in brackets), no path, no "*".
 */
const char *origin_fault(const char *origin, size_t len);

#endif
