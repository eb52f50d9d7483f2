/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/err.h"

#include <assert.h>

static const struct err_row rows[] = {
#define ERR(name, status, code, title, level, detail) \
	[E_##name] = { status, code, title, LOG_##level, detail },
#include "base/err.def"
#undef ERR
};

const struct err_row *
err_row(enum err e)
{
	assert(e >= 0);
	assert(e < E_COUNT);
	return &rows[e];
}
