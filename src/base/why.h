/* SPDX-License-Identifier: MIT */
/*
 * Why something failed, in one sentence for an operator: the one convention for
 * it.  A function that may fail for a reason that an operator must know takes
 * `char *why`, the caller's why[WHY_BYTES], and writes the sentence there when
 * it fails; on success its content is undefined.  A client is never told one.
 */
#ifndef SHOP_WHY_H
#define SHOP_WHY_H

#define WHY_BYTES 1024

/*
 * Writes it, by printf, cut where it is too long; why may be an argument, too.
 */
void why_say(char *why, const char *, ...)
    __attribute__((format(printf, 2, 3)));

#endif
