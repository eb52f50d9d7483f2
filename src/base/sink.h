/* SPDX-License-Identifier: MIT */
/*
 * Where the log goes: stderr, which somebody else has opened and may have
 * stopped reading.  A daemon must not wait for that reader.
 *
 * The descriptor's flags are shared with other programs (a terminal's shell,
 * the rest of a pipeline), so O_NONBLOCK is never set on it.
 */
#ifndef SHOP_SINK_H
#define SHOP_SINK_H

#include <stdbool.h>
#include <stddef.h>

/*
 * From now on sink_write() never waits for a reader, and fails when the reader
 * is gone: SIGPIPE, SIGXFSZ and SIGTTOU are ignored.  Call it once, at a
 * daemon's start; before that, stderr is written to as it is.
 */
void sink_open(void);

/*
 * Is stderr systemd's journal?  True where it is the very socket that systemd
 * names in JOURNAL_STREAM, as "DEVICE:INODE"; a program whose stderr was
 * redirected inherits the variable, too.
 */
bool sink_is_journal(void);

/*
 * Writes a line of at most PIPE_BUF bytes, its newline at the end; false when
 * stderr doesn't take all of it now.  A line of which only a part was taken
 * (a full disk, a terminal) is ended before the next one.
 */
bool sink_write(const char *line, size_t len);

#endif
