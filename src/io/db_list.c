/* SPDX-License-Identifier: MIT */
/* Times and breakers, and no database: who goes where is decided here alone. */
#include "config.h"

#include "io/db_list.h"

void
db_list_order(const struct db_list *l, size_t n, size_t slow,
    size_t order[PLACES_MAX])
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++)
		if (i != slow && l->breaker[i].shut_until_us == 0)
			order[at++] = i;
	if (slow < n && l->breaker[slow].shut_until_us == 0)
		order[at++] = slow;
	/* A breaker may close or open meanwhile: each place once all the same. */
	for (size_t i = 0; i < n && at < n; i++) {
		size_t j = 0;

		while (j < at && order[j] != i)
			j++;
		if (j == at)
			order[at++] = i;
	}
}

void
db_list_failed(struct db_list *l, size_t place, bool alone, bool in_time,
    int64_t now_us)
{
	struct breaker *b = &l->breaker[place];

	if (alone || in_time) {
		breaker_failed(b, now_us);
		return;
	}
	breaker_shut(b, now_us, DB_LIST_FROZEN_MS);
	/* Once may have been a busy moment, and it would cost all sessions. */
	if (b->failures > 1)
		l->bad_us[place] = now_us;
}

void
db_list_refused(struct db_list *l, size_t place, int64_t now_us)
{
	breaker_shut(&l->breaker[place], now_us, DB_LIST_REFUSES_MS);
	l->bad_us[place] = now_us;
}

bool
db_list_is_bad(const struct db_list *l, size_t place, int64_t since_us)
{
	return l->bad_us[place] > since_us;
}

/* One caller takes the turn, and the next is ms later. */
static bool
take_turn(_Atomic int64_t *due_us, int64_t now_us, int64_t ms)
{
	int64_t due = atomic_load(due_us);

	return now_us >= due && atomic_compare_exchange_strong(due_us, &due,
	    now_us + ms * 1000);
}

bool
db_list_check_due(struct db_list *l, size_t place, int64_t now_us)
{
	return take_turn(&l->check_us[place], now_us, DB_LIST_CHECK_MS);
}

bool
db_list_look_due(struct db_list *l, int64_t now_us)
{
	return take_turn(&l->look_us, now_us, DB_LIST_LOOK_MS);
}

void
db_list_look_later(struct db_list *l, int64_t now_us, int64_t ms)
{
	atomic_store(&l->look_us, now_us + ms * 1000);
}
