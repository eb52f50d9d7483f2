/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "io/json_why.h"

#include <assert.h>

#include "base/limits.h"

/* A longer name says no more to whoever looks for the place. */
#define NAME_BYTES_MAX 64

static const char *const sentences[] = {
#define WHY(name, sentence) [JSON_WHY_##name] = (sentence),
#include "io/json_why.def"
#undef WHY
};

/* Bytes of a scanned name with its quotes, escapes left as they are. */
static size_t
name_len(const char *name)
{
	size_t len = 1;

	while (name[len] != '"')
		len += name[len] == '\\' ? 2 : 1;
	return len + 1;
}

const char *
json_why(struct arena *a, const char *text, const struct json_scan_fault *f)
{
	const char *name = text + f->at;
	size_t len;

	assert(f->why < JSON_WHY_COUNT);
	if (f->why == JSON_WHY_DUPLICATE &&
	    (len = name_len(name)) <= NAME_BYTES_MAX)
		return arena_printf(a, "%s %.*s at byte %zu.",
		    sentences[f->why], (int)len, name, f->at);
	return arena_printf(a, "%s at byte %zu.", sentences[f->why], f->at);
}

_Static_assert(JSON_DEPTH_MAX == 16, "as the sentence has it");
