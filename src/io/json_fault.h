/* SPDX-License-Identifier: MIT */
/*
 * The faults that json_decode() finds: each function adds one, with its place,
 * its code and the form of its sentence.  Only json.c uses them.
 */
#ifndef SHOP_JSON_FAULT_H
#define SHOP_JSON_FAULT_H

#include "io/json.h"

/* Where a value stands; the root is NULL. */
struct json_path {
	const struct json_path *up;
	const char *name;	/* NULL: an item of a list */
	size_t index;
};

struct json_decoding {
	struct arena *arena;
	struct faults *faults;
	bool failed;		/* for want of memory */
};

void json_wrong_type(struct json_decoding *, const struct json_path *,
    enum fault_form);
void json_missing(struct json_decoding *, const struct json_path *);
/* Tells the names that there are: most often one was misspelt. */
void json_unknown(struct json_decoding *, const struct json_path *,
    const struct json_field *there_are);
void json_out_of_range(struct json_decoding *, const struct json_path *,
    const struct json_field *);
/* None of the strings that it may be. */
void json_no_choice(struct json_decoding *, const struct json_path *,
    const struct json_field *);
/* True when there are as many items or characters as may be. */
bool json_check_count(struct json_decoding *, const struct json_path *,
    const struct json_field *, size_t n);

#endif
