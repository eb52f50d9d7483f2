/* SPDX-License-Identifier: MIT */
/* What passes here stands in nginx's quotes, and is compared byte by byte. */
#include "config.h"

#include "base/origin.h"

#include <string.h>

#include "base/num.h"

/* Behind the scheme; NULL: it has another one than ours. */
static const char *
behind_scheme(const char *s, size_t len)
{
	static const char *const schemes[] = { "https://", "http://" };

	for (size_t i = 0; i < 2; i++)
		if (len > strlen(schemes[i]) &&
		    strncmp(s, schemes[i], strlen(schemes[i])) == 0)
			return s + strlen(schemes[i]);
	return NULL;
}

/* Behind the host, which has something but the characters of one. */
static const char *
behind_host(const char *s)
{
	if (*s != '[')
		return s + strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789.-");
	s += 1 + strspn(s + 1, "abcdef0123456789:.");
	return *s == ']' ? s + 1 : s;
}

const char *
origin_fault(const char *origin, size_t len)
{
	const char *end = origin + len, *host = behind_scheme(origin, len);
	const char *port;
	int64_t number;

	if (host == NULL)
		return "begin with https:// or http:// and name a host";
	port = behind_host(host);
	if (port == host)
		return "name a host, in small letters";
	if (port == end)
		return NULL;
	if (*port != ':' || !num_parse(port + 1, (size_t)(end - port - 1), 1,
	    65535, &number))
		return "end behind the host or a port, without a path";
	return NULL;
}
