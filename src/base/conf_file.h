/* SPDX-License-Identifier: MIT */
/*
 * The settings file's form, a line a setting:
 *
 *	key = value		or key: value; blanks around both don't count
 *	key = value ; why	a ; behind a blank begins a comment
 *	# a comment		or ; a comment, at the line's begin alone
 *
 * The rest of the line is the value, to its last byte: it has no quotes and no
 * escapes, and each setting has its own longest.  Lines end in LF or CR LF, the
 * last one may do without, a UTF-8 byte order mark at the begin is skipped.
 * What can't be read exactly is refused, with file and line: no key, no =, a
 * [section], a control character (a zero byte even in a comment), text that is
 * no UTF-8, a file of over CONF_FILE_BYTES_MAX.
 */
#ifndef SHOP_CONF_FILE_H
#define SHOP_CONF_FILE_H

#include "base/err.h"

#define CONF_FILE_BYTES_MAX (1024 * 1024)

/* One setting; its fault, without file and line, goes to why[WHY_BYTES]. */
struct conf_pair {
	int line;
	const char *key, *value;
};

/*
 * Hands each setting of the file to on_pair, and stops at the first fault.  On
 * E_CONFIG why[WHY_BYTES] says which, with file and line.
 */
enum err conf_file_read(const char *file, enum err (*on_pair)(void *user,
    const struct conf_pair *, char *why), void *user, char *why) MUST_CHECK;

/* Why no setting may have this text, from file or environment; or NULL. */
const char *conf_text_fault(const char *);

#endif
