/* SPDX-License-Identifier: MIT */
/* Text that never grows beyond the bytes it was given. */
#include "config.h"

#include "base/buf.h"

#include <assert.h>
#include <string.h>

void
buf_init(struct buf *b, void *data, size_t size)
{
	assert(size > 0);
	*b = (struct buf){ .data = data, .size = size };
	b->data[0] = '\0';
}

void
buf_bytes(struct buf *b, const void *from, size_t len)
{
	if (b->overflow || len >= b->size - b->len) {
		b->overflow = true;
		return;
	}
	if (len > 0)
		memcpy(b->data + b->len, from, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void
buf_str(struct buf *b, const char *s)
{
	buf_bytes(b, s, strlen(s));
}

void
buf_char(struct buf *b, char c)
{
	buf_bytes(b, &c, 1);
}

void
buf_i64(struct buf *b, int64_t n)
{
	char text[20], *at = text + sizeof text;
	uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

	do {
		*--at = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest != 0);
	if (n < 0)
		*--at = '-';
	buf_bytes(b, at, (size_t)(text + sizeof text - at));
}

bool
buf_ok(const struct buf *b)
{
	return !b->overflow;
}
