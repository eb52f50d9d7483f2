/* SPDX-License-Identifier: MIT */
/*
 * What clients are told in words: each text is a row of text.def, and named by
 * its id.  Texts are the arena's or static; NULL without memory.
 */
#ifndef SHOP_TEXT_H
#define SHOP_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fault.h"
#include "io/json.h"
#include "io/jwt.h"
#include "web/language.h"

enum text {
#define TEXT(id, english, korean) TEXT_##id,
#include "web/text.def"
#undef TEXT
	TEXT_COUNT
};

struct text_arg {
	const char *text;	/* NULL: it is the number */
	int64_t number;
};

#define TEXT_S(s)	{ .text = (s) }
#define TEXT_N(n)	{ .number = (int64_t)(n) }
#define TEXT_ARGS(...)	(const struct text_arg[]){ __VA_ARGS__ }, \
	sizeof((const struct text_arg[]){ __VA_ARGS__ }) / \
	sizeof(struct text_arg)

/* Speak so from here on: until the next request. */
void text_speak(enum language);
enum language text_language(void);

/* One without arguments. */
const char *text_of(enum text);

/* One with them: text_say(a, TEXT_NO_ORDER, TEXT_ARGS(TEXT_N(7))). */
const char *text_say(struct arena *, enum text, const struct text_arg *,
    size_t n);

/* Of an outcome. */
const char *text_title(enum err);
const char *text_detail(enum err);

/* What is wrong with a value, by the fault's form. */
const char *text_fault(struct arena *, const struct fault *);

/* Why a token was refused, as the end of a sentence. */
const char *text_token(enum jwt_cause);

/* Why a text is not the JSON that we take. */
const char *text_json(struct arena *, const char *json,
    const struct json_scan_fault *);

#endif
