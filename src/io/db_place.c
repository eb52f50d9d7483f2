/* SPDX-License-Identifier: MIT */
/* What a connection is told of its list of databases, and where it is. */
#include "config.h"

#include "io/db_part.h"

#include "base/num.h"

bool
db_has_choice(const struct db *db)
{
	return db->login.places.n > 1;
}

void
db_share(struct db *db, struct db_list *l)
{
	db->list = l;
}

void
db_patient(struct db *db, bool looks)
{
	db->patient = true;
	db->looks = looks;
}

bool
db_is_patient(const struct db *db)
{
	return db->patient;
}

void
db_brief(struct db *db)
{
	db->login.brief = true;
}

void
db_begin(struct db *db, size_t place)
{
	db->place = db->first = place % db->login.places.n;
}

void
db_reader(struct db *db, size_t first, const char *how_far)
{
	db_begin(db, first);
	db->how_far = how_far;
}

void
db_reached(struct db *db, int64_t far_ms)
{
	db_list_reached(db->list, far_ms);
}

bool
db_reach_due(struct db *db, bool connected)
{
	return db_list_reach_due(db->list, connected, num_monotonic_us());
}

bool
db_is_near(const struct db *db)
{
	return db->conn != NULL && db_list_is_near(db->list, db->place,
	    db->connected_us, num_monotonic_us());
}

const struct places *
db_places(const struct db *db)
{
	return &db->login.places;
}

size_t
db_place(const struct db *db)
{
	return db->place;
}

const struct place *
db_where(const struct db *db)
{
	return &db->login.places.at[db->place];
}
