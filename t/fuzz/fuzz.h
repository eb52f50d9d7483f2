/* SPDX-License-Identifier: MIT */
/*
 * What the fuzzers share.  Each NAME.c here is one: it defines
 * LLVMFuzzerTestOneInput(), which takes any bytes and aborts when something
 * does not hold.  Linked with libFuzzer it searches (make fuzz); linked with
 * replay.c it runs the files it is given (t/0050-fuzz.t).
 */
#ifndef SHOP_FUZZ_H
#define SHOP_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/conf.h"
#include "io/jwt.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* Stays in whatever NDEBUG says, and tells where. */
#define CHECK(condition) \
	((condition) ? (void)0 : fuzz_failed(__FILE__, __LINE__, #condition))

void fuzz_failed(const char *file, int line, const char *condition)
    __attribute__((noreturn));

#define FUZZ_KEY	"0123456789abcdef0123456789abcdef"	/* no kid */
#define FUZZ_KEY_1	"fedcba9876543210fedcba9876543210"	/* kid k1 */

/* The time all of them live in: 2026-11-22, in seconds. */
#define FUZZ_NOW_S	INT64_C(1795305600)

/* Made at the first call and kept: the default settings, and those keys. */
struct conf *fuzz_conf(void);
const struct jwt_keys *fuzz_keys(void);

/* One for each input, to be reset behind it. */
struct arena *fuzz_arena(void);

#endif
