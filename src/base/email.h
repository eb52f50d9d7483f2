/* SPDX-License-Identifier: MIT */
/* What an e-mail address must be to be a user's. */
#ifndef SHOP_EMAIL_H
#define SHOP_EMAIL_H

/*
 * Returns NULL for an address: 3 to EMAIL_BYTES_MAX bytes of UTF-8, one @
 * with something before and behind it, no blanks, C0 controls or DEL.  Else
 * what is wrong, to be read after "must".  Whether it can be reached is not
 * asked; the database tells whether it is taken (users.email_key).
 */
const char *email_fault(const char *s);

#endif
