/* SPDX-License-Identifier: MIT */
/* The outcomes that a client gets to see. */
#include "config.h"

#include "base/err.h"

#include <assert.h>

static const struct err_row rows[] = {
#define ERR(name, status, code) [E_##name] = { status, code },
#define FRONT(name, status, code)
#define OWN(name)
#include "base/err.def"
#undef ERR
#undef FRONT
#undef OWN
};

const struct err_row *
err_row(enum err e)
{
	assert(e < E_COUNT);
	return &rows[e];
}
