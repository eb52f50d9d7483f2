/* SPDX-License-Identifier: MIT */
/* The one place where a list of databases is cut up. */
#include "config.h"

#include "base/place.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/conf.h"
#include "base/num.h"

/* The next of the list, without the blanks around it. */
static void
cut_place(const char **list, const char **item, size_t *len)
{
	static const char blanks[] = " \t";
	size_t all = strcspn(*list, ",");

	*item = *list + strspn(*list, blanks);
	*len = *item < *list + all ? (size_t)(*list + all - *item) : 0;
	while (*len > 0 && strchr(blanks, (*item)[*len - 1]) != NULL)
		--*len;
	*list += all;
}

/* HOST, HOST:PORT, [IPV6], [IPV6]:PORT, or an address of IPv6 alone. */
static bool
parse_host(const char *item, size_t len, struct place *to)
{
	const char *end = item + len, *colon, *host = item;
	size_t host_len;

	if (item[0] == '[') {
		host = item + 1;
		if ((colon = memchr(item, ']', len)) == NULL)
			return false;
		host_len = (size_t)(colon - host);
		colon++;
		if (memchr(host, ':', host_len) == NULL)
			return false;
	} else {
		if ((colon = memchr(item, ':', len)) == NULL ||
		    memchr(colon + 1, ':', (size_t)(end - colon - 1)) != NULL)
			colon = end;
		host_len = (size_t)(colon - item);
	}
	if (host_len == 0 || host_len > PLACE_HOST_BYTES_MAX ||
	    (colon != end && (*colon != ':' || !num_parse(colon + 1,
	    (size_t)(end - colon - 1), 1, 65535, &to->port))))
		return false;
	memcpy(to->host, host, host_len);
	to->host[host_len] = '\0';
	return true;
}

static bool
parse_place(const char *item, size_t len, bool socket, int64_t port,
    struct place *to)
{
	char name[PLACE_NAME_BYTES];
	bool ipv6;

	memset(name, 0, sizeof name);
	*to = (struct place){ .port = port };
	if (len == 0)
		return false;
	if (socket || item[0] == '/') {
		if (len > PLACE_SOCKET_BYTES_MAX)
			return false;
		memcpy(to->host, item, len);
		to->port = 0;
		memcpy(to->name, to->host, len);
		return true;
	}
	if (strcspn(item, " \t") < len || !parse_host(item, len, to))
		return false;
	ipv6 = strchr(to->host, ':') != NULL;
	snprintf(name, sizeof name, "%s%s%s:%" PRId64, ipv6 ? "[" : "", to->host,
	    ipv6 ? "]" : "", to->port);
	memcpy(to->name, name, sizeof name);
	return true;
}

static bool
has_place(const struct places *p, const char *name)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->at[i].name, name) == 0)
			return true;
	return false;
}

enum err
places_read(const struct conf *c, enum place_use use, struct places *p,
    char *why)
{
	bool reads = use == PLACES_READ,
	    sockets = !reads && c->db_socket[0] != '\0';
	const char *key = reads ? "db_read_host" : sockets ? "db_socket"
	    : "db_host";
	const char *list = reads ? c->db_read_host : sockets ? c->db_socket
	    : c->db_host, *item;
	const char *fault = NULL;
	size_t len;

	p->n = 0;
	if (reads && list[0] == '\0')
		return E_OK;
	for (;; list++) {
		cut_place(&list, &item, &len);
		if (p->n == PLACES_MAX)
			fault = "is one too many";
		else if (!parse_place(item, len, sockets, c->db_port,
		    &p->at[p->n]))
			fault = sockets ? "must be a socket's path"
			    : "must be HOST, HOST:PORT or a socket's path";
		else if (has_place(p, p->at[p->n].name))
			fault = "is there twice";
		if (fault != NULL)
			break;
		p->n++;
		if (*list == '\0')
			return E_OK;
	}
	why_say(why, "%s: '%.*s' %s; there may be %d, with commas between",
	    key, len < 300 ? (int)len : 300, item, fault, PLACES_MAX);
	return E_CONFIG;
}

/* FNV-1a, of the names and their ends. */
uint64_t
places_digest(const struct places *p)
{
	uint64_t digest = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < p->n; i++) {
		const char *name = p->at[i].name;

		do
			digest = (digest ^ (unsigned char)*name) *
			    UINT64_C(1099511628211);
		while (*name++ != '\0');
	}
	return digest != 0 ? digest : 1;
}

enum err
places_check(const struct conf *c, char *why)
{
	struct places p;
	enum err e = places_read(c, PLACES_WRITE, &p, why);

	return e != E_OK ? e : places_read(c, PLACES_READ, &p, why);
}

bool
places_are_sockets(const struct conf *c)
{
	struct places p;
	char why[WHY_BYTES];

	for (int use = PLACES_WRITE; use <= PLACES_READ; use++) {
		if (places_read(c, (enum place_use)use, &p, why) != E_OK)
			return false;
		for (size_t i = 0; i < p.n; i++)
			if (p.at[i].port != 0)
				return false;
	}
	return true;
}
