/* SPDX-License-Identifier: MIT */
/*
 * The unit tests: CUnit suites that print TAP.  Each u_*.c exports one
 * function that registers its suite; unit.c runs them all.  Where a test
 * walks a table, CHECK_ROW says which row failed.
 */
#ifndef SHOP_UNIT_H
#define SHOP_UNIT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

void suite_account(void);
void suite_arena(void);
void suite_breaker(void);
void suite_buf(void);
void suite_cache(void);
void suite_file(void);
void suite_host(void);
void suite_metric(void);
void suite_num(void);
void suite_log(void);
void suite_conf(void);
void suite_conns(void);
void suite_email(void);
void suite_err(void);
void suite_content(void);
void suite_etag(void);
void suite_fields(void);
void suite_query(void);
void suite_idem(void);
void suite_octets(void);
void suite_place(void);
void suite_json(void);
void suite_language(void);
void suite_corpus(void);
void suite_body(void);
void suite_jwt(void);
void suite_crypto(void);
void suite_route(void);
void suite_http(void);
void suite_db(void);
void suite_request(void);
void suite_seal(void);
void suite_script(void);
void suite_utf8(void);

/* CU_ASSERT for the row of a table, which is named in the report. */
#define CHECK_ROW(row, condition) \
	unit_check((condition), __FILE__, __LINE__, #condition, (row))

void unit_check(bool ok, const char *file, unsigned int line,
    const char *condition, const char *row);

#define UNIT_PATH_BYTES 256

/*
 * out[UNIT_PATH_BYTES]: the path of name in a directory that is private to
 * this run and removed at its end.
 */
void unit_path(char *out, const char *name);

/* A file there with that content and mode, made anew; out as above. */
void unit_file(char *out, const char *name, const void *content, size_t len,
    mode_t mode);

/* A directory there; out as above. */
void unit_dir(char *out, const char *name);

struct arena;
struct ctx;

/*
 * What a worker has, but for a database and a cache: the settings' defaults,
 * one nameless key, an arena.  One at a time; free with unit_ctx_free, also
 * after false.
 */
bool unit_ctx(struct ctx *);
void unit_ctx_free(struct ctx *);

/*
 * What a suite of CU_add_suite() begins and ends with: an arena of
 * ARENA_BYTES_MAX, unit_arena.
 */
extern struct arena *unit_arena;
int unit_arena_up(void);
int unit_arena_down(void);

#endif
