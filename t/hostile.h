/* SPDX-License-Identifier: MIT */
/*
 * Hostile requests, each a function of seed and number alone.  Every one that
 * could change something has at least one fault by construction, for which it
 * must be refused; the others it may or may not have.  The routes are the
 * router's own, so a new one is attacked without a word here.
 *
 *	hostile.c	sends them, judges the answers, counts
 *	hostile_plan.c	chance, and which faults a request has
 *	hostile_http.c	targets, headers, framing: the request as it is sent
 *	hostile_body.c	JSON
 *	hostile_token.c	tokens
 */
#ifndef SHOP_HOSTILE_H
#define SHOP_HOSTILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "web/route.h"

#define HOSTILE_BODY_BYTES 200000
#define HOSTILE_TEXT_BYTES 400000

/* What is there to attack: users and products that make a write fail. */
struct hostile_goods {
	const char *secret;	/* the key of good tokens */
	size_t secret_len;
	int64_t poor;		/* has no points */
	int64_t rich;		/* can't have one more */
	int64_t closed;
	int64_t owner;		/* of used_key, an order and used_amount */
	const char *used_key;	/* of a charge of used_amount, which was done */
	int64_t used_amount;
	int64_t full;		/* has a cart of 100 lines */
	int64_t admin;
	int64_t fulfilled;	/* an order of owner */
	int64_t cancelled;	/* another one */
	int64_t few;		/* a product of which there is one, for 1 */
	int64_t dear;		/* one that costs 2^53 - 1 */
};

enum hostile_fault {
	FAULT_TOKEN, FAULT_KEY, FAULT_TYPE, FAULT_BROKEN, FAULT_VALUE,
	FAULT_LARGE, FAULT_STATE, FAULT_METHOD, FAULT_TARGET, FAULTS
};

struct hostile {
	struct arena *arena;	/* emptied for each request */
	const struct hostile_goods *goods;
	uint64_t chance;

	/* The plan of this request. */
	const struct route *route;	/* NULL: it aims at none */
	unsigned faults;		/* 1 << FAULT_... */
	int state;			/* of FAULT_STATE: which */
	int64_t user;			/* whose token it bears */

	/* What may come of it. */
	bool doomed;		/* must not succeed */
	bool head;		/* its answer has no body */
	bool bare;		/* HTTP/0.9: its answer has no head */
	bool cut;		/* unfinished: there may be no answer */
	bool unframed;		/* nginx refuses its body */
	int owed;		/* 501, 503 or 505, which it may get; 0 */

	struct buf body, text;
	char body_room[HOSTILE_BODY_BYTES], text_room[HOSTILE_TEXT_BYTES];
};

/* Chance. */
int64_t pick(struct hostile *, int64_t from, int64_t to);
bool one_in(struct hostile *, int64_t n);
const char *pick_of(struct hostile *, const char *const *list, size_t n);
#define PICK(h, list) pick_of(h, list, sizeof list / sizeof list[0])

bool has_fault(const struct hostile *, enum hostile_fault);

/* n times the character. */
void put_many(struct buf *, char c, int64_t n);
/* n bytes of a range. */
void put_bytes(struct hostile *, struct buf *, int64_t n, int from, int to);

/* Number n of a seed, in h->text. */
void hostile_make(struct hostile *, int64_t seed, int64_t n);

/* The request as planned, or what is none, into h->text. */
void hostile_request(struct hostile *);
void hostile_raw(struct hostile *);

/* The value of Authorization: as planned; NULL: there is none. */
const char *hostile_token(struct hostile *);

/* The body, in h->body, as planned. */
void hostile_body(struct hostile *);

/*
 * How many states of the shop there are that refuse a good body for the
 * route; where it needs a token, the first two ask for another user only.
 */
int hostile_states(const struct route *);
/* The user and, where it must be this one, the key of the planned state. */
int64_t hostile_user(struct hostile *);
const char *hostile_key(struct hostile *);
/* What stands for an id in the path; the query, NULL: any. */
int64_t hostile_id(struct hostile *);
const char *hostile_query(struct hostile *);

#endif
