/* SPDX-License-Identifier: MIT */
/*
 * nginx's file of the shop, made of the templates in nginx_dir: one file, for
 * nginx's http {}.  What the settings know is taken from them; what nginx alone
 * knows are options (site.def).  The file's head remembers both, so that the
 * same can be made again and compared.
 */
#ifndef SHOP_SITE_H
#define SHOP_SITE_H

#include "base/why.h"
#include "ops/site_option.h"

/*
 * The file, in ctx's arena; of options without a fault.  With --main an
 * nginx.conf that includes it instead.  NULL: why says why it can't be made.
 */
char *site_make(struct ctx *, const struct site *, char *why) MUST_CHECK;

#endif
