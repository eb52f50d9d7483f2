/* SPDX-License-Identifier: MIT */
/* The languages that clients are spoken to in, and how they ask for one. */
#ifndef SHOP_LANGUAGE_H
#define SHOP_LANGUAGE_H

enum language { LANGUAGE_EN, LANGUAGE_KO, LANGUAGES };

/*
 * The language that an Accept-Language asks for by its weights (RFC 9110,
 * 12.5.4): the one of ours with the greatest, of two equal ones the one named
 * first.  en-GB is English.  English where none of ours is asked for, or where
 * there is no header (NULL); what is malformed in it is ignored.
 */
enum language language_of(const char *accept);

/* "en", "ko": as Content-Language has it. */
const char *language_tag(enum language);

#endif
