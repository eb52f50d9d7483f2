/* SPDX-License-Identifier: MIT */
/* What an e-mail address must be to be a user's. */
#ifndef SHOP_EMAIL_H
#define SHOP_EMAIL_H

/*
 * Returns NULL for an address: 3 to EMAIL_BYTES_MAX bytes of UTF-8, one @ with
 * something before and behind it, no blanks, C0 controls or DEL.  Otherwise
 * returns what is wrong, to follow the word "must".  It does not check whether
 * mail arrives there; the database checks that no other user has the address
 * (users.email_key).
 */
const char *email_fault(const char *s);

/*
 * What is unique of an address: it, with A-Z lowered and bytes else.  out has
 * room for strlen(s) + 1 bytes.
 */
void email_key(const char *s, char *out);

#endif
