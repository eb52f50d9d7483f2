/* SPDX-License-Identifier: MIT */
/* SQL finds the n-th of what is of one width without a parser. */
#include "config.h"

#include "shop/lines.h"

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * 16 digits of product id, for 2^53-1 has as many; 4 of quantity, up to
 * QUANTITY_MAX; 3 of place, below ORDER_LINES_MAX.  A price has 16 again.
 */
#define LINE_BYTES 23
#define PRICE_BYTES 16

_Static_assert(SAFE_INT_MAX < INT64_C(10000000000000000), "16 digits");
_Static_assert(QUANTITY_MAX < 10000, "4 digits");
_Static_assert(ORDER_LINES_MAX <= 1000, "3 digits");

struct placed {
	struct order_line line;
	size_t place;
};

static int
by_product(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	return (x->line.product_id > y->line.product_id) -
	    (x->line.product_id < y->line.product_id);
}

/* The prices in the order of the text; "" where there is none. */
static const char *
prices_text(struct arena *a, const struct placed *placed, size_t n)
{
	char *text = arena_alloc(a, n * PRICE_BYTES + 1);
	bool any = false;

	for (size_t i = 0; i < n && text != NULL; i++) {
		any = any || placed[i].line.price_pt != 0;
		snprintf(text + i * PRICE_BYTES, PRICE_BYTES + 1,
		    "%016" PRId64, placed[i].line.price_pt);
	}
	return text == NULL || any ? text : "";
}

/* Sorted by product, so that all orders lock products in one order. */
const char *
lines_text(struct arena *a, const struct order_line *line, size_t n,
    const char **prices)
{
	struct placed placed[ORDER_LINES_MAX];
	char *text = arena_alloc(a, n * LINE_BYTES + 1);

	assert(n > 0);
	assert(n <= ORDER_LINES_MAX);
	if (text == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++)
		placed[i] = (struct placed){ line[i], i };
	qsort(placed, n, sizeof placed[0], by_product);
	for (size_t i = 0; i < n; i++)
		snprintf(text + i * LINE_BYTES, LINE_BYTES + 1,
		    "%016" PRId64 "%04" PRId64 "%03zu",
		    placed[i].line.product_id, placed[i].line.quantity,
		    placed[i].place);
	*prices = prices_text(a, placed, n);
	return *prices != NULL ? text : NULL;
}

/* So many digits. */
static int64_t
digits(const char *text, int n)
{
	int64_t value = 0;

	for (; n > 0; n--)
		value = value * 10 + (*text++ - '0');
	return value;
}

size_t
lines_read(const char *text, struct order_line out[ORDER_LINES_MAX])
{
	size_t n = strlen(text) / LINE_BYTES, place;

	assert(n <= ORDER_LINES_MAX);
	for (size_t i = 0; i < n; i++, text += LINE_BYTES) {
		place = (size_t)digits(text + 20, 3);
		assert(place < n);
		out[place] = (struct order_line){ digits(text, 16),
		    digits(text + 16, 4), 0 };
	}
	return n;
}

static int
by_line(const void *a, const void *b)
{
	const struct order_told *x = a, *y = b;

	return (x->line > y->line) - (x->line < y->line);
}

size_t
lines_told(const char *text, struct order_told out[ORDER_LINES_MAX])
{
	size_t n = 0;
	char *end;

	for (; *text != '\0' && n < ORDER_LINES_MAX; n++) {
		out[n].line = (size_t)strtoul(text, &end, 10);
		assert(*end == ':');
		out[n].number = strtoll(end + 1, &end, 10);
		assert(*end == ' ');
		text = end + 1;
	}
	qsort(out, n, sizeof out[0], by_line);
	return n;
}
