# SPDX-License-Identifier: MIT
# Backups, the loss of a server, and another one beside it.

if [ -n "$mysql" ]; then
	db_dump='mysqldump --no-defaults --set-gtid-purged=OFF'
	db_position=--source-data=2
	db_binlog='mysqlbinlog --no-defaults'
else
	db_dump='mariadb-dump --no-defaults --skip-ssl'
	db_position=--master-data=2
	db_binlog='mariadb-binlog --no-defaults'
fi

# dump_need: skips all where the tools are not there.
dump_need() {
	for program in ${db_dump%% *} ${db_binlog%% *}; do
		command -v $program >/dev/null || skip_all "no $program"
	done
}

# dump [OPTION...]: as docs/operating.md has it, to standard output.
dump() {
	$db_dump -S "$db_sock" -u root --single-transaction "$@" \
	    --databases shop
}

# keep NAME TARGET BODY: a write by the user with a key; its answer is kept.
# kept_again NAME TEXT: asked again, it is answered by the same bytes.
keep() {
	keep_name=$1
	shift
	printf '%s\n%s\n' "$@" >"$dir/kept.$keep_name.asked"
	post "$1" "$2" -H "Idempotency-Key: kept-$keep_name"
	echo "$status $body" >"$dir/kept.$keep_name"
	is "$status" 201 "$keep_name is acknowledged"
}
kept_again() {
	{ read -r keep_target; read -r keep_body; } <"$dir/kept.$1.asked"
	post "$keep_target" "$keep_body" -H "Idempotency-Key: kept-$1"
	is "$status $body" "$(cat "$dir/kept.$1")" "$2"
}

# all_lost: the server dies under load, with its clients; seen_order and
# seen_ledger are the greatest ids that any of them was told.
all_lost() {
	db_kill
	kill -KILL "$clients_pid"
	wait "$clients_pid" 2>/dev/null
	seen_order=$(told /v1/orders)
	seen_ledger=$(told /v1/points/charge)
	pool_stop
}
told() {
	awk -F '\t' -v path="$1" '$1 == "I" { at[$2] = $6; next }
	    at[$2] == path && $6 == 201 && $8 > max { max = $8 }
	    END { print max + 0 }' "$dir/journal"
}

# beside: from here on the database is another server's, which is not running
# and has no data directory yet; beside_made has one, with nothing in it.
beside() {
	db_data=$dir/beside
	db_sock=$dir/beside.sock
	conf db_socket "$db_sock"
}
beside_made() {
	beside
	[ -d "$dir/empty" ] || db_install "$dir/empty" >"$dir/log/install.log" 2>&1 ||
	    bail "no database: $(tail -n 3 "$dir/log/install.log")"
	cp -a "$dir/empty" "$db_data"
}

# journal_until MS: what the clients were answered after is not known.
journal_until() {
	awk -F '\t' -v until="$1" '$1 == "I" || $12 < until' "$dir/journal" \
	    >"$dir/journal.new"
	acknowledged=$(awk -F '\t' '$1 == "A" && $6 == 201' "$dir/journal.new" | wc -l)
	mv "$dir/journal.new" "$dir/journal"
}

# sells_on: the restored shop is open, and gives out nothing twice.
sells_on() {
	pool_start
	post /v1/points/charge '{"amount": 50000}'
	is "$status" 201 'a charge'
	[ "$(json .id)" -gt "$seen_ledger" ]
	ok "its number is one that nobody has seen ($(json .id), $seen_ledger)"
	order 1
	is "$status" 201 'an order'
	[ "$(json .id)" -gt "$seen_order" ]
	ok "its number is one that nobody has seen ($(json .id), $seen_order)"
	request GET /readyz
	is "$status" 200 'the shop is ready'
	ctl audit >"$dir/audit"
	is "$? $(head -n 1 "$dir/audit")" '0 ok' 'the audit is clean'
}
