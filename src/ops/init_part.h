/* SPDX-License-Identifier: MIT */
/* What the files of init share; nobody else includes it. */
#ifndef SHOP_INIT_PART_H
#define SHOP_INIT_PART_H

#include <sys/types.h>

#include "ops/init.h"

struct init {
	struct ctx *ctx;
	struct conf *conf;	/* in force, when all is made */
	const char *file;	/* of the settings */
	const char *text;	/* to be put there; NULL: it is there */
	const char *user;	/* of the pool; NULL: ourselves */
	uid_t uid;		/* its, once it is there */
	gid_t gid;
	bool dry_run;
	bool looking;		/* all steps run twice: first to look only */
	FILE *out;
	const char *told;	/* the things of the lines until now */
	char *why;
};

/* Each thing is told once.  It is there already: */
void init_there(struct init *, const char *what, const char *path);

/*
 * A thing is missing.  True: make it now, and say init_made().  False in a dry
 * run, which is told, and while only looking.
 */
bool init_makes(struct init *, const char *what, const char *path);
void init_made(struct init *, const char *what, const char *path);

/* E_CONFIG, with "PATH: FAULT" as the reason. */
enum err init_fault(const struct init *, const char *path, const char *fault);

/* ---- Steps: each makes one thing, if it is missing. */

/* The pool's user, and the web server's in its group. */
enum err init_user(struct init *) MUST_CHECK;

/* The settings file; its text is made by init_example(). */
enum err init_settings(struct init *) MUST_CHECK;

/* Secrets that the settings name, and the directories of these. */
enum err init_secrets(struct init *) MUST_CHECK;

/* The directories of the sockets that the pool listens on. */
enum err init_sockets(struct init *) MUST_CHECK;

/* Database, schema, accounts.  E_UNAVAILABLE. */
enum err init_database(struct init *) MUST_CHECK;

/* The example of a settings file; NULL at the arena's maximum. */
const char *init_example(const struct init *) MUST_CHECK;

#endif
