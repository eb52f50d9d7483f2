/* SPDX-License-Identifier: MIT */
/* All addresses are compared as IPv6; 192.0.2.7 is ::ffff:192.0.2.7 there. */
#include "config.h"

#include "base/address.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

#include "base/conf.h"
#include "base/num.h"

#define BITS 128
#define IPV4_AT 96		/* bits before the IPv4 address */

/* *bits is how many tell the two families apart before the address begins. */
static bool
parse_address(const char *text, size_t len, unsigned char to[BITS / 8],
    int *bits)
{
	static const unsigned char mapped[IPV4_AT / 8] = { [10] = 0xff, 0xff };
	char copy[INET6_ADDRSTRLEN];

	if (len >= sizeof copy)
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	*bits = IPV4_AT;
	memcpy(to, mapped, sizeof mapped);
	if (inet_pton(AF_INET, copy, to + sizeof mapped) == 1)
		return true;
	*bits = 0;
	return inet_pton(AF_INET6, copy, to) == 1;
}

/* ADDRESS or ADDRESS/BITS; *bits then count from the IPv6 address's begin. */
static bool
parse_network(const char *text, size_t len, unsigned char to[BITS / 8],
    int *bits)
{
	const char *slash = memchr(text, '/', len);
	size_t own = slash != NULL ? (size_t)(slash - text) : len;
	int64_t n = BITS;

	if (!parse_address(text, own, to, bits))
		return false;
	if (slash != NULL && !num_parse(slash + 1, len - own - 1, 0,
	    BITS - *bits, &n))
		return false;
	*bits = slash != NULL ? *bits + (int)n : BITS;
	return true;
}

static bool
same_bits(const unsigned char *a, const unsigned char *b, int bits)
{
	int rest = bits % 8;

	return memcmp(a, b, (size_t)bits / 8) == 0 && (rest == 0 ||
	    (a[bits / 8] ^ b[bits / 8]) >> (8 - rest) == 0);
}

const char *
address_fault(const char *address, size_t len)
{
	unsigned char network[BITS / 8];
	int bits;

	return parse_network(address, len, network, &bits) ? NULL
	    : "be an address, or a network like 10.0.0.0/8";
}

bool
address_is_listed(const char *client, const char *list)
{
	unsigned char at[BITS / 8], network[BITS / 8];
	const char *word;
	size_t len;
	int bits;

	if (client == NULL ||
	    !parse_address(client, strlen(client), at, &bits))
		return false;
	while (conf_word(&list, &word, &len))
		if (parse_network(word, len, network, &bits) &&
		    same_bits(at, network, bits))
			return true;
	return false;
}

bool
address_is_local(const char *client)
{
	return client != NULL && (strcmp(client, "unix:") == 0 ||
	    address_is_listed(client, "127.0.0.0/8 ::1"));
}
