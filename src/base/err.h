/* SPDX-License-Identifier: MIT */
/*
 * Outcomes.  Whatever can fail returns an enum err, E_OK (0) for success;
 * err.def is the table of them all.  A foreign error is translated into one
 * at the border where it is first seen, and its cause is logged there.  Each
 * means one thing.
 */
#ifndef SHOP_ERR_H
#define SHOP_ERR_H

#define MUST_CHECK __attribute__((warn_unused_result))

enum err {
#define ERR(name, status, code) E_##name,
#define FRONT(name, status, code)
#define OWN(name)
#include "base/err.def"
#undef ERR
#undef OWN
	E_COUNT,	/* of a request's outcomes; those behind are our own */
#define ERR(name, status, code)
#define OWN(name) E_##name,
#include "base/err.def"
#undef ERR
#undef FRONT
#undef OWN
};

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_SILENT };

struct err_row {
	int status;		/* HTTP; only web/problem reads it */
	const char *code;	/* the wire's name of it */
};

/* The row of a request's outcome; static storage. */
const struct err_row *err_row(enum err);

#endif
