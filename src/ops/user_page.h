/* SPDX-License-Identifier: MIT */
/* A user as the commands show one: in a list, and on a page or as JSON. */
#ifndef SHOP_USER_PAGE_H
#define SHOP_USER_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/err.h"
#include "io/json.h"

/* A row of a list, by struct user. */
extern const struct json_field user_page_listed[];

/* Reads a user and shows all there is.  E_UNKNOWN_USER, E_UNAVAILABLE, E_INTERNAL. */
enum err user_page_show(struct ctx *, int64_t id, bool as_json) MUST_CHECK;

#endif
