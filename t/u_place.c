/* SPDX-License-Identifier: MIT */
/* Lists of databases, cut up, and which of them to go to. */
#include "config.h"

#include "base/place.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "base/conf.h"
#include "io/db_list.h"
#include "unit.h"

static struct conf conf;
static struct places places;
static char why[WHY_BYTES];

static enum err
read_list(const char *sockets, const char *hosts)
{
	memset(&conf, 0, sizeof conf);
	conf.db_port = 3306;
	snprintf(conf.db_socket, sizeof conf.db_socket, "%s", sockets);
	snprintf(conf.db_host, sizeof conf.db_host, "%s", hosts);
	return places_read(&conf, PLACES_WRITE, &places, why);
}

/* Their names, with blanks between. */
static const char *
names(void)
{
	static char all[PLACES_MAX * (PLACE_NAME_BYTES + 1)];

	all[0] = '\0';
	for (size_t i = 0; i < places.n; i++) {
		if (i > 0)
			strcat(all, " ");
		strcat(all, places.at[i].name);
	}
	return all;
}

static void
test_lists(void)
{
	static const struct {
		const char *sockets, *hosts, *names;
	} rows[] = {
		{ "/run/db.sock", "ignored", "/run/db.sock" },
		{ "run/db.sock", "", "run/db.sock" },
		{ "/a,/b , /c", "", "/a /b /c" },
		{ "/a:1", "", "/a:1" },
		{ "", "db", "db:3306" },
		{ "", "a,b,c", "a:3306 b:3306 c:3306" },
		{ "", "a:1,\tb:65535", "a:1 b:65535" },
		{ "", "a, /run/b.sock", "a:3306 /run/b.sock" },
		{ "", "::1", "[::1]:3306" },
		{ "", "[::1], [::1]:7", "[::1]:3306 [::1]:7" },
		{ "", "1,2,3,4,5,6,7,8", "1:3306 2:3306 3:3306 4:3306 5:3306 "
		    "6:3306 7:3306 8:3306" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		CHECK_ROW(rows[i].names, read_list(rows[i].sockets,
		    rows[i].hosts) == E_OK);
		CHECK_ROW(rows[i].names, strcmp(names(), rows[i].names) == 0);
	}
	CU_ASSERT_EQUAL(read_list("", "db7:3307"), E_OK);
	CU_ASSERT_STRING_EQUAL(places.at[0].host, "db7");
	CU_ASSERT_EQUAL(places.at[0].port, 3307);
	CU_ASSERT_EQUAL(read_list("", "[2001:db8::7]:9"), E_OK);
	CU_ASSERT_STRING_EQUAL(places.at[0].host, "2001:db8::7");
	CU_ASSERT_EQUAL(places.at[0].port, 9);
}

static void
test_faults(void)
{
	static const char *const rows[] = {
		"", ",", "a,", ",a", "a,,b", "a b", "a:", "a:0", "a:65536",
		"a:b", ":1", "[::1", "[]", "[a]", "[::1]7", "a,a", "a,a:3306",
		"1,2,3,4,5,6,7,8,9"
	};
	char long_path[200] = "/";

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		CHECK_ROW(rows[i], read_list("", rows[i]) == E_CONFIG &&
		    strncmp(why, "db_host: ", 9) == 0);
	memset(long_path + 1, 'x', PLACE_SOCKET_BYTES_MAX);
	CU_ASSERT_EQUAL(read_list(long_path, ""), E_CONFIG);
	long_path[PLACE_SOCKET_BYTES_MAX] = '\0';
	CU_ASSERT_EQUAL(read_list(long_path, ""), E_OK);
	CU_ASSERT_EQUAL(read_list("/a,/a", ""), E_CONFIG);
	CU_ASSERT(strncmp(why, "db_socket: '/a' ", 16) == 0);
}

static void
test_digests(void)
{
	uint64_t ab, ba, a_b;

	(void)read_list("", "a,b");
	ab = places_digest(&places);
	(void)read_list("", "a:3306, b");
	CU_ASSERT(places_digest(&places) == ab);
	(void)read_list("", "b,a");
	ba = places_digest(&places);
	(void)read_list("/ab", "");
	a_b = places_digest(&places);
	(void)read_list("/a,b", "");
	CU_ASSERT(ab != ba && places_digest(&places) != a_b);
}

static void
test_sockets(void)
{
	(void)read_list("/a,/b", "");
	CU_ASSERT(places_are_sockets(&conf));
	(void)read_list("", "/a");
	CU_ASSERT(places_are_sockets(&conf));
	(void)read_list("", "/a,b");
	CU_ASSERT(!places_are_sockets(&conf));
	(void)read_list("", ",");
	CU_ASSERT(!places_are_sockets(&conf));
}

/* Replicas need not be, and are written in the same way. */
static void
test_replicas(void)
{
	(void)read_list("/a", "");
	conf.db_read_host[0] = '\0';
	CU_ASSERT(places_read(&conf, PLACES_READ, &places, why) == E_OK);
	CU_ASSERT(places.n == 0);
	strcpy(conf.db_read_host, "/b, r1:3307,r2");
	CU_ASSERT(!places_are_sockets(&conf));
	CU_ASSERT(places_read(&conf, PLACES_READ, &places, why) == E_OK);
	CU_ASSERT(places.n == 3);
	CU_ASSERT_STRING_EQUAL(places.at[0].name, "/b");
	CU_ASSERT_STRING_EQUAL(places.at[1].name, "r1:3307");
	strcpy(conf.db_read_host, "r1,r1");
	CU_ASSERT(places_read(&conf, PLACES_READ, &places, why) == E_CONFIG);
	CU_ASSERT(strncmp(why, "db_read_host: 'r1' is there twice", 33) == 0);
	conf.db_read_host[0] = '\0';
}

/* ---- Which one */

#define MS INT64_C(1000)

static const char *
order_of(const struct db_list *l, size_t n, size_t slow)
{
	static char text[PLACES_MAX + 1];
	size_t order[PLACES_MAX];

	db_list_order(l, n, 0, slow, order);
	for (size_t i = 0; i < n; i++)
		text[i] = (char)('0' + order[i]);
	text[n] = '\0';
	return text;
}

static void
test_order(void)
{
	struct db_list l = { 0 };

	CU_ASSERT_STRING_EQUAL(order_of(&l, 1, DB_LIST_NONE), "0");
	CU_ASSERT_STRING_EQUAL(order_of(&l, 1, 0), "0");
	CU_ASSERT_STRING_EQUAL(order_of(&l, 3, DB_LIST_NONE), "012");
	CU_ASSERT_STRING_EQUAL(order_of(&l, 3, 0), "120");
	db_list_failed(&l, 1, false, false, MS);
	CU_ASSERT_STRING_EQUAL(order_of(&l, 3, DB_LIST_NONE), "021");
	CU_ASSERT_STRING_EQUAL(order_of(&l, 3, 0), "201");
	CU_ASSERT_STRING_EQUAL(order_of(&l, 3, 1), "021");
	db_list_refused(&l, 0, DB_LIST_REFUSES_MS, MS);
	db_list_refused(&l, 2, DB_LIST_REFUSES_MS, MS);
	CU_ASSERT_STRING_EQUAL(order_of(&l, 3, DB_LIST_NONE), "012");
	breaker_worked(&l.breaker[2]);
	CU_ASSERT_STRING_EQUAL(order_of(&l, 3, DB_LIST_NONE), "201");
	CU_ASSERT_STRING_EQUAL(order_of(&l, 3, 2), "201");
}

/* Readers begin with a place each, and go round. */
static void
test_round(void)
{
	struct db_list l = { 0 };
	size_t order[PLACES_MAX];

	db_list_order(&l, 3, 2, DB_LIST_NONE, order);
	CU_ASSERT(order[0] == 2 && order[1] == 0 && order[2] == 1);
	db_list_refused(&l, 2, DB_LIST_FAILED_MS, MS);
	db_list_order(&l, 3, 2, DB_LIST_NONE, order);
	CU_ASSERT(order[0] == 0 && order[1] == 1 && order[2] == 2);
}

/* Behind is what the writer had and it has not, by the writer's clock alone. */
static void
test_near(void)
{
	struct db_list l = { 0 };
	int64_t now = 5000 * MS;
	bool news;

	CU_ASSERT(db_list_near(&l, 0, 7, 2000, now, &news));
	CU_ASSERT(!news);
	CU_ASSERT(l.near_us[0] == now && l.behind_ms[0] == 0);
	db_list_reached(&l, 9000);
	CU_ASSERT(db_list_near(&l, 0, 7, 2000, now, &news));
	db_list_reached(&l, 9007);
	db_list_reached(&l, 9006);
	CU_ASSERT(l.far_ms == 9007);
	CU_ASSERT(!db_list_near(&l, 0, 7006, 2000, now + 1, &news));
	CU_ASSERT(news);
	CU_ASSERT(l.near_us[0] == now && l.behind_ms[0] == 2001);
	CU_ASSERT(!db_list_near(&l, 0, 7006, 2000, now + 2, &news));
	CU_ASSERT(!news);
	CU_ASSERT(db_list_near(&l, 0, 7007, 2000, now + 3, &news));
	CU_ASSERT(news);
	CU_ASSERT(l.near_us[0] == now + 3 && l.near_us[1] == 0);
	now += 3;
	CU_ASSERT(db_list_is_near(&l, 0, 0, now));
	CU_ASSERT(db_list_is_near(&l, 0, 0, now + DB_LIST_NEAR_MS * MS - 1));
	CU_ASSERT(!db_list_is_near(&l, 0, 0, now + DB_LIST_NEAR_MS * MS));
	db_list_refused(&l, 0, DB_LIST_FAILED_MS, now);
	CU_ASSERT(!db_list_is_near(&l, 0, now - 1, now));
	CU_ASSERT(db_list_is_near(&l, 0, now, now));
	CU_ASSERT(!db_list_reach_due(&l, false, now));
	CU_ASSERT(db_list_reach_due(&l, true, now));
	CU_ASSERT(!db_list_reach_due(&l, true, now + 1));
	now += DB_LIST_REACH_MS * MS;
	CU_ASSERT(!db_list_reach_due(&l, false, now));
	CU_ASSERT(!db_list_reach_due(&l, false, now +
	    DB_LIST_REACH_LATE_MS * MS - 1));
	CU_ASSERT(db_list_reach_due(&l, true, now));
	now += (DB_LIST_REACH_MS + DB_LIST_REACH_LATE_MS) * MS;
	CU_ASSERT(db_list_reach_due(&l, false, now));
}

/* One that let a single worker wait is passed over by all of them at once. */
static void
test_frozen(void)
{
	struct db_list l = { 0 };

	db_list_failed(&l, 0, false, false, MS);
	CU_ASSERT(!breaker_allows(&l.breaker[0], 2 * MS));
	CU_ASSERT(!breaker_allows(&l.breaker[0], DB_LIST_FROZEN_MS * MS));
	CU_ASSERT(breaker_allows(&l.breaker[1], 2 * MS));
	CU_ASSERT(!db_list_is_bad(&l, 0, 0));
	CU_ASSERT(breaker_allows(&l.breaker[0], (1 + DB_LIST_FROZEN_MS) * MS));
	db_list_failed(&l, 0, false, false, 2000 * MS);
	CU_ASSERT(db_list_is_bad(&l, 0, 1999 * MS));
	CU_ASSERT(!db_list_is_bad(&l, 0, 2000 * MS));
	CU_ASSERT(!db_list_is_bad(&l, 1, 0));
}

/* One that says no at once costs nothing, nor does the only one there is. */
static void
test_refusing(void)
{
	struct db_list l = { 0 };

	db_list_failed(&l, 0, false, true, MS);
	CU_ASSERT(breaker_allows(&l.breaker[0], 2 * MS));
	db_list_failed(&l, 1, true, false, MS);
	CU_ASSERT(breaker_allows(&l.breaker[1], 2 * MS));
	db_list_refused(&l, 2, DB_LIST_REFUSES_MS, MS);
	CU_ASSERT(!breaker_allows(&l.breaker[2], 2 * MS));
	CU_ASSERT(db_list_is_bad(&l, 2, 0));
	CU_ASSERT(breaker_allows(&l.breaker[2],
	    (1 + DB_LIST_REFUSES_MS) * MS));
}

/* Where the pool's workers were a moment ago, and nothing speaks against it. */
static void
test_was_fit(void)
{
	struct db_list l = { 0 };

	CU_ASSERT(!db_list_was_fit(&l, 0));
	db_list_fit(&l, 0, MS);
	CU_ASSERT(db_list_was_fit(&l, 0));
	CU_ASSERT(!db_list_was_fit(&l, 1));
	db_list_refused(&l, 0, DB_LIST_REFUSES_MS, 2 * MS);
	CU_ASSERT(!db_list_was_fit(&l, 0));
	db_list_fit(&l, 0, 3 * MS);
	CU_ASSERT(db_list_was_fit(&l, 0));
	db_list_failed(&l, 0, false, true, 4 * MS);
	CU_ASSERT(!db_list_was_fit(&l, 0));
}

static void
test_turns(void)
{
	struct db_list l = { 0 };
	int64_t now = 5000 * MS;

	CU_ASSERT(db_list_look_due(&l, now));
	CU_ASSERT(!db_list_look_due(&l, now + (DB_LIST_LOOK_MS - 1) * MS));
	CU_ASSERT(db_list_look_due(&l, now + DB_LIST_LOOK_MS * MS));
	db_list_look_later(&l, now, 9000);
	CU_ASSERT(!db_list_look_due(&l, now + 8999 * MS));
	CU_ASSERT(db_list_look_due(&l, now + 9000 * MS));
	CU_ASSERT(db_list_look_at(&l, 0, now));
	db_list_look_waited(&l, 0, now);
	CU_ASSERT(!db_list_look_at(&l, 0, now + DB_LIST_LOOK_FROZEN_MS * MS - 1));
	CU_ASSERT(db_list_look_at(&l, 0, now + DB_LIST_LOOK_FROZEN_MS * MS));
	CU_ASSERT(db_list_look_at(&l, 1, now));
	CU_ASSERT(db_list_check_due(&l, 0, now));
	CU_ASSERT(!db_list_check_due(&l, 0, now + 1));
	CU_ASSERT(db_list_check_due(&l, 1, now + 1));
	CU_ASSERT(db_list_check_due(&l, 0, now + DB_LIST_CHECK_MS * MS));
}

void
suite_place(void)
{
	CU_pSuite s = CU_add_suite("place", NULL, NULL);

	CU_ADD_TEST(s, test_lists);
	CU_ADD_TEST(s, test_faults);
	CU_ADD_TEST(s, test_digests);
	CU_ADD_TEST(s, test_sockets);
	CU_ADD_TEST(s, test_replicas);
	CU_ADD_TEST(s, test_order);
	CU_ADD_TEST(s, test_round);
	CU_ADD_TEST(s, test_near);
	CU_ADD_TEST(s, test_frozen);
	CU_ADD_TEST(s, test_refusing);
	CU_ADD_TEST(s, test_was_fit);
	CU_ADD_TEST(s, test_turns);
}
