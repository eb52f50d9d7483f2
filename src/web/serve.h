/* SPDX-License-Identifier: MIT */
/*
 * A request's way from its first byte to its answer, step by step: route,
 * caller, key, query, body, handler, head.  Each step is a column of the
 * route's row, and returns E_OK where the row does not ask for it.
 */
#ifndef SHOP_SERVE_H
#define SHOP_SERVE_H

#include "web/http.h"

/*
 * Make req and resp ready: the request id, an empty answer.  E_INTERNAL; then
 * the id may be NULL, and there is little room for headers.
 */
enum err serve_begin(struct ctx *, struct req *, struct resp *) MUST_CHECK;

/* Whatever the request, its answer. */
void serve_answer(struct ctx *, struct req *, struct resp *);

#endif
