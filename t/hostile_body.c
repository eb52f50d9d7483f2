/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "hostile.h"

#include <string.h>

#include "base/limits.h"

/* Products of the seed; each costs more than a poor user has. */
#define PRODUCTS 20

/* ---- Values that are JSON, whatever they mean */

static void
put_string(struct hostile *h, struct buf *b)
{
	static const char *const pieces[] = { "a", "0", " ", "\\\"", "\\\\",
	    "\\/", "\\b", "\\f", "\\n", "\\r", "\\t", "\\u0041", "\\u0001",
	    "\\ud83d\\ude00", "\\uffff", "\x7f",
	    "\xed\x95\x9c", "\xf0\x9f\x98\x80", "\xef\xbf\xbf", "\xe2\x80\xae", "\xcc\x81", "';--",
	    "${jndi:x}", "<script>", "../", "%00", "~1", "\xef\xbb\xbf" };

	buf_char(b, '"');
	for (int64_t n = pick(h, 0, 8); n > 0; n--)
		buf_str(b, PICK(h, pieces));
	if (one_in(h, 50))
		put_many(b, 'x', pick(h, 100, 20000));
	buf_char(b, '"');
}

/* None of them is what a table of fields takes for 1..max. */
static void
put_odd_number(struct hostile *h, struct buf *b)
{
	static const char *const numbers[] = { "0", "-0", "-1", "0.0", "1.5",
	    "0.1", "0e9", "1e-2", "1E+17", "1e400", "-1e400", "1e-400",
	    "9007199254740992", "9007199254740993.0", "9223372036854775807",
	    "9223372036854775808", "18446744073709551617",
	    "-9223372036854775809", "99999999999999999999999999999999",
	    "2147483648.5", "0.30000000000000004" };

	buf_str(b, PICK(h, numbers));
}

static void put_value(struct hostile *, struct buf *, int depth);

static void
put_nested(struct hostile *h, struct buf *b, int depth, bool list)
{
	int64_t n = pick(h, 0, 4);

	buf_char(b, list ? '[' : '{');
	for (int64_t i = 0; i < n; i++) {
		if (i > 0)
			buf_char(b, ',');
		if (!list) {
			buf_str(b, "\"k");
			buf_i64(b, i);
			buf_str(b, "\":");
		}
		put_value(h, b, depth - 1);
	}
	buf_char(b, list ? ']' : '}');
}

static void
put_value(struct hostile *h, struct buf *b, int depth)
{
	static const char *const words[] = { "true", "false", "null" };

	switch (pick(h, 0, depth > 0 ? 5 : 3)) {
	case 0:
		buf_str(b, PICK(h, words));
		break;
	case 1:
		buf_i64(b, pick(h, -1000, 1000));
		break;
	case 2:
		put_odd_number(h, b);
		break;
	case 3:
		put_string(h, b);
		break;
	case 4:
		put_nested(h, b, depth, true);
		break;
	default:
		put_nested(h, b, depth, false);
	}
}

/* No field of integers or of objects takes one. */
static void
put_wrong_value(struct hostile *h, struct buf *b)
{
	static const char *const words[] = { "true", "false", "null", "[]",
	    "{}", "\"\"", "\"1\"", "[1]", "{\"amount\":1}", "[[1]]",
	    "\"1000\"" };

	switch (pick(h, 0, 3)) {
	case 0:
		put_odd_number(h, b);
		break;
	case 1:
		put_string(h, b);
		break;
	default:
		buf_str(b, PICK(h, words));
	}
}

/* ---- Pieces of what the routes take */

static void
put_name(struct hostile *h, struct buf *b, const char *name)
{
	buf_char(b, '"');
	/* An escaped name is the same name. */
	if (one_in(h, 8)) {
		buf_str(b, "\\u00");
		buf_char(b, (char)('0' + *name / 16));
		buf_char(b, "0123456789abcdef"[*name % 16]);
		name++;
	}
	buf_str(b, name);
	buf_str(b, one_in(h, 8) ? "\" :\n\t" : "\":");
}

static void
put_charge(struct hostile *h, struct buf *b)
{
	int64_t amount = one_in(h, 2) ? pick(h, 1, 100)
	    : pick(h, 1, CHARGE_MAX);

	if (amount == h->goods->used_amount)
		amount++;
	put_name(h, b, "amount");
	buf_i64(b, amount);
}

static void
put_line(struct hostile *h, struct buf *b, int64_t product, int64_t quantity)
{
	buf_char(b, '{');
	put_name(h, b, "productId");
	buf_i64(b, product);
	buf_char(b, ',');
	put_name(h, b, "quantity");
	buf_i64(b, quantity);
	buf_char(b, '}');
}

/* ---- States of the shop for which a good request is refused */

enum who { BY_OWNER, BY_POOR, BY_RICH, BY_FULL, BY_ADMIN };
enum what { AS_IT_IS, USED_KEY, FEW_LEFT, DEAR, NO_PRODUCT, OTHER_PRICE,
    NO_ORDER, FULFILLED, CANCELLED, ONE_MORE, MANY_AWAY, TAKEN };

/* Those of each route besides an unknown user and one who is closed. */
static const struct state {
	const char *method, *pattern;
	enum who who;
	enum what what;
} states[] = {
	{ "POST", "/v1/points/charge", BY_RICH, AS_IT_IS },
	{ "POST", "/v1/points/charge", BY_OWNER, USED_KEY },
	{ "POST", "/v1/orders", BY_POOR, AS_IT_IS },
	{ "POST", "/v1/orders", BY_RICH, FEW_LEFT },
	{ "POST", "/v1/orders", BY_RICH, DEAR },
	{ "POST", "/v1/orders", BY_RICH, NO_PRODUCT },
	{ "POST", "/v1/orders", BY_OWNER, USED_KEY },
	{ "POST", "/v1/orders", BY_OWNER, OTHER_PRICE },
	{ "POST", "/v1/orders/{id}/cancel", BY_OWNER, NO_ORDER },
	{ "POST", "/v1/orders/{id}/cancel", BY_OWNER, FULFILLED },
	{ "POST", "/v1/orders/{id}/fulfil", BY_ADMIN, NO_ORDER },
	{ "POST", "/v1/orders/{id}/fulfil", BY_ADMIN, CANCELLED },
	{ "POST", "/v1/cart/items", BY_OWNER, FEW_LEFT },
	{ "POST", "/v1/cart/items", BY_OWNER, NO_PRODUCT },
	{ "POST", "/v1/cart/items", BY_FULL, ONE_MORE },
	{ "PUT", "/v1/cart/items/{productId}", BY_FULL, ONE_MORE },
	{ "PUT", "/v1/cart/items/{productId}", BY_OWNER, NO_PRODUCT },
	{ "DELETE", "/v1/cart/items/{productId}", BY_POOR, MANY_AWAY },
	{ "POST", "/v1/cart/checkout", BY_POOR, AS_IT_IS },
	{ "POST", "/v1/users", BY_OWNER, TAKEN },
	{ "POST", "/v1/tokens", BY_OWNER, TAKEN },
	{ "PATCH", "/v1/products/{id}", BY_ADMIN, NO_PRODUCT },
	{ "PATCH", "/v1/products/{id}", BY_ADMIN, AS_IT_IS },
	{ "POST", "/v1/products/{id}/restock", BY_ADMIN, NO_PRODUCT },
};

#define STATES (sizeof states / sizeof states[0])

/* The unknown user and the closed one, where somebody must call. */
static int
any_states(const struct route *r)
{
	return r->auth == AUTH_NONE ? 0 : 2;
}

static bool
is_state_of(const struct state *s, const struct route *r)
{
	return strcmp(s->method, r->method) == 0 &&
	    strcmp(s->pattern, r->pattern) == 0;
}

int
hostile_states(const struct route *r)
{
	int n = any_states(r);

	for (size_t i = 0; i < STATES; i++)
		n += is_state_of(&states[i], r);
	return n;
}

/* The planned state that is the route's own; NULL: none is. */
static const struct state *
state_of(const struct hostile *h)
{
	int n;

	if (!has_fault(h, FAULT_STATE))
		return NULL;
	n = any_states(h->route);
	for (size_t i = 0; i < STATES; i++)
		if (is_state_of(&states[i], h->route) && n++ == h->state)
			return &states[i];
	return NULL;
}

static enum what
what_of(const struct hostile *h)
{
	const struct state *s = state_of(h);

	return s != NULL ? s->what : AS_IT_IS;
}

int64_t
hostile_user(struct hostile *h)
{
	const struct hostile_goods *g = h->goods;
	const int64_t users[] = { [BY_OWNER] = g->owner, [BY_POOR] = g->poor,
	    [BY_RICH] = g->rich, [BY_FULL] = g->full, [BY_ADMIN] = g->admin };
	const struct state *s = state_of(h);

	if (s != NULL)
		return users[s->who];
	if (has_fault(h, FAULT_STATE))
		return h->state == 0 ? SAFE_INT_MAX - pick(h, 0, 1000)
		    : g->closed;
	if (h->route->auth == AUTH_ADMIN && one_in(h, 2))
		return g->admin;
	return one_in(h, 2) ? g->owner : pick(h, 1, 6);
}

const char *
hostile_key(struct hostile *h)
{
	return what_of(h) == USED_KEY ? h->goods->used_key : NULL;
}

int64_t
hostile_id(struct hostile *h)
{
	switch (what_of(h)) {
	case NO_ORDER:
	case NO_PRODUCT:
		return SAFE_INT_MAX - pick(h, 0, 1000);
	case FULFILLED:
		return h->goods->fulfilled;
	case CANCELLED:
		return h->goods->cancelled;
	case ONE_MORE:
		return h->goods->few;
	case AS_IT_IS:
	case USED_KEY:
	case FEW_LEFT:
	case DEAR:
	case OTHER_PRICE:
	case MANY_AWAY:
	case TAKEN:
		break;
	}
	return one_in(h, 4) ? pick(h, 1, SAFE_INT_MAX) : pick(h, 1, 25);
}

const char *
hostile_query(struct hostile *h)
{
	return what_of(h) == MANY_AWAY ? "?quantity=1000" : NULL;
}

/* ---- What the routes take, with an aim of its own */

static void
put_order(struct hostile *h, struct buf *b)
{
	int64_t n = one_in(h, 6) ? ORDER_LINES_MAX : pick(h, 1, 5);
	enum what what = what_of(h);
	int64_t few = what == FEW_LEFT ? h->goods->few
	    : what == DEAR ? h->goods->dear : 0;

	put_name(h, b, "items");
	buf_char(b, '[');
	if (few != 0)
		put_line(h, b, few, pick(h, 2, QUANTITY_MAX));
	else if (what == NO_PRODUCT)
		for (int64_t i = 0; i < n; i++) {
			put_line(h, b, SAFE_INT_MAX - i, pick(h, 1, 9));
			buf_str(b, i < n - 1 ? "," : "");
		}
	else
		/* Of the order that used_key has made there was one piece. */
		put_line(h, b, pick(h, 1, PRODUCTS), pick(h, 2, QUANTITY_MAX));
	buf_char(b, ']');
	if (what == OTHER_PRICE)
		buf_str(b, ",\"totalPrice\":1");
}

static void
put_cart_item(struct hostile *h, struct buf *b)
{
	enum what what = what_of(h);
	int64_t product = what == FEW_LEFT || what == ONE_MORE ? h->goods->few
	    : what == NO_PRODUCT ? SAFE_INT_MAX : pick(h, 1, PRODUCTS);

	put_name(h, b, "productId");
	buf_i64(b, product);
	buf_char(b, ',');
	put_name(h, b, "quantity");
	buf_i64(b, what == ONE_MORE ? 1 : pick(h, 2, QUANTITY_MAX));
}

static void
put_quantity(struct hostile *h, struct buf *b)
{
	put_name(h, b, "quantity");
	buf_i64(b, what_of(h) == ONE_MORE ? 1 : pick(h, 1, QUANTITY_MAX));
}

/* Users of the seed, who have no password; one more word than it takes. */
static void
put_account(struct hostile *h, struct buf *b)
{
	static const char *const emails[] = { "minjun.kim@example.com",
	    "Minjun.Kim@EXAMPLE.com" };

	put_name(h, b, "email");
	buf_char(b, '"');
	buf_str(b, PICK(h, emails));
	buf_str(b, "\",");
	put_name(h, b, "password");
	buf_char(b, '"');
	put_many(b, 'p', pick(h, 8, 256));
	buf_char(b, '"');
}

static void
put_sign_up(struct hostile *h, struct buf *b)
{
	put_account(h, b);
	buf_str(b, ",\"name\":\"N\"");
}

/* Of a version that nothing has. */
static void
put_edit(struct hostile *h, struct buf *b)
{
	put_name(h, b, "version");
	buf_i64(b, pick(h, 1000000, SAFE_INT_MAX));
	buf_char(b, ',');
	put_name(h, b, "price");
	buf_i64(b, pick(h, 1, 1000));
}

static const struct good {
	const char *pattern;
	void (*put)(struct hostile *, struct buf *);
} goods[] = {
	{ "/v1/points/charge", put_charge },
	{ "/v1/orders", put_order },
	{ "/v1/cart/items", put_cart_item },
	{ "/v1/cart/items/{productId}", put_quantity },
	{ "/v1/users", put_sign_up },
	{ "/v1/tokens", put_account },
	{ "/v1/products/{id}", put_edit },
};

static const struct good *
good_of(const struct route *r)
{
	for (size_t i = 0; i < sizeof goods / sizeof goods[0]; i++)
		if (r != NULL && r->body->fields != NULL &&
		    strcmp(goods[i].pattern, r->pattern) == 0)
			return &goods[i];
	return NULL;
}

/* ---- Bodies */

static void put_fields(struct hostile *, struct buf *,
    const struct json_field *);

/* A value that the table takes. */
static void
put_field(struct hostile *h, struct buf *b, const struct json_field *f)
{
	switch (f->type) {
	case JSON_INT:
		buf_i64(b, pick(h, f->min, f->max));
		break;
	case JSON_STR:
		buf_char(b, '"');
		put_many(b, 'x', pick(h, f->min, f->max));
		buf_char(b, '"');
		break;
	case JSON_BOOL:
		buf_str(b, one_in(h, 2) ? "true" : "false");
		break;
	case JSON_CHOICE:
		buf_char(b, '"');
		buf_str(b, f->choices[0]);
		buf_char(b, '"');
		break;
	case JSON_OBJECT:
		buf_char(b, '{');
		put_fields(h, b, f->fields);
		buf_char(b, '}');
		break;
	case JSON_LIST:
		buf_str(b, "[{");
		put_fields(h, b, f->fields);
		buf_str(b, "}]");
		break;
	}
}

/* The members that must be there. */
static void
put_fields(struct hostile *h, struct buf *b, const struct json_field *f)
{
	bool first = true;

	for (; f->name != NULL; f++) {
		if (f->optional)
			continue;
		buf_str(b, first ? "" : ",");
		first = false;
		put_name(h, b, f->name);
		put_field(h, b, f);
	}
}

/* What would be taken: for an aim of its own, or just by the table. */
static void
put_good(struct hostile *h, struct buf *b)
{
	const struct good *good = good_of(h->route);

	buf_str(b, one_in(h, 8) ? " \r\n\t{ " : "{");
	if (good != NULL)
		good->put(h, b);
	else if (h->route != NULL && h->route->body->fields != NULL)
		put_fields(h, b, h->route->body->fields);
	buf_char(b, '}');
}

/* A good body, and members that nobody knows: one to thousands. */
static void
put_unknown_members(struct hostile *h, struct buf *b)
{
	int64_t n = one_in(h, 10) ? pick(h, 100, 4000) : pick(h, 1, 3);
	bool first;

	put_good(h, b);
	b->len--;
	/* Does it have no member yet, but for blanks? */
	first = b->data[strcspn(b->data, "{") + 1 +
	    strspn(b->data + strcspn(b->data, "{") + 1, " ")] == '}';
	for (int64_t i = 0; i < n; i++) {
		buf_str(b, i > 0 || !first ? "," : "");
		buf_str(b, "\"?");
		buf_i64(b, i);
		buf_str(b, "\":");
		if (n > 100)
			buf_char(b, '0');
		else
			put_value(h, b, 3);
	}
	buf_char(b, '}');
}

static void
put_wrong_lines(struct hostile *h, struct buf *b)
{
	static const char *const lines[] = { "{}", "1", "null", "[]",
	    "{\"productId\":1}", "{\"quantity\":1}", "\"1\"",
	    "{\"productId\":1,\"quantity\":0}",
	    "{\"productId\":1,\"quantity\":1001}",
	    "{\"productId\":0,\"quantity\":1}",
	    "{\"productid\":1,\"quantity\":1}",
	    "{\"productId\":1,\"quantity\":1,\"price\":0}" };
	int64_t n = one_in(h, 10) ? pick(h, 100, 2000) : pick(h, 1, 4);

	buf_str(b, "{\"items\":[");
	for (int64_t i = 0; i < n; i++) {
		buf_str(b, i > 0 ? "," : "");
		buf_str(b, PICK(h, lines));
	}
	buf_str(b, "]}");
}

/* JSON of another shape than any route takes. */
static void
put_wrong(struct hostile *h, struct buf *b)
{
	static const char *const bodies[] = { "{}", "[]", "null", "0", "\"\"",
	    "{\"items\":[]}", "{\"items\":{}}", "{\"Amount\":1}",
	    "{\"amount \":1}", ("{\"items\":[{\"productId\":1,\"quantity\":1},"
	    "{\"productId\":1,\"quantity\":2}]}"), "[{\"amount\":1}]",
	    "{\"\":{}}", "{\"amount\":{\"amount\":1}}",
	    "{\"__proto__\":{\"amount\":1}}" };

	/* Of a route we don't know we know that it has no such member. */
	switch (good_of(h->route) != NULL ? pick(h, 0, 5) : 5) {
	case 0:
		buf_str(b, PICK(h, bodies));
		break;
	case 1:
		put_nested(h, b, 5, true);
		break;
	case 2:
		put_wrong_lines(h, b);
		break;
	case 3:
		buf_str(b, one_in(h, 2) ? "{\"amount\":" : "{\"items\":");
		put_wrong_value(h, b);
		buf_char(b, '}');
		break;
	default:
		put_unknown_members(h, b);
	}
}

static void
insert(struct buf *b, size_t at, const char *bytes, size_t n)
{
	if (b->len + n >= b->size)
		return;
	memmove(b->data + at + n, b->data + at, b->len + 1 - at);
	memcpy(b->data + at, bytes, n);
	b->len += n;
}

/* What is no JSON, wherever it stands. */
static void
break_anywhere(struct hostile *h, struct buf *b)
{
	static const char *const poison[] = { "\xff", "\xc0\xaf", "\x01",
	    "\x1f", "\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xfe", "\x0b",
	    "\x0c", "\x08", "" };
	const char *p = PICK(h, poison);

	/* The last is a NUL. */
	insert(b, (size_t)pick(h, 0, (int64_t)b->len), p,
	    *p != '\0' ? strlen(p) : 1);
}

/* What is no JSON before or behind the first of some characters. */
static void
break_there(struct hostile *h, struct buf *b)
{
	static const struct {
		const char *first;
		size_t behind;
		const char *what;
	} faults[] = {
		{ "123456789", 0, "0" }, { "123456789", 0, "+" },
		{ "123456789", 0, "0x" }, { "123456789", 0, "." },
		{ "123456789", 0, "--" }, { "123456789", 0, "\xef\xbc\x91" },
		{ "\"", 1, "\\q" }, { "\"", 1, "\\ud800" },
		{ "\"", 1, "\\u0000" }, { "\"", 1, "\\x41" },
		{ "\"", 1, "\n" }, { "\"", 1, "\"" }, { "\"", 0, "'" },
		{ ":", 1, ":" }, { ":", 0, "=" }, { "}", 0, "," },
		{ "{", 1, "," }, { "}", 1, "}" }, { "{", 0, "/**/" },
		{ "{", 1, "\xc2\xa0" }, { "}", 1, "//" }, { "{", 0, "\xef\xbb\xbf" },
	};
	size_t i = (size_t)pick(h, 0, sizeof faults / sizeof faults[0] - 1);
	const char *colon = strrchr(b->data, ':');
	/* A name may have digits, too, if it is escaped. */
	size_t at = i < 6 && colon != NULL ? (size_t)(colon - b->data) : 0;

	at += strcspn(b->data + at, faults[i].first);
	if (at == b->len) {
		/* {} has neither digits nor strings. */
		break_anywhere(h, b);
		return;
	}
	at += faults[i].behind;
	insert(b, at, faults[i].what, strlen(faults[i].what));
}

/* A good body with each of its members once more, or nested too deep. */
static void
put_twice(struct hostile *h, struct buf *b)
{
	const struct good *good = good_of(h->route);
	int64_t levels = pick(h, JSON_DEPTH_MAX, 40);

	buf_char(b, '{');
	if (good != NULL)
		good->put(h, b);
	if (good != NULL && one_in(h, 2)) {
		buf_char(b, ',');
		good->put(h, b);
	} else {
		buf_str(b, good != NULL ? ",\"x\":" : "\"x\":");
		put_many(b, '[', levels);
		put_many(b, ']', levels);
	}
	buf_char(b, '}');
}

static void
put_bomb(struct hostile *h, struct buf *b)
{
	static const char *const units[] = { "[", "{", "{\"a\":", "[1,", "[[],",
	    "\"", "-", "\\u0000", "{\"a\":[", "\xc3", "0", " " };
	const char *unit = PICK(h, units);
	int64_t n = pick(h, JSON_DEPTH_MAX + 1, one_in(h, 8) ? 10000 : 200);

	for (int64_t i = 0; i < n; i++)
		buf_str(b, unit);
}

static void
put_broken(struct hostile *h, struct buf *b)
{
	static const char *const bodies[] = { "", " ", "amount=1", "{",
	    "{\"amount\":01}", "{\"amount\":+1}", "{\"amount\":1.}",
	    "{\"amount\":.5}", "{\"amount\":NaN}", "{\"amount\":Infinity}",
	    "{\"amount\":0x10}", "{\"amount\":1e}", "{\"amount\":--1}",
	    "{\"amount\":1,}", "{,\"amount\":1}", "{\"amount\" 1}",
	    "{\"amount\":1 \"x\":2}", "{amount:1}", "{'amount':1}",
	    "{\"amount\":1,\"amount\":1}", "{\"amount\":1}//",
	    "{\"amount\":1,\"\\u0061mount\":1}", "{\"amount\":1,\"x\":\"\n\"}",
	    "{\"amount\":1,\"x\":\"\\ud800\"}", "{\"amount\":1,\"x\":\"\\q\"}",
	    "{\"amount\":1,\"x\":\"\\u0000\"}", "{\"amount\":True}",
	    "{\"amount\":1}{\"amount\":1}", "{\"amount\":1}]", "<amount/>",
	    "{\"items\":[{\"productId\":1,\"quantity\":1},]}",
	    "{\"items\":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}",
	    "\xef\xbb\xbf{\"amount\":1}", "--boundary\r\n" };

	switch (pick(h, 0, 9)) {
	case 0:
		put_bomb(h, b);
		break;
	case 1:
		/* Its bracket is never closed. */
		put_good(h, b);
		b->len = (size_t)pick(h, 1, (int64_t)b->len - 1);
		break;
	case 2:
		put_good(h, b);
		buf_str(b, &"}x,]\""[pick(h, 0, 4)]);
		break;
	case 3:
		put_bytes(h, b, pick(h, 1, 2000), 0x80, 0xff);
		break;
	case 4:
	case 5:
		put_good(h, b);
		break_anywhere(h, b);
		break;
	case 6:
	case 7:
		put_good(h, b);
		break_there(h, b);
		break;
	case 8:
		put_twice(h, b);
		break;
	default:
		/* Where the body may lack, the first breaks nothing. */
		buf_str(b, h->route != NULL && h->route->body->may_lack
		    ? bodies[pick(h, 1, sizeof bodies / sizeof bodies[0] - 1)]
		    : PICK(h, bodies));
	}
}

void
hostile_body(struct hostile *h)
{
	struct buf *b = &h->body;

	buf_init(b, h->body_room, sizeof h->body_room);
	if (has_fault(h, FAULT_BROKEN))
		put_broken(h, b);
	else if (has_fault(h, FAULT_VALUE))
		put_wrong(h, b);
	else
		put_good(h, b);
	/* Blanks change nothing but the size. */
	if (has_fault(h, FAULT_LARGE))
		put_many(b, ' ', pick(h, BODY_BYTES_MAX + 1,
		    2 * BODY_BYTES_MAX));
	else if (one_in(h, 40) && b->len < 10000)
		put_many(b, ' ', pick(h, 1, 30000));
}
