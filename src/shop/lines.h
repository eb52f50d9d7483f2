/* SPDX-License-Identifier: MIT */
/*
 * The lines of an order as the routines take and tell them: in digits, all of
 * one width, sorted by product.  For the files of shop/ alone.
 */
#ifndef SHOP_LINES_H
#define SHOP_LINES_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/limits.h"

struct order_line {
	int64_t product_id;
	int64_t quantity;	/* 1..QUANTITY_MAX pieces */
	int64_t price_pt;	/* a piece, as the buyer was shown; 0: not said */
};

/* A line that a routine has something to tell about. */
struct order_told {
	size_t line;		/* from 0, as they were asked */
	int64_t number;		/* pieces left, or points a piece */
};

/*
 * n of 1..ORDER_LINES_MAX lines as order_buy's p_lines, and their prices as its
 * p_prices, "" where no line says one.  NULL without memory.
 */
const char *lines_text(struct arena *, const struct order_line *, size_t n,
    const char **prices);

/* p_lines back to lines, in the order as they were asked; how many. */
size_t lines_read(const char *text, struct order_line out[ORDER_LINES_MAX]);

/* "PLACE:NUMBER PLACE:NUMBER ", in the order as they were asked; how many. */
size_t lines_told(const char *text, struct order_told out[ORDER_LINES_MAX]);

#endif
