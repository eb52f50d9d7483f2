/* SPDX-License-Identifier: MIT */
/*
 * The content of schema_dir's files, piece by piece: shared by migrate, which
 * brings a database to it, and doctor, which compares.  Texts are the arena's.
 * E_UNAVAILABLE: why says why.
 */
#ifndef SHOP_SCHEMA_H
#define SHOP_SCHEMA_H

#include "ops/account.h"

/* What migrate and doctor themselves keep: CREATE TABLE statements. */
extern const char schema_own_tables[];

/* The *.sql of a directory of schema_dir ("migrations"), sorted. */
enum err schema_list(struct ctx *, const char *dir, const char ***file,
    size_t *n, char *why) MUST_CHECK;

/* One of them. */
enum err schema_read(struct ctx *, const char *dir, const char *file,
    char **text, char *why) MUST_CHECK;

/* A migration up to the part that would undo it. */
enum err schema_read_up(struct ctx *, const char *file, char **text,
    char *why) MUST_CHECK;

#define SCHEMA_TABLES_MAX 64

/*
 * The tables that the workers may read: those that have a line "-- grant:
 * worker" above their CREATE TABLE.  One without it is invisible to them.
 */
enum err schema_readable(struct ctx *, const char *name[SCHEMA_TABLES_MAX],
    size_t *n, char *why) MUST_CHECK;

/* "0001" of "0001_shop.sql"; NULL at the arena's maximum. */
const char *schema_version_of(struct arena *, const char *file) MUST_CHECK;

struct routine {
	const char *name, *text;
	const char *quoted;	/* the text as a literal */
	const char *create;	/* the same with its definer */
	const char *arguments;	/* "(...)" as the file has them */
	const char *body;	/* without comments behind it */
	const char *grant;	/* "EXECUTE ON PROCEDURE ..." where the
				   workers may call it, else NULL */
};

/*
 * A routine as its file has it, to be the definer's; the database must be
 * connected.
 */
enum err schema_routine(struct ctx *, const char *file,
    const struct account *definer, struct routine *, char *why)
    MUST_CHECK;

/*
 * How the database has it: *wrong is NULL where it is the file's, the
 * definer's, and made by a session like ours (sql_mode, character sets); else
 * what is wrong, in words that follow "order_place ".
 */
enum err schema_routine_state(struct ctx *, const struct routine *,
    const struct account *definer, const char **wrong, char *why)
    MUST_CHECK;

/* SHA-256 of all files of routines/, in their names' order: 64 hex digits. */
enum err schema_digest(struct ctx *, const char **digest, char *why)
    MUST_CHECK;

/*
 * SHA-256 of all that the server has of a routine r, a row of
 * information_schema.routines: what schema_prints keeps, and the routine
 * shop_ready compares by the same expression.
 */
extern const char schema_print[];

#endif
