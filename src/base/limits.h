/* SPDX-License-Identifier: MIT */
/*
 * Every maximum of Shop, with its unit.  nginx's site has those that it needs
 * from here (src/ops/site_word.c); the SQL of src/shop/sql.def and schema/
 * repeats some, and t/0010-sources.t holds them equal.
 */
#ifndef SHOP_LIMITS_H
#define SHOP_LIMITS_H

#include <stdint.h>

/* Largest integer that every JSON reader holds exactly: 2^53 - 1. */
#define SAFE_INT_MAX		INT64_C(9007199254740991)

/* Money and stock, as the contract has them. */
#define POINTS_MAX		SAFE_INT_MAX		/* points */
#define CHARGE_MAX		INT64_C(1000000000)	/* points a charge */
#define QUANTITY_MAX		INT64_C(1000)		/* pieces a line */
#define RESTOCK_MAX		INT64_C(1000000)	/* pieces, come or gone */
#define ORDER_LINES_MAX		100			/* lines an order */
#define RANK_ITEMS		5			/* products ranked */
#define RANK_HOURS		72			/* hours back */
#define RANK_BY_NGINX_S_MIN	4			/* rank_fresh_s then */
#define ATTEMPTS_MAX		4			/* 1 + 3 retries */

/* A request. */
#define BODY_BYTES_MAX		65536
#define TARGET_BYTES_MAX	4096
#define TOKEN_BYTES_MAX		4096
#define REQUEST_ID_BYTES_MAX	64
#define IDEM_KEY_BYTES_MAX	255
#define JSON_DEPTH_MAX		16
#define FAULTS_MAX		128	/* of one body; more are not told */

/* A response and what it is made of. */
#define RESPONSE_BYTES_MAX	262144
#define HEADER_BYTES_MAX	4096
#define DETAIL_BYTES_MAX	512
#define PAGE_ITEMS		20	/* on a page unless the client asks */
#define PAGE_ITEMS_MAX		100
#define LOG_LINE_BYTES_MAX	2048
#define ARENA_BYTES_MAX		(4 * 1024 * 1024)

/* Workers of a generation, in both pools. */
#define WORKERS_MAX		256

/* Connections of the web server that a worker of reads keeps. */
#define CONNS_KEPT_MAX		16

/* Databases in a list, and how each is written. */
#define PLACES_MAX		8
#define PLACE_HOST_BYTES_MAX	255
#define PLACE_SOCKET_BYTES_MAX	107	/* sun_path */

/* Letters and digits of the id that tells a shop from others. */
#define IDENTITY_CHARS		16

/* Text columns; the schema has the same lengths, in characters. */
#define NAME_CHARS_MAX		100
#define EMAIL_BYTES_MIN		3
#define EMAIL_BYTES_MAX		254
#define DESCRIPTION_CHARS_MAX	1000
#define URL_CHARS_MAX		500
#define REASON_CHARS_MAX	100
#define SEARCH_CHARS_MAX	50	/* 200 bytes: product_suffixes has these */

/* Retries a worker may have in hand; they come back, 1 a second and 1 in 10
   requests, so that a database in trouble is not given more of it. */
#define RETRY_BUDGET		30

/* Accounts. */
#define PASSWORD_COST_CHEAP	5	/* less than libxcrypt's own */
#define ACCOUNT_PASSWORD_CHARS_MIN	8
#define ACCOUNT_PASSWORD_CHARS_MAX	256
#define LOGIN_FAILURES_MAX	10	/* of an account, in LOGIN_WINDOW_MS */
#define LOGIN_WINDOW_MS		900000
#define GRANT_ID_CHARS_MAX	64	/* a jti; the schema has the same */

/* The youngest day that may be archived: keys of orders and charges are good for
   so long at least, those of other writes (2 days) and the ranking for less. */
#define ARCHIVE_DAYS_MIN	7

/* Waiting. */
#define IDEM_WAIT_MS		3000	/* for the same key's first request */
#define RETRY_AFTER_S		1

/* Keys. */
#define JWT_KEYS_MAX		16
#define JWT_KEY_BYTES_MIN	32
#define JWT_KEY_BYTES_MAX	1024
#define JWT_KEY_FILE_BYTES_MAX	4096	/* a JWK is more than its key */
#define JWT_KID_BYTES_MAX	64
#define PASSWORD_BYTES_MAX	256	/* of a database account */

_Static_assert(ARCHIVE_DAYS_MIN >= 2 + 1 && ARCHIVE_DAYS_MIN * 24 > RANK_HOURS + 24, "what is archived is no longer looked for");
_Static_assert(SAFE_INT_MAX == (INT64_C(1) << 53) - 1, "2^53 - 1");
_Static_assert(BODY_BYTES_MAX < RESPONSE_BYTES_MAX, "an answer outgrows its body");
_Static_assert(RESPONSE_BYTES_MAX < ARENA_BYTES_MAX, "answers live in the arena");

#endif
