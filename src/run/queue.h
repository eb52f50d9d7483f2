/* SPDX-License-Identifier: MIT */
/*
 * The queues in which requests wait for a worker: a listening socket each,
 * with workers of its own.  That of reads need not be there.
 */
#ifndef SHOP_QUEUE_H
#define SHOP_QUEUE_H

enum queue {
	QUEUE_MAIN,	/* the setting listen: whatever comes */
	QUEUE_READ,	/* listen_read: requests that change nothing */
	QUEUES
};

/* How a worker learns that its queue is that of reads: VARIABLE=OF_READS. */
#define QUEUE_VARIABLE "SHOP_POOL"
#define QUEUE_OF_READS "read"

#endif
