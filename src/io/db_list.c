/* SPDX-License-Identifier: MIT */
/* Times and breakers, and no database: who goes where is decided here alone. */
#include "config.h"

#include "io/db_list.h"

void
db_list_order(const struct db_list *l, size_t n, size_t first, size_t slow,
    size_t order[PLACES_MAX])
{
	size_t at = 0;

	for (size_t k = 0; k < n; k++) {
		size_t i = (first + k) % n;

		if (i != slow && l->breaker[i].shut_until_us == 0)
			order[at++] = i;
	}
	if (slow < n && l->breaker[slow].shut_until_us == 0)
		order[at++] = slow;
	/* A breaker may close or open meanwhile: each place once all the same. */
	for (size_t k = 0; k < n && at < n; k++) {
		size_t i = (first + k) % n, j = 0;

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

	l->fit_us[place] = 0;
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
db_list_refused(struct db_list *l, size_t place, int64_t ms, int64_t now_us)
{
	breaker_shut(&l->breaker[place], now_us, ms);
	l->bad_us[place] = now_us;
}

void
db_list_fit(struct db_list *l, size_t place, int64_t now_us)
{
	l->fit_us[place] = now_us;
}

bool
db_list_was_fit(const struct db_list *l, size_t place)
{
	return l->fit_us[place] > l->bad_us[place];
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
db_list_reach_due(struct db_list *l, bool connected, int64_t now_us)
{
	int64_t late_us = connected ? 0 : DB_LIST_REACH_LATE_MS * 1000;
	int64_t never = 0;

	/* Where nobody has yet it counts from here. */
	(void)atomic_compare_exchange_strong(&l->reach_us, &never, now_us);
	return now_us >= atomic_load(&l->reach_us) + late_us &&
	    take_turn(&l->reach_us, now_us, DB_LIST_REACH_MS);
}

void
db_list_reached(struct db_list *l, int64_t far_ms)
{
	int64_t known = atomic_load(&l->far_ms),
	    before = atomic_exchange(&l->beat_ms, far_ms);

	if (far_ms - before > DB_LIST_LEAP_MS)
		far_ms = before;
	while (far_ms > known &&
	    !atomic_compare_exchange_weak(&l->far_ms, &known, far_ms))
		;
}

bool
db_list_near(struct db_list *l, size_t place, int64_t far_ms, int64_t lag_ms,
    int64_t now_us, bool *news)
{
	int64_t newest = atomic_load(&l->far_ms),
	    behind = newest > far_ms ? newest - far_ms : 0;
	bool near = behind <= lag_ms;

	*news = near != (atomic_exchange(&l->behind_ms[place], behind) <= lag_ms);
	if (near)
		l->near_us[place] = now_us;
	return near;
}

bool
db_list_is_near(const struct db_list *l, size_t place, int64_t since_us,
    int64_t now_us)
{
	return !db_list_is_bad(l, place, since_us) &&
	    now_us - l->near_us[place] < DB_LIST_NEAR_MS * 1000;
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

void
db_list_look_waited(struct db_list *l, size_t place, int64_t now_us)
{
	l->frozen_until_us[place] = now_us + DB_LIST_LOOK_FROZEN_MS * 1000;
}

bool
db_list_look_at(const struct db_list *l, size_t place, int64_t now_us)
{
	return now_us >= l->frozen_until_us[place];
}
