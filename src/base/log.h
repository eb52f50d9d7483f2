/* SPDX-License-Identifier: MIT */
/*
 * The log: logfmt lines on stderr, each written whole by one write(2), so
 * that lines of several workers never mix.  What a value holds is escaped:
 * a line can't be forged.  No secret, token, key or body is ever logged.
 *
 * In a daemon (log_open()) it never waits: a line that stderr doesn't take at
 * once is dropped.  The first that it takes again is "log-dropped lines=N",
 * of each process for itself.
 *
 * Where stderr is systemd's journal a daemon's lines begin with their priority
 * there: <3> error, <4> warn, <6> info, <7> debug (sd-daemon(3)), so that
 * journalctl -p finds them.  Nowhere else.
 *
 *	struct log_line l;
 *	log_begin(&l, LOG_INFO, "request");
 *	log_str(&l, "id", id);
 *	log_int(&l, "status", 200);
 *	log_end(&l);
 */
#ifndef SHOP_LOG_H
#define SHOP_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"

/* Least time between two lines about a fault that repeats without end. */
#define LOG_PAUSE_US INT64_C(1000000)

struct counters;

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

/* For a daemon, once at its start; else stderr is written to as it is. */
void log_open(void);

/* Count dropped lines there from now on (base/metric.h). */
void log_count(struct counters *);

/* Tell how many lines were dropped, if it can be written now. */
void log_catch_up(void);

/*
 * Lines bear id=ID from now on: they belong to that request.  "" ends it.
 * It is copied.
 */
void log_id(const char *id);

/*
 * Keep that id here, REQUEST_ID_BYTES_MAX + 1 bytes that outlive the process:
 * another one can tell which request this one was at when it died.
 */
void log_id_at(char *);

/*
 * May a line about a repeating fault be written now?  True once in
 * LOG_PAUSE_US; *last_us is the caller's, 0 at first.
 */
bool log_due(int64_t *last_us);

/* Starts "time=... level=... event=..."; the time is the machine's, UTC. */
void log_begin(struct log_line *, enum log_level, const char *event);
void log_str(struct log_line *, const char *key, const char *value);
void log_int(struct log_line *, const char *key, int64_t value);

/* Writes it.  A line over LOG_LINE_BYTES_MAX loses its last values. */
void log_end(struct log_line *);

/*
 * A line of plain text, for the person that started the program: what is wrong,
 * so that its priority is that of an error.
 */
void log_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A whole line: event and one printf'ed value, msg="...". */
void log_msg(enum log_level, const char *event, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
