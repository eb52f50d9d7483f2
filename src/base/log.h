/* SPDX-License-Identifier: MIT */
/*
 * The log: logfmt lines on stderr, each written whole by one write(2), so
 * that lines of several workers never mix.  What a value holds is escaped:
 * a line can't be forged.  No secret, token, key or body is ever logged.
 *
 *	struct log_line l;
 *	log_begin(&l, LOG_INFO, "request");
 *	log_str(&l, "id", id);
 *	log_int(&l, "status", 200);
 *	log_end(&l);
 */
#ifndef SHOP_LOG_H
#define SHOP_LOG_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"

struct log_line {
	struct buf buf;
	enum log_level level;
	char data[LOG_LINE_BYTES_MAX];
};

/*
 * Lines below this level are dropped; before any call it is LOG_INFO.
 * LOG_SILENT drops them all.
 */
void log_threshold(enum log_level);

/* Starts "time=... level=... event=..."; the time is the machine's, UTC. */
void log_begin(struct log_line *, enum log_level, const char *event);
void log_str(struct log_line *, const char *key, const char *value);
void log_int(struct log_line *, const char *key, int64_t value);

/* Writes it.  A line over LOG_LINE_BYTES_MAX loses its last values. */
void log_end(struct log_line *);

/* A whole line: event and one printf'ed value, msg="...". */
void log_msg(enum log_level, const char *event, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
