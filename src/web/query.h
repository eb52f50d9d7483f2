/* SPDX-License-Identifier: MIT */
/*
 * The query of a request, by the same tables as bodies: JSON_INT, JSON_STR,
 * JSON_BOOL ("true", "false") and JSON_CHOICE, each optional.
 *
 * NAME=VALUE with & between; %XX is a byte, + a blank.  A name that the table
 * has not is ignored; one that is there twice is a fault, as is a value that
 * is malformed or not UTF-8.
 */
#ifndef SHOP_QUERY_H
#define SHOP_QUERY_H

#include "web/http.h"

/*
 * Fill req->query where the route takes one; what was not sent stays as the
 * table's defaults, zeros, have it.  All faults become the problem's, each
 * with its parameter.  E_INVALID_PARAMETER, E_INTERNAL.
 */
enum err query_take(struct ctx *, struct req *, struct resp *) MUST_CHECK;

#endif
