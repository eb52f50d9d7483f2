/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/arena.h"

#include <CUnit/CUnit.h>
#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "unit.h"

static struct arena *
new_arena(size_t max)
{
	struct arena *a = arena_new(max);

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	return a;
}

static void
test_zeroed_and_aligned(void)
{
	struct arena *a = new_arena(4096);
	static const char zero[33];

	/* The second round gets memory that was written to. */
	for (int round = 0; round < 2; round++) {
		for (size_t n = 1; n <= sizeof zero; n++) {
			char *p = arena_alloc(a, n);

			CU_ASSERT_PTR_NOT_NULL_FATAL(p);
			CU_ASSERT((uintptr_t)p % alignof(max_align_t) == 0);
			CU_ASSERT(memcmp(p, zero, n) == 0);
			memset(p, 0xff, n);
		}
		arena_reset(a);
	}
	arena_free(a);
}

static void
test_pieces_do_not_overlap(void)
{
	struct arena *a = new_arena(4096);
	char *p[16];

	for (int i = 0; i < 16; i++) {
		p[i] = arena_alloc(a, 17);
		CU_ASSERT_PTR_NOT_NULL_FATAL(p[i]);
		memset(p[i], i, 17);
	}
	for (int i = 0; i < 16; i++)
		CU_ASSERT(p[i][0] == i && p[i][16] == i);
	arena_free(a);
}

static void
test_maximum(void)
{
	struct arena *a = new_arena(256);

	CU_ASSERT_PTR_NULL(arena_alloc(a, 257));
	CU_ASSERT_PTR_NULL(arena_alloc(a, SIZE_MAX));
	CU_ASSERT_PTR_NULL(arena_alloc(a, SIZE_MAX - 8));
	CU_ASSERT_PTR_NOT_NULL(arena_alloc(a, 256));
	CU_ASSERT_PTR_NULL(arena_alloc(a, 1));
	arena_reset(a);
	CU_ASSERT_PTR_NOT_NULL(arena_alloc(a, 240));
	CU_ASSERT_PTR_NULL(arena_alloc(a, 17));
	CU_ASSERT_PTR_NOT_NULL(arena_alloc(a, 16));
	arena_free(a);
}

/* Rounding up for alignment must not pass the maximum, either. */
static void
test_odd_maximum(void)
{
	struct arena *a = new_arena(40);

	CU_ASSERT_PTR_NOT_NULL(arena_alloc(a, 32));
	CU_ASSERT_PTR_NULL(arena_alloc(a, 8));
	CU_ASSERT_PTR_NULL(arena_alloc(a, 64));
	CU_ASSERT_PTR_NOT_NULL(arena_alloc(a, 0));
	arena_free(a);
}

static void
test_copy(void)
{
	struct arena *a = new_arena(64);
	char *p = arena_copy(a, "ab\0cd", 5);

	CU_ASSERT_PTR_NOT_NULL_FATAL(p);
	CU_ASSERT(memcmp(p, "ab\0cd", 6) == 0);
	p = arena_copy(a, NULL, 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(p);
	CU_ASSERT(p[0] == '\0');
	CU_ASSERT_PTR_NULL(arena_copy(a, "", SIZE_MAX));
	arena_reset(a);
	/* 64 bytes and the 0 behind them are one too many. */
	CU_ASSERT_PTR_NULL(arena_copy(a, (char[64]){ 0 }, 64));
	CU_ASSERT_PTR_NOT_NULL(arena_copy(a, (char[63]){ 0 }, 63));
	arena_free(a);
}

static void
test_printf(void)
{
	struct arena *a = new_arena(64);
	char *p = arena_printf(a, "%s-%d", "x", 7);

	CU_ASSERT_PTR_NOT_NULL_FATAL(p);
	CU_ASSERT_STRING_EQUAL(p, "x-7");
	CU_ASSERT_PTR_NULL(arena_printf(a, "%64s", ""));
	arena_free(a);
}

static char order[8];

static void
note(void *p)
{
	strncat(order, p, 1);
}

static void
test_defer(void)
{
	struct arena *a = new_arena(4096);
	char one[] = "1", two[] = "2", three[] = "3";

	order[0] = '\0';
	CU_ASSERT_EQUAL(arena_defer(a, note, one), E_OK);
	CU_ASSERT_EQUAL(arena_defer(a, note, two), E_OK);
	CU_ASSERT_EQUAL(arena_defer(a, note, three), E_OK);
	CU_ASSERT_STRING_EQUAL(order, "");
	arena_reset(a);
	CU_ASSERT_STRING_EQUAL(order, "321");
	arena_reset(a);
	CU_ASSERT_STRING_EQUAL(order, "321");
	CU_ASSERT_EQUAL(arena_defer(a, note, one), E_OK);
	arena_free(a);
	CU_ASSERT_STRING_EQUAL(order, "3211");
}

/* A deferred function may still read the pieces that are older than it. */
static void
test_defer_sees_its_piece(void)
{
	struct arena *a = new_arena(4096);
	char *piece = arena_copy(a, "p", 1);

	order[0] = '\0';
	CU_ASSERT_PTR_NOT_NULL_FATAL(piece);
	CU_ASSERT_EQUAL(arena_defer(a, note, piece), E_OK);
	arena_reset(a);
	CU_ASSERT_STRING_EQUAL(order, "p");
	arena_free(a);
}

static void
test_defer_at_maximum(void)
{
	struct arena *a = new_arena(16);
	char one[] = "1";

	order[0] = '\0';
	CU_ASSERT_PTR_NOT_NULL(arena_alloc(a, 16));
	CU_ASSERT_EQUAL(arena_defer(a, note, one), E_INTERNAL);
	CU_ASSERT_STRING_EQUAL(order, "1");
	arena_free(a);
	CU_ASSERT_STRING_EQUAL(order, "1");
}

/* More than there is: none, or (with a sanitizer) what can still be had. */
static void
test_no_room(void)
{
	struct arena *a = arena_new(SIZE_MAX / 2);

	CU_ASSERT(a == NULL || arena_alloc(a, 16) != NULL);
	arena_free(a);
}

static void
test_free_null(void)
{
	arena_free(NULL);
	CU_PASS("did not crash");
}

void
suite_arena(void)
{
	CU_pSuite s = CU_add_suite("arena", NULL, NULL);

	CU_ADD_TEST(s, test_zeroed_and_aligned);
	CU_ADD_TEST(s, test_pieces_do_not_overlap);
	CU_ADD_TEST(s, test_maximum);
	CU_ADD_TEST(s, test_odd_maximum);
	CU_ADD_TEST(s, test_copy);
	CU_ADD_TEST(s, test_printf);
	CU_ADD_TEST(s, test_defer);
	CU_ADD_TEST(s, test_defer_sees_its_piece);
	CU_ADD_TEST(s, test_defer_at_maximum);
	CU_ADD_TEST(s, test_no_room);
	CU_ADD_TEST(s, test_free_null);
}
