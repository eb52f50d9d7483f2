# SPDX-License-Identifier: MIT
# Random numbers, and clients that keep a journal.

# ---- Chance

# seeded: chance is a function of $SEED, else of the clock.
seeded() {
	seed=${SEED:-$(date +%s)}
	chance=$seed
	echo "# seed $seed"
}

# random N: sets r to 0..N-1.
random() {
	chance=$(((chance * 1103515245 + 12345) & 0x7fffffff))
	r=$(((chance >> 8) % $1))
}

# some_worker: sets victim to one of them.
some_worker() {
	random "$(pool_size)"
	victim=$(pool_workers | sed -n "$((r + 1))p")
}

now_ms() { date +%s%3N; }
sleep_ms() { sleep "$(printf %d.%03d $(($1 / 1000)) $(($1 % 1000)))"; }

# sleep_until MS: as now_ms has it.
sleep_until() {
	left=$(($1 - $(now_ms)))
	[ $left -le 0 ] || sleep_ms $left
}

# ---- Load: t/client with its journal

# goods_make: eight products that last, but for the last one; prices such that
# users are poor now and then.
goods_make() {
	for price in 100 200 300 400 500 600 700; do
		ctl product add --name "P$price" --price $price --stock 1000000
	done >"$dir/goods"
	ctl product add --name Few --price 800 --stock 50 >>"$dir/goods"
	goods=$(head -n 1 "$dir/goods")..$(tail -n 1 "$dir/goods")
}

# client [OPTION...]: to this shop, with its figures in $dir/clients.out.
client() {
	"$top_builddir/t/client" --socket "$dir/http.sock" \
	    --secret "$dir/jwt.secret" --journal "$dir/journal" \
	    --seed "$seed" --products "$goods" --amount 3000 "$@" \
	    >"$dir/clients.out"
}

# clients [OPTION...]: until they are done.  The first time the workers are
# made warm before, and what they need then is noted.
clients() {
	clients_warm
	client "$@"
	ok 'the clients did their work'
	cat "$dir/clients.out" >>"$dir/figures"
}

clients_warm() {
	[ -z "${ledger_start:-}" ] || return 0
	goods_make
	ledger_start=$(sql 'SELECT MAX(id) FROM points_ledger')
	client --seconds 1 --clients $((2 * workers)) \
	    --mix charge,order,read,top
	mv "$dir/clients.out" "$dir/figures"
	workers_size >"$dir/size"
}

# clients_start [OPTION...]: the same, until clients_stop.
clients_start() {
	clients_warm
	"$top_builddir/t/client" --socket "$dir/http.sock" \
	    --secret "$dir/jwt.secret" --journal "$dir/journal" \
	    --seed "$seed" --products "$goods" --amount 3000 \
	    --seconds 86400 "$@" >"$dir/clients.out" &
	clients_pid=$!
	journal_has=$(wc -l <"$dir/journal")
	seen 'clients at work' journal_grows
}
journal_grows() { [ "$(wc -l <"$dir/journal")" -gt $((journal_has + 20)) ]; }

clients_stop() {
	kill -TERM "$clients_pid"
	wait "$clients_pid"
	ok 'the clients did their work'
	cat "$dir/clients.out" >>"$dir/figures"
}

# asking USER TARGET [curl's arguments]: one more client, without keys of its
# own, that asks the same again and again until asking_stop; statuses are in
# $dir/asked.*.
asking() {
	asking_as="Authorization: Bearer $(token "$1")"
	asking_file=$(mktemp "$dir/asked.XXXXXX")
	asking_urls=$dir/asking.${asking_file##*.}
	for asking_n in $(seq 50); do
		printf 'url = "http://shop%s"\noutput = "/dev/null"\n' "$2"
	done >"$asking_urls"
	: >"$dir/asking"
	shift 2
	while [ -e "$dir/asking" ]; do
		curl -s --max-time 30 --unix-socket "$dir/http.sock" \
		    -K "$asking_urls" -w '%{http_code}\n' \
		    -H "$asking_as" "$@" >>"$asking_file"
	done &
	asking_pids="${asking_pids:-} $!"
}
asking_stop() {
	rm -f "$dir/asking"
	for pid in ${asking_pids:-}; do
		wait "$pid"
	done
	asking_pids=
}
# asked: what they were answered, "29 503, 1234 200".
asked() {
	cat "$dir"/asked.* | sort | uniq -c | sort -n |
	    awk '{ printf "%s%s %s", (NR > 1 ? ", " : ""), $1, $2 }'
}

# figure NAME: of all clients so far; the greatest where it is one.
figure() {
	awk -v name="$1" '$1 == name { if (name !~ /^max/) n += $2
	    else if ($2 > n) n = $2 } END { print n + 0 }' "$dir/figures"
}

# answers FROM TO [METHOD]: "STATUS US AT_MS" of each that came within (ms).
answers() {
	awk -F '\t' -v from="$1" -v to="$2" -v method="${3:-}" '$1 == "A" &&
	    $12 >= from && $12 <= to && (method == "" || $5 == method) {
	    print $6, $11, $12 }' "$dir/journal"
}

# first_success FROM: ms from then to the first write that succeeds; a day
# where none does.
first_success() {
	answers "$1" "$(now_ms)" POST | awk -v from="$1" 'BEGIN { min = 86400000 }
	    $1 == 201 && $3 - from < min { min = $3 - from } END { print min }'
}

# succeeds_after MS: a write has succeeded since.
succeeds_after() { [ "$(first_success "$1")" -lt 86400000 ]; }

# median_ms: of the answers on stdin.
median_ms() {
	sort -n -k 2 | awk '{ us[NR] = $2 }
	    END { print NR ? int(us[int((NR + 1) / 2)] / 1000) : 0 }'
}

# less GOT MAX TEXT
less() {
	[ "$1" -le "$2" ]
	ok "$3 ($1 of $2)"
}

# journal_check: what the journal and the tables disagree on.
journal_check() {
	"$top_builddir/t/client" check --journal "$dir/journal" \
	    --since "$ledger_start" >"$dir/check.sql" || echo 'no check'
	sql_file "$dir/check.sql"
}

same_size() {
	workers_size | { read -r fds kib
	read -r fds_before kib_before <"$dir/size"
	echo "# descriptors $fds_before -> $fds, KiB $kib_before -> $kib"
	[ "$fds" -le "$fds_before" ] && { [ "$kib" -le $((kib_before + 4096)) ] ||
	    grep -aq __asan_init "$top_builddir/shop.fcgi"; }; }
}

# all_is_well MAX_MS: after the clients are stopped, every check there is.
all_is_well() {
	echo "# $(tr '\n' ',' <"$dir/figures")"
	less "$(figure max_ms)" "$1" 'no answer took longer (ms)'
	is "$(figure unresolved)" 0 'every write was resolved by its key'
	is "$(figure not_problem) $(figure no_retry_after) $(figure status_500)" \
	    '0 0 0' 'errors are problems, a 503 says when to come again, no 500'
	is "$(figure different)" 0 'an answer told again is the same'
	journal_check >"$dir/checked"
	is "$(head -n 20 "$dir/checked")" '' 'nothing lost, doubled, halved, made up'
	ctl audit >"$dir/audit"
	is "$? $(head -n 1 "$dir/audit")" '0 ok' 'the audit agrees'
	eventually 3 nothing_open
	ok 'no transaction is open'
	eventually 5 few_connections
	ok 'no connection is left over'
	same_size
	ok 'no worker grew'
}

# ---- Load: t/mix.pl, which does whatever there is to do

# mix_make: users, an admin and goods of which some run short.
mix_make() {
	admin=$(sql "CALL user_add('admin', 'admin@mix.example', 0)" | cut -f 2)
	promote "$admin"
	echo "$admin $(ctl token --user "$admin" --ttl 86400)" >"$dir/mix.tokens"
	for n in 1 2 3 4; do
		id=$(sql "CALL user_add('m', 'm$n@mix.example', 20000)" | cut -f 2)
		echo "$id $(ctl token --user "$id" --ttl 86400)"
	done >>"$dir/mix.tokens"
	for n in 1 2 3 4 5 6; do
		ctl product add --name "M$n" --price $((n * 100)) --stock $((n * n * 10 * ${MIX_SECONDS:-15}))
	done >"$dir/mix.products"
}

# mix CLIENTS SECONDS KINDS: until they are done; mix_start, mix_stop: until told.
mix() {
	perl "$top_srcdir/t/mix.pl" run "$dir" "$1" "$2" "$seed" "$3"
	ok 'the clients did their work'
}
mix_start() {
	perl "$top_srcdir/t/mix.pl" run "$dir" "$1" 86400 "$seed" "$2" &
	mix_pid=$!
	seen 'clients at work' mix_grows 0
}
mix_stop() {
	kill -TERM $mix_pid
	wait $mix_pid
	ok 'the clients did their work'
}
mix_lines() { cat "$dir"/mix.[0-9]* | wc -l; }
mix_grows() { [ "$(mix_lines)" -gt $(($1 + 20)) ]; }

# mix_is_well: the tables are what the clients were answered.
mix_is_well() {
	mix_lost=$(cat "$dir"/log/shopd*.log | grep -cE \
	    'event=db_error .*class=(commit_unknown|connection_lost) ')
	MIX_LOST=$mix_lost perl "$top_srcdir/t/mix.pl" check "$dir" >"$dir/mixed"
	grep '^#' "$dir/mixed"
	is "$(grep '^wrong' "$dir/mixed" | head -n 10)" '' 'no answer is one that can not be'
	sed -n 's/^user //p' "$dir/mixed" >"$dir/mix.wanted"
	sql "SELECT u.id, u.balance - 20000, COUNT(o.id),
	    COUNT(o.cancelled_at), COUNT(o.fulfilled_at)
	    FROM users u LEFT JOIN orders o ON o.user_id = u.id
	    WHERE u.email LIKE 'm_@mix.example' GROUP BY u.id ORDER BY u.id" |
	    tr '\t' ' ' >"$dir/mix.got"
	is "$(cat "$dir/mix.got")" "$(cat "$dir/mix.wanted")" \
	    'points, orders, cancelled and fulfilled ones are what was answered'
	ctl audit >"$dir/audit"
	is "$? $(head -n 1 "$dir/audit")" '0 ok' 'the audit agrees'
	is "$(invariants)" '' 'and all holds'
	eventually 3 nothing_open
	ok 'no transaction is open'
}
