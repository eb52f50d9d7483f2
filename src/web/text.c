/* SPDX-License-Identifier: MIT */
/* Ids become sentences here, and nowhere else. */
#include "config.h"

#include "web/text.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"

_Static_assert(JSON_DEPTH_MAX == 16, "as TEXT_JSON_DEPTH has it");
_Static_assert(SAFE_INT_MAX == 9007199254740991, "as some texts have it");

static const char *const texts[LANGUAGES][TEXT_COUNT] = {
	[LANGUAGE_EN] = {
#define TEXT(id, english, korean) [TEXT_##id] = (english),
#include "web/text.def"
#undef TEXT
	},
	[LANGUAGE_KO] = {
#define TEXT(id, english, korean) [TEXT_##id] = (korean),
#include "web/text.def"
#undef TEXT
	},
};

/* As log_id(): a worker has one request at a time, and it is in one language. */
static enum language spoken = LANGUAGE_EN;

void
text_speak(enum language l)
{
	spoken = l;
}

enum language
text_language(void)
{
	return spoken;
}

static const struct {
	enum text title, detail;
} outcomes[] = {
#define ERR(name, status, code) [E_##name] = { TEXT_TITLE_##name, \
	TEXT_DETAIL_##name },
#define FRONT(name, status, code)
#define OWN(name)
#include "base/err.def"
#undef ERR
#undef FRONT
#undef OWN
};

static const enum text forms[] = {
#define FAULT(name, code, first, second)
#define FORM(name) [FORM_##name] = TEXT_FORM_##name,
#include "base/fault.def"
#undef FAULT
#undef FORM
};

static const enum text whys[] = {
#define WHY(name) [JSON_WHY_##name] = TEXT_JSON_##name,
#include "io/json_why.def"
#undef WHY
};

static const enum text tokens[] = {
#define CAUSE(name, words) [JWT_##name] = TEXT_TOKEN_##name,
#include "io/jwt_cause.def"
#undef CAUSE
};

const char *
text_of(enum text id)
{
	return texts[spoken][id];
}

const char *
text_say(struct arena *a, enum text id, const struct text_arg *arg, size_t n)
{
	char text[DETAIL_BYTES_MAX];
	const char *at = texts[spoken][id];
	struct buf b;

	buf_init(&b, text, sizeof text);
	for (size_t len, i; *at != '\0'; at += len) {
		len = strcspn(at, "{");
		buf_bytes(&b, at, len);
		if (at[len] != '{')
			continue;
		i = (size_t)(at[len + 1] - '0');
		assert(i < n);
		if (arg[i].text != NULL)
			buf_str(&b, arg[i].text);
		else
			buf_i64(&b, arg[i].number);
		len += sizeof "{0}" - 1;
	}
	return arena_copy(a, text, b.len);
}

const char *
text_title(enum err e)
{
	return texts[spoken][outcomes[e].title];
}

const char *
text_detail(enum err e)
{
	return texts[spoken][outcomes[e].detail];
}

/* What a sentence about a value is about. */
static const char *
subject_of(const struct fault *f)
{
	return f->subject != NULL ? f->subject
	    : f->pointer != NULL && f->pointer[0] != '\0'
	    ? text_of(TEXT_THE_ITEM) : text_of(TEXT_THE_BODY);
}

const char *
text_fault(struct arena *a, const struct fault *f)
{
	return text_say(a, forms[f->form], TEXT_ARGS(TEXT_S(subject_of(f)),
	    TEXT_S(f->names != NULL ? f->names : ""), TEXT_N(f->number[0]),
	    TEXT_N(f->number[1])));
}

const char *
text_token(enum jwt_cause cause)
{
	return texts[spoken][tokens[cause]];
}

const char *
text_json(struct arena *a, const char *json, const struct json_scan_fault *f)
{
	size_t len = json_name_len(json, f);
	const char *name = len == 0 ? "" : arena_printf(a, " %.*s", (int)len,
	    json + f->at);

	return name == NULL ? NULL : text_say(a, whys[f->why],
	    TEXT_ARGS(TEXT_N(f->at), TEXT_S(name)));
}
