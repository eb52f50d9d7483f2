# SPDX-License-Identifier: MIT
#
# For t/bench/run --growth: two shops side by side, alike but for the orders in
# their tables, each with its own database, cache, workers and nginx.  They
# take turns, and the one that waits needs nothing but memory.
home=$dir
side_pids=

# Whichever shop we are in, what is ours to end is at home.
at_end() {
	exec 7>&-
	[ "$1" = 0 ] || kill $side_pids 2>/dev/null
	dir=$home nginx_pid='' pool_pid='' hello_pid='' mc_pid='' db_pid=''
	wait $side_pids
}

side_is_there() { [ -s "$home/$side" ] || gone "$side_pid"; }

# sides_start: both, which end when descriptor 7 is closed.
sides_start() {
	mkfifo "$home/until"
	for side in small big; do
		[ $side = big ] && orders=$big_orders || orders=10000
		say "bench: the $side shop has $orders orders in 30 days"
		sh "$bench/side.sh" $side "$orders" "$workers" "$home/$side" \
		    <"$home/until" 7>&- &
		side_pids="$side_pids $!"
	done
	exec 7>"$home/until"
	side=small
	for side_pid in $side_pids; do
		eventually 3600 side_is_there
		[ -s "$home/$side" ] || bail "no $side shop"
		side=big
	done
}

# in_side NAME: whose figures the next ones are.
in_side() {
	side=$1
	. "$home/$side"
}

# ---- What the server has to do for one statement

table() { $db_client -S "$db_sock" -u root --table shop "$@"; }

# explained CASE: its plan, and how many rows it looks up or steps over.  What
# a CALL runs inside has no plan that can be shown, but is counted all the
# same.
explained() {
	text=$("$programs/dbbench" --print "$1")
	echo "$side, $1: $text"
	case $text in
	SELECT*) table -e "EXPLAIN $text" ;;
	esac
	sql "FLUSH STATUS; $text; SELECT CONCAT('@', GROUP_CONCAT(
	    LOWER(variable_name), ' ', variable_value SEPARATOR ', '))
	    FROM information_schema.session_status
	    WHERE variable_name LIKE 'Handler_read%' AND variable_value > 0" |
	    sed -n 's/^@//p'
}

# plan NAME TEXT: of a statement of sql.def that dbbench has no case for.  Its
# parameters are 1, but for an order's, which must be there and the user's.
plan() {
	case $1,$2 in
	BALANCE,* | PRODUCT,* | RANK,*) return ;;
	ORDER,*) row=$(sql 'SELECT id, user_id FROM orders ORDER BY id LIMIT 1') ;;
	*,SELECT*) row=1 ;;
	*) return ;;
	esac
	echo "$side, $1: $2"
	table -e "EXPLAIN $(printf '%s\n' "$2" | awk -v row="$row" '
		BEGIN { n = split(row, value) }
		{ for (i = 1; sub(/[?]/, i in value ? value[i] : value[n]); i++); print }')"
}

statements() {
	awk '/^SQL\(/ { on = 1; split($0, a, /[(,]/); name = a[2]; text = ""; next }
		on {
			more = $0 !~ /\)$/
			sub(/^ *"/, ""); sub(/"\)?$/, ""); text = text $0
			if (!more) { print name "\t" text; on = 0 }
		}' "$top_srcdir/src/shop/sql.def"
}

explain_all() {
	for each in balance product charge order order-10 ranking; do
		in_side small
		explained $each
		in_side big
		explained $each
	done
	statements | while IFS='	' read -r name text; do
		plan "$name" "$text"
	done
}

bench_growth() {
	of=$((rounds * 14))
	sides_start
	for side in small big; do
		in_side $side
		ranking_miss $side-top-miss
	done
	turns=$rounds
	while [ $turns -gt 0 ]; do
		turns=$((turns - 1))
		for each in product balance charge order top db-charge db-order
		do
			for side in small big; do
				in_side $side
				measure $each $side-$each
				proved $each
				forget_logs
			done
		done
	done
	explain_all >"$home/statements" 2>&1
	dir=$home
	exec 7>&-
	wait $side_pids
	for side in small big; do
		[ -f "$home/$side.found" ] || wrong "$side: it ended too early"
		[ ! -s "$home/$side.found" ] ||
			wrong "$side: $(head -n 5 "$home/$side.found")"
	done
}
