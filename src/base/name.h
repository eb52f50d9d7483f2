/* SPDX-License-Identifier: MIT */
/* Names that stand as they are in headers, logs and paths. */
#ifndef SHOP_NAME_H
#define SHOP_NAME_H

#include <stdbool.h>
#include <stddef.h>

/* One of A-Z a-z 0-9 . _ - */
bool name_char(char c);

/* s is 1..max of them; NULL isn't. */
bool name_is_valid(const char *s, size_t max);

#endif
