/* SPDX-License-Identifier: MIT */
/*
 * A lookup under way belongs to the library: where it can't be cancelled its
 * memory stays with it.
 */
#include "config.h"

#include "io/host.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define ADDRESSES_MAX	8
/* INET6_ADDRSTRLEN, and "%interface". */
#define ADDRESS_BYTES	64
#define NAME_BYTES	256

struct lookup {
	struct gaicb cb;
	struct addrinfo hints;
	char name[NAME_BYTES];
};

struct host {
	char name[NAME_BYTES];
	bool is_address;	/* the name itself */
	struct lookup *pending;	/* or NULL */
	int fault;		/* of getaddrinfo(); 0: none */
	size_t n;
	char address[ADDRESSES_MAX][ADDRESS_BYTES];
};

/* Takes the addresses that can be written as digits; false for none. */
static bool
remember_addresses(struct host *h, const struct addrinfo *all)
{
	size_t n = 0;

	for (; all != NULL && n < ADDRESSES_MAX; all = all->ai_next)
		if (getnameinfo(all->ai_addr, all->ai_addrlen, h->address[n],
		    ADDRESS_BYTES, NULL, 0, NI_NUMERICHOST) == 0)
			n++;
	if (n > 0)
		h->n = n;
	return n > 0;
}

struct host *
host_new(const char *name)
{
	const struct addrinfo digits = { .ai_flags = AI_NUMERICHOST,
	    .ai_socktype = SOCK_STREAM };
	struct host *h = calloc(1, sizeof *h);
	struct addrinfo *all;

	if (h == NULL)
		return NULL;
	/*
	 * One try a name server, a second each, also for lookups that libraries
	 * make by themselves.  An operator's own options win.
	 */
	setenv("RES_OPTIONS", "timeout:1 attempts:1", 0);
	snprintf(h->name, sizeof h->name, "%s", name);
	if (getaddrinfo(name, NULL, &digits, &all) == 0) {
		h->is_address = remember_addresses(h, all);
		freeaddrinfo(all);
	}
	return h;
}

static void
lookup_free(struct lookup *l)
{
	if (l->cb.ar_result != NULL)
		freeaddrinfo(l->cb.ar_result);
	free(l);
}

void
host_free(struct host *h)
{
	if (h == NULL)
		return;
	if (h->pending != NULL &&
	    gai_cancel(&h->pending->cb) != EAI_NOTCANCELED)
		lookup_free(h->pending);
	free(h);
}

static bool
begin_lookup(struct host *h)
{
	struct lookup *l = calloc(1, sizeof *l);
	struct gaicb *list[1];

	if (l == NULL) {
		h->fault = EAI_MEMORY;
		return false;
	}
	snprintf(l->name, sizeof l->name, "%s", h->name);
	l->hints.ai_socktype = SOCK_STREAM;
	l->cb.ar_name = l->name;
	l->cb.ar_request = &l->hints;
	list[0] = &l->cb;
	if ((h->fault = getaddrinfo_a(GAI_NOWAIT, list, 1, NULL)) != 0) {
		free(l);
		return false;
	}
	h->pending = l;
	return true;
}

/* The answer, if it comes in time. */
static bool
finish_lookup(struct host *h, int wait_ms)
{
	const struct timespec wait = { wait_ms / 1000,
	    wait_ms % 1000 * 1000000L };
	const struct gaicb *list[1] = { &h->pending->cb };
	bool found;

	if (gai_error(&h->pending->cb) == EAI_INPROGRESS)
		(void)gai_suspend(list, 1, &wait);
	h->fault = gai_error(&h->pending->cb);
	if (h->fault == EAI_INPROGRESS)
		return false;
	found = h->fault == 0 && remember_addresses(h, h->pending->cb.ar_result);
	lookup_free(h->pending);
	h->pending = NULL;
	return found;
}

enum host_state
host_look(struct host *h, int wait_ms)
{
	if (h->is_address)
		return HOST_FOUND;
	if ((h->pending != NULL || begin_lookup(h)) && finish_lookup(h, wait_ms))
		return HOST_FOUND;
	return h->n > 0 ? HOST_REMEMBERED : HOST_UNKNOWN;
}

bool
host_looking(const struct host *h)
{
	return h->pending != NULL;
}

const char *
host_address(const struct host *h, size_t i)
{
	return i < h->n ? h->address[i] : NULL;
}

size_t
host_count(const struct host *h)
{
	return h->n;
}

const char *
host_why(const struct host *h)
{
	return h->fault == EAI_INPROGRESS ? "no name server answers"
	    : gai_strerror(h->fault);
}
