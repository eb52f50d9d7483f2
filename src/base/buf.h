/* SPDX-License-Identifier: MIT */
/*
 * Text that grows up to a maximum it was born with.  What does not fit is
 * dropped whole and remembered: append freely, ask buf_ok() once at the end.
 */
#ifndef SHOP_BUF_H
#define SHOP_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	char *data;	/* always ends in a 0 that len does not count */
	size_t len;
	size_t size;	/* bytes at data */
	bool overflow;
};

/* Over size bytes at data (the arena's, or the stack's); size > 0. */
void buf_init(struct buf *, void *data, size_t size);

void buf_bytes(struct buf *, const void *, size_t len);
void buf_str(struct buf *, const char *);
void buf_char(struct buf *, char);
void buf_i64(struct buf *, int64_t);

/* False when something did not fit. */
bool buf_ok(const struct buf *);

#endif
