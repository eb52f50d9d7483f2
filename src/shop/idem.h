/* SPDX-License-Identifier: MIT */
/*
 * What makes a write happen once: an idempotency key, as the ledger keeps it.
 * web/idem makes it of a request; the routines find by it what they have done.
 */
#ifndef SHOP_IDEM_H
#define SHOP_IDEM_H

#include <stdbool.h>

#define IDEM_BYTES 16

struct idem {
	unsigned char id[IDEM_BYTES];		/* digest of user, route, key */
	unsigned char fingerprint[IDEM_BYTES];	/* digest of the values */
	bool from_client;	/* the client chose the key: others may wait.
				   Else only the web server asks again, when a
				   worker died: the client is told of no replay */
	/* The id of earlier versions, which took quotes for part of a key. */
	bool has_former;
	unsigned char former[IDEM_BYTES];
};

#endif
