/* SPDX-License-Identifier: MIT */
/*
 * The commands of shopctl.  A command is a row: its words, the options it
 * takes, the struct that they land in, and a function that returns the exit
 * status.  Each lives in a file cmd_*.c; shopctl.c has the table.
 */
#ifndef SHOP_COMMAND_H
#define SHOP_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/limits.h"
#include "base/prog.h"

enum option_type {
	OPTION_INT,		/* int64_t */
	OPTION_TEXT,		/* const char *, NULL where it is not given */
	OPTION_FLAG		/* bool */
};

/* An option of a command; the last row has no name. */
struct option_row {
	const char *name;
	enum option_type type;
	bool required;
	bool is_word;		/* also without --name: "product show 7" */
	int64_t min, max;	/* of the number; of the text's characters */
	int64_t def;		/* the number where it is not given */
	size_t offset;		/* of its place in the struct */
};

/*
 * Options that commands share, rows for a struct s that has a json, or a
 * limit and an after_id; and one that is a thing's id.
 */
#define LIST_LIMIT	20
#define LIST_LIMIT_MAX	1000

#define JSON_OPTION(s) \
	{ .name = "json", .type = OPTION_FLAG, .offset = offsetof(s, json) }
#define PAGE_OPTIONS(s) \
	{ .name = "limit", .type = OPTION_INT, .min = 1, \
	    .max = LIST_LIMIT_MAX, .def = LIST_LIMIT, \
	    .offset = offsetof(s, limit) }, \
	{ .name = "after", .type = OPTION_INT, .min = 1, \
	    .max = SAFE_INT_MAX, .offset = offsetof(s, after_id) }
#define ID_OPTION(label, s, m) \
	{ .name = (label), .type = OPTION_INT, .required = true, \
	    .is_word = true, .min = 1, .max = SAFE_INT_MAX, \
	    .offset = offsetof(s, m) }

struct command {
	const char *noun, *verb;	/* verb NULL: there is none */
	const char *usage;		/* its options, as --help has them */
	const char *help;		/* lines that say what it does */
	int (*run)(struct ctx *, const void *options);
	const struct option_row *options;	/* NULL: it takes none */
	size_t size;			/* of the struct */
	bool says_source;	/* tells itself which settings were read */
	/*
	 * Itself, or never: ctx->db is NULL until it does.  Else who may not read
	 * the admin's password, as the pool's user, can't run it.
	 */
	bool opens_db;
};

/*
 * Give ctx the admin's database, which is connected when it is asked first;
 * false: why[WHY_BYTES] says why not.
 */
bool command_open_db(struct ctx *, char *why) MUST_CHECK;

/* One line on stderr; EXIT_FAILED, EXIT_USAGE. */
int command_failed(const char *what, const char *why);
int command_misused(const char *what, const char *why);

/*
 * The command that the arguments name, with its options: the program's exit
 * status.  The last of the table is NULL.
 */
int command_run(const struct command *const *, const struct conf *, int argc,
    char **argv);

/* The table for --help, the caller's to free; NULL without memory. */
char *command_usage(const struct command *const *) MUST_CHECK;

extern const struct command cmd_init, cmd_token, cmd_grant, cmd_key_add,
    cmd_key_list, cmd_key_retire, cmd_user_list, cmd_user_find, cmd_user_show,
    cmd_user_add, cmd_user_role, cmd_user_password, cmd_user_close,
    cmd_product_list, cmd_product_show, cmd_product_add, cmd_product_restock,
    cmd_product_price, cmd_product_on_sale, cmd_product_off_sale,
    cmd_order_list, cmd_order_show, cmd_order_cancel, cmd_order_fulfil,
    cmd_payment_list, cmd_status, cmd_audit, cmd_redate, cmd_archive_empty,
    cmd_archive, cmd_doctor, cmd_migrate, cmd_restored, cmd_id, cmd_site,
    cmd_roll;

#endif
