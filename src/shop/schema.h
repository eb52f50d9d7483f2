/* SPDX-License-Identifier: MIT */
/*
 * What the files of schema_dir want a database to have, one by one: shared
 * by migrate, which makes it so, and doctor, which looks whether it is.
 * Texts are the arena's.  E_UNAVAILABLE: *why says why.
 */
#ifndef SHOP_SCHEMA_H
#define SHOP_SCHEMA_H

#include "shop/attempt.h"

/* What migrate and doctor themselves keep: CREATE TABLE statements. */
extern const char schema_own_tables[];

/* The *.sql of a directory of schema_dir ("migrations"), sorted. */
enum err schema_list(struct ctx *, const char *dir, const char ***file,
    size_t *n, const char **why) MUST_CHECK;

/* One of them. */
enum err schema_read(struct ctx *, const char *dir, const char *file,
    char **text, const char **why) MUST_CHECK;

/* A migration without what would undo it. */
enum err schema_read_up(struct ctx *, const char *file, char **text,
    const char **why) MUST_CHECK;

/* "0001" of "0001_shop.sql"; NULL at the arena's maximum. */
const char *schema_version_of(struct arena *, const char *file) MUST_CHECK;

struct routine {
	const char *name, *text;
	const char *quoted;	/* the text as a literal */
	const char *grant;	/* "GRANT EXECUTE ON ..." where the workers
				   may call it, else NULL */
};

/* A routine as its file has it; the database must be connected. */
enum err schema_routine(struct ctx *, const char *file, struct routine *,
    const char **why) MUST_CHECK;

enum routine_state {
	ROUTINE_CURRENT,
	ROUTINE_MISSING,
	ROUTINE_OTHER		/* made from another file, or by hand */
};

/* How the database has it. */
enum err schema_routine_state(struct ctx *, const struct routine *,
    enum routine_state *, const char **why) MUST_CHECK;

/* "GRANT SELECT ON `shop`.*": what else the workers may. */
const char *schema_select_grant(struct ctx *) MUST_CHECK;

#endif
