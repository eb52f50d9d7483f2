/* SPDX-License-Identifier: MIT */
/* Blocks that are filled from the start and used again by the next request. */
#include "config.h"

#include "base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define ARENA_MALLOC 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define ARENA_MALLOC 1
#endif

struct deferred {
	void (*fn)(void *);
	void *p;
	struct deferred *next;
};

struct arena {
	size_t max;
	size_t used;
	struct deferred *deferred;
	char *base;	/* NULL where each piece is a malloc */
};

struct arena *
arena_new(size_t max)
{
	struct arena *a = calloc(1, sizeof *a);

	if (a == NULL)
		return NULL;
	a->max = max;
#ifndef ARENA_MALLOC
	/* Untouched pages cost nothing: the maximum is address space only. */
	if ((a->base = malloc(max)) == NULL) {
		free(a);
		return NULL;
	}
#endif
	return a;
}

void
arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	arena_reset(a);
	free(a->base);
	free(a);
}

void
arena_reset(struct arena *a)
{
	struct deferred *d, *next;

	/* The record lies in the arena, too: read it before its piece goes. */
	for (d = a->deferred; d != NULL; d = next) {
		next = d->next;
		d->fn(d->p);
	}
	a->deferred = NULL;
	a->used = 0;
}

#ifdef ARENA_MALLOC
struct piece {
	struct deferred deferred;
	max_align_t bytes[];
};

static void *
piece_alloc(struct arena *a, size_t bytes)
{
	struct piece *p = calloc(1, sizeof *p + bytes);

	if (p == NULL)
		return NULL;
	p->deferred = (struct deferred){ free, p, a->deferred };
	a->deferred = &p->deferred;
	return p->bytes;
}
#else
static void *
piece_alloc(struct arena *a, size_t bytes)
{
	return memset(a->base + a->used, 0, bytes);
}
#endif

void *
arena_alloc(struct arena *a, size_t bytes)
{
	const size_t unit = alignof(max_align_t);
	size_t room = a->max - a->used;
	void *p;

	if (bytes > room || (bytes + unit - 1) / unit * unit > room)
		return NULL;
	if ((p = piece_alloc(a, bytes)) != NULL)
		a->used += (bytes + unit - 1) / unit * unit;
	return p;
}

char *
arena_copy(struct arena *a, const void *from, size_t len)
{
	char *to;

	if (len >= a->max || (to = arena_alloc(a, len + 1)) == NULL)
		return NULL;
	if (len > 0)
		memcpy(to, from, len);
	return to;
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	char *to = NULL;
	int len;

	va_start(ap, fmt);
	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, ap);
	if (len >= 0 && (to = arena_alloc(a, (size_t)len + 1)) != NULL)
		vsnprintf(to, (size_t)len + 1, fmt, again);
	va_end(again);
	va_end(ap);
	return to;
}

enum err
arena_defer(struct arena *a, void (*fn)(void *), void *p)
{
	struct deferred *d;

	assert(fn != NULL);
	if ((d = arena_alloc(a, sizeof *d)) == NULL) {
		fn(p);
		return E_INTERNAL;
	}
	*d = (struct deferred){ fn, p, a->deferred };
	a->deferred = d;
	return E_OK;
}
