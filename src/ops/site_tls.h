/* SPDX-License-Identifier: MIT */
/* --tls HOST: the options of a site on the internet, in one word. */
#ifndef SHOP_SITE_TLS_H
#define SHOP_SITE_TLS_H

#include "base/why.h"
#include "ops/site_option.h"

/*
 * Gives host, listen, plain, certificate, key and, where the nginx that is
 * installed has it, http2 the values of a site of that name, whose certificate
 * certbot keeps; those that are given stay.  The head of the file has them all,
 * as if they had been given.  False: why says why not, as without a certificate.
 */
bool site_tls(struct arena *, struct site *, const char *host, char *why)
    MUST_CHECK;

#endif
