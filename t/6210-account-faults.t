#!/bin/sh
# SPDX-License-Identifier: MIT
# As 6200-faults, for accounts, whose requests take no key: repeated, each
# succeeds, or is refused because it has been done.
. "${top_srcdir:-.}/t/lib.sh"
conf password_cost 1
torture_start
(umask 077; echo password >"$dir/password")
known=$(ctl user add --name Known --email known@example.com \
    --password-file "$dir/password")

me() {
	me_method=$1
	shift
	user "$me_method" /v1/users/me -H 'Content-Type: application/json' "$@"
}

flow() {
	case $1 in
	signup) post /v1/users "{\"email\": \"$2@example.com\", \"name\": \"N\", \"password\": \"password\"}" ;;
	login) post /v1/tokens '{"email": "known@example.com", "password": "password"}' ;;
	me) user GET /v1/users/me ;;
	rename) me PATCH -d '{"name": "Other", "email": "known@example.com", "currentPassword": "password"}' ;;
	password) me PATCH -d '{"password": "password", "currentPassword": "password"}' ;;
	revoke) user DELETE /v1/tokens ;;
	close) me DELETE -d '{"currentPassword": "password"}' ;;
	esac
}

ready() {
	sql 'DELETE FROM login_windows'
	case $1 in
	close)
		as "$(ctl user add --name C --email "$key@example.com" \
		    --password-file "$dir/password")" ;;
	*) as "$known" ;;
	esac
}

is_write() {
	case $1 in
	signup | rename | password | revoke | close) return 0 ;;
	esac
	return 1
}
is_keyed() { [ "$1" = rename ]; }

for kind in lost silent memory client; do
	for what in signup login me rename password revoke close; do
		try $what $kind
	done
done
is "$(sql "SELECT COUNT(*) FROM users u LEFT JOIN credentials c ON c.user_id = u.id
    WHERE (u.status = 'closed') = (c.user_id IS NOT NULL) AND u.id >= $known")" 0 \
    'who is not closed has a password, who is has none'
is "$(sql "SELECT COUNT(*) FROM information_schema.innodb_trx")" 0 \
    'no transaction is left open'
finish
