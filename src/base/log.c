/* SPDX-License-Identifier: MIT */
/*
 * A line is put together here and written by base/sink.  What can't be
 * written is counted, and the count is told by the first line that can.
 */
#include "config.h"

#include "base/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/metric.h"
#include "base/name.h"
#include "base/num.h"
#include "base/sink.h"

static const char *const names[] = {
	[LOG_DEBUG] = "debug", [LOG_INFO] = "info", [LOG_WARN] = "warn",
	[LOG_ERROR] = "error",
};
/* syslog's numbers, as systemd's journal takes them. */
static const char *const priorities[] = {
	[LOG_DEBUG] = "<7>", [LOG_INFO] = "<6>", [LOG_WARN] = "<4>",
	[LOG_ERROR] = "<3>",
};

/* Set once at start, from the settings; no request changes it. */
static enum log_level threshold = LOG_INFO;
static bool to_journal;
/* The request that is being served; empty: none. */
static char own_id[REQUEST_ID_BYTES_MAX + 1];
static char *request_id = own_id;
/* Lines that could not be written since the last one that could. */
static int64_t dropped;
/* Where they are counted for all to see; NULL: nowhere. */
static struct counters *counted;

void
log_threshold(enum log_level level)
{
	threshold = level;
}

void
log_open(void)
{
	sink_open();
	to_journal = sink_is_journal();
}

/* "" for everybody but the journal. */
static const char *
priority(enum log_level level)
{
	return to_journal ? priorities[level] : "";
}

void
log_count(struct counters *c)
{
	counted = c;
}

void
log_id(const char *id)
{
	snprintf(request_id, sizeof own_id, "%s", id);
}

void
log_id_at(char *place)
{
	request_id = place;
}

bool
log_due(int64_t *last_us)
{
	int64_t now = num_monotonic_us();

	if (*last_us != 0 && now - *last_us < LOG_PAUSE_US)
		return false;
	*last_us = now;
	return true;
}

static void
put_time(struct log_line *l)
{
	struct timespec now;
	struct tm tm;
	char text[40];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(text, sizeof text, "time=%Y-%m-%dT%H:%M:%S.", &tm);
	buf_str(&l->buf, text);
	snprintf(text, sizeof text, "%03ldZ", now.tv_nsec / 1000000);
	buf_str(&l->buf, text);
}

static void
begin_line(struct log_line *l, enum log_level level, const char *event)
{
	l->level = level;
	/* One byte stays free for the line's end. */
	buf_init(&l->buf, l->data, sizeof l->data - 1);
	buf_str(&l->buf, priority(level));
	put_time(l);
	log_str(l, "level", names[level]);
	log_str(l, "event", event);
}

void
log_begin(struct log_line *l, enum log_level level, const char *event)
{
	begin_line(l, level, event);
	if (request_id[0] != '\0')
		log_str(l, "id", request_id);
}

static void
put_quoted(struct buf *b, const char *s)
{
	char hex[5];

	buf_char(b, '"');
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\') {
			buf_char(b, '\\');
			buf_char(b, *s);
		} else if ((unsigned char)*s < 0x20 || *s == 0x7f) {
			snprintf(hex, sizeof hex, "\\x%02x", *s);
			buf_str(b, hex);
		} else {
			buf_char(b, *s);
		}
	}
	buf_char(b, '"');
}

static void
put_key(struct log_line *l, const char *key)
{
	buf_char(&l->buf, ' ');
	buf_str(&l->buf, key);
	buf_char(&l->buf, '=');
}

/* A key without its value, or half of it, would spoil the line. */
static void
drop_partial(struct log_line *l, size_t from)
{
	if (!buf_ok(&l->buf))
		l->buf.len = from;
}

/* No blank, quote or control character: it needs no quotes. */
static bool
is_plain(const char *value)
{
	const char *at = value;

	while (name_char(*at) || (*at != '\0' && strchr("/:{}+", *at) != NULL))
		at++;
	return at != value && *at == '\0';
}

void
log_str(struct log_line *l, const char *key, const char *value)
{
	size_t from = l->buf.len;

	put_key(l, key);
	if (is_plain(value))
		buf_str(&l->buf, value);
	else
		put_quoted(&l->buf, value);
	drop_partial(l, from);
}

void
log_int(struct log_line *l, const char *key, int64_t value)
{
	size_t from = l->buf.len;

	put_key(l, key);
	buf_i64(&l->buf, value);
	drop_partial(l, from);
}

void
log_catch_up(void)
{
	struct log_line l;

	if (dropped == 0)
		return;
	begin_line(&l, LOG_WARN, "log-dropped");
	log_int(&l, "lines", dropped);
	l.data[l.buf.len] = '\n';
	if (sink_write(l.data, l.buf.len + 1))
		dropped = 0;
}

/* Tell of dropped lines before the next line. */
static void
put_line(const char *line, size_t len)
{
	log_catch_up();
	if (dropped != 0 || !sink_write(line, len)) {
		dropped++;
		METRIC_COUNT(counted, log_dropped[0]);
	}
}

void
log_end(struct log_line *l)
{
	if (l->level < threshold)
		return;
	l->data[l->buf.len] = '\n';
	put_line(l->data, l->buf.len + 1);
}

void
log_say(const char *fmt, ...)
{
	char text[LOG_LINE_BYTES_MAX];
	size_t len;
	va_list ap;

	snprintf(text, sizeof text, "%s", priority(LOG_ERROR));
	len = strlen(text);
	va_start(ap, fmt);
	vsnprintf(text + len, sizeof text - 1 - len, fmt, ap);
	va_end(ap);
	len = strlen(text);
	text[len] = '\n';
	put_line(text, len + 1);
}

void
log_msg(enum log_level level, const char *event, const char *fmt, ...)
{
	char text[LOG_LINE_BYTES_MAX / 2];
	struct log_line l;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	log_begin(&l, level, event);
	log_str(&l, "msg", text);
	log_end(&l);
}
