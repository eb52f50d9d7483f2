/* SPDX-License-Identifier: MIT */
/* What is true of any answer; which one it is, web/serve finds out. */
#include "config.h"

#include "web/http.h"

#include <assert.h>
#include <string.h>

static const struct {
	const char *param, *name;
} headers[] = {
#define HEADER(name, param, field) [HEADER_##name] = { param, field },
#include "web/header.def"
#undef HEADER
};

const char *
http_header_name(enum header h)
{
	return headers[h].name;
}

const char *
http_header_param(enum header h)
{
	return headers[h].param;
}

const char *
http_reason(int status)
{
	static const struct {
		int status;
		const char *reason;
	} reasons[] = {
#define STATUS(number, reason) { number, reason },
#include "base/status.def"
#undef STATUS
	};

	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "";
}

void
http_header(struct resp *resp, const char *name, const char *value)
{
	assert(strpbrk(value, "\r\n") == NULL);
	buf_str(&resp->headers, name);
	buf_str(&resp->headers, ": ");
	buf_str(&resp->headers, value);
	buf_str(&resp->headers, "\r\n");
}

enum err
http_json(struct resp *resp, int status, struct json_writer *w)
{
	enum err e = json_end(w, &resp->body, &resp->body_len);

	if (e != E_OK)
		return e;
	resp->status = status;
	resp->type = "application/json";
	return E_OK;
}

enum err
http_object(struct ctx *ctx, struct resp *resp, int status,
    const struct json_field *fields, const void *in)
{
	struct json_writer w;

	json_begin(&w, ctx->arena);
	json_fields(&w, NULL, fields, in);
	return http_json(resp, status, &w);
}

enum err
http_nothing(struct resp *resp)
{
	resp->status = 204;
	resp->type = NULL;
	resp->body = "";
	resp->body_len = 0;
	return E_OK;
}
