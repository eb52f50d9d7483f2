#!/bin/sh
# SPDX-License-Identifier: MIT
# GET /metrics: what was asked is what is counted, nothing that only grows goes down
# whatever becomes of workers, and nobody from elsewhere gets to see it.
. "${top_srcdir:-.}/t/lib.sh"
nginx_also='set_real_ip_from unix:; real_ip_header X-Client;'
conf audit_state "$dir/audit.state"
mkdir "$dir/bin"
cp "$top_builddir/shop.fcgi" "$dir/bin"
conf worker_path "$dir/bin/shop.fcgi"
shop_start
as 1

# scrape: the text, in $dir/now; the one before is in $dir/before.
scrape() {
	[ ! -e "$dir/now" ] || mv "$dir/now" "$dir/before"
	request GET /metrics
	cp "$dir/body" "$dir/now"
}
# metric SERIES [FILE]: its value; nothing where it is not told.
metric() {
	awk -v series="$1" '{ at = match($0, / [^ ]*$/)
		if (substr($0, 1, at - 1) == series) print substr($0, at + 1) }' \
	    "${2:-$dir/now}"
}
# grown SERIES: how much, from one scrape to the next.
grown() {
	echo "$(metric "$1") $(metric "$1" "$dir/before")" | awk '{ print $1 - $2 }'
}
# asked METHOD ROUTE STATUS: the name of that counter.
asked() { echo "shop_requests_total{method=\"$1\",route=\"$2\",status=\"$3\"}"; }
# none_down TEXT: all that only grows is at least what it was, and still there.
none_down() {
	awk '/^# TYPE/ { kind[$3] = $4; next } /^#/ { next }
	    { at = match($0, / [^ ]*$/); name = substr($0, 1, at - 1)
	      value = substr($0, at + 1); base = name
	      sub(/\{.*/, "", base); sub(/_(bucket|sum|count)$/, "", base) }
	    kind[base] == "gauge" { next }
	    FNR == NR { was[name] = value; n++; next }
	    { is[name] = value }
	    END { for (name in was)
			if (!(name in is) || is[name] + 0 < was[name] + 0)
				print name ": " is[name] " after " was[name]
		  if (n < 80) print "only " n " series" }' \
	    "$dir/before" "$dir/now" >"$dir/down"
	is "$(cat "$dir/down")" '' "$1"
}
# becomes VALUE SERIES: a scrape tells it.
becomes() { scrape && [ "$(metric "$2")" = "$1" ]; }

# ---- What was asked

scrape
is "$status $(header Content-Type) $(header Cache-Control)" \
    '200 text/plain; version=0.0.4; charset=utf-8 no-store' 'it is told'
for n in 1 2 3; do
	request GET "/v1/products/$n"
done
request HEAD /v1/products/1
request GET /v1/products/999
request DELETE /v1/products/1
request OPTIONS /v1/products/1
request GET /nowhere
request PROPFIND /nowhere
post /v1/points/charge '{"amount": 5}' -H 'Idempotency-Key: once'
post /v1/points/charge '{"amount": 5}' -H 'Idempotency-Key: once'
mc_flush
request GET /v1/products/top
request GET /v1/products/top
scrape
product='/v1/products/{id}'
while read -r wanted method route status_was; do
	is "$(grown "$(asked "$method" "$route" "$status_was")")" "$wanted" \
	    "$method $route $status_was"
done <<END
3 GET $product 200
1 HEAD $product 200
1 GET $product 404
1 DELETE $product 405
1 OPTIONS $product 204
1 GET none 404
1 other none 404
2 POST /v1/points/charge 201
2 GET /v1/products/top 200
1 GET /metrics 200
END
is "$(metric "shop_request_duration_seconds_count{method=\"GET\",route=\"$product\"}")" \
    7 'each has its time'
is "$(metric "shop_request_duration_seconds_bucket{method=\"GET\",route=\"$product\",le=\"+Inf\"}")" \
    7 'in a bucket'
is "$(grown shop_request_queue_seconds_count)" 14 'and its time in the queue'
is "$(grown 'shop_problems_total{code="product_not_found"}')" 1 'problems'
is "$(grown 'shop_problems_total{code="not_found"}')" 2 'by their codes'
is "$(metric 'shop_problems_total{code="internal"}')" 0 'also those that there never were'
is "$(grown shop_replays_total)" 1 'a replay'
is "$(grown 'shop_cache_requests_total{result="miss"}') $(grown \
    'shop_cache_requests_total{result="hit"}')" '1 1' 'what the cache had'
[ "$(grown shop_database_attempts_total)" -ge 8 ]
ok 'statements'
is "$(metric 'shop_workers{pool="main"}') $(metric 'shop_workers{pool="read"}')" \
    "$workers $workers_read" 'workers'
is "$(metric 'shop_workers_wanted{pool="main"}') $(metric \
    'shop_workers_wanted{pool="read"}')" "$workers $workers_read" 'as the settings want'
is "$(metric 'shop_workers_busy{pool="read"}')" 1 'of which one is telling this'
started=$(metric shop_pool_start_time_seconds)
[ "$started" -le "$(date +%s)" ] && [ "$started" -gt $(($(date +%s) - 600)) ]
ok 'since when'
like "$(cat "$dir/now")" "^shop_build_info\{version=\"$("$top_builddir/shopctl" \
    --version | sed 's/.* //')\"\} 1\$" 'by which version'
none_down 'nothing went down'

if command -v promtool >/dev/null; then
	is "$(promtool check metrics <"$dir/now" 2>&1)" '' \
	    'promtool has nothing to say of it'
fi
sort "$dir/now" | grep -v '^#' | sed 's/ [^ ]*$//' | uniq -d >"$dir/found"
is "$(cat "$dir/found")" '' 'no series is told twice'
sed -n 's/^[A-Z]*([a-z_]*, [A-Z]*, "\(shop_[a-z_]*\)".*/\1/p' \
    "$top_srcdir/src/base/metric.def" | sort >"$dir/defined"
sed -n 's/^# TYPE \([^ ]*\) .*/\1/p' "$dir/now" | sort >"$dir/told"
[ "$(wc -l <"$dir/told")" -gt 20 ] && cmp -s "$dir/defined" "$dir/told"
ok 'each row of metric.def is told of'
request HEAD /metrics
is "$status $(header Content-Type)" \
    '200 text/plain; version=0.0.4; charset=utf-8' 'HEAD is answered alike'
request POST /metrics
is_problem 405 method_not_allowed 'POST is not'

# ---- Faults

scrape
hold 30 'SELECT * FROM users WHERE id = 1 FOR UPDATE'
post /v1/points/charge '{"amount": 5}'
is_problem 503 charge_failed 'a lock that nobody lets go'
let_go
scrape
class='{class="statement_failed"}'
is "$(grown "shop_database_failures_total$class") $(grown \
    "shop_database_retries_total$class")" '4 3' 'is four failures and three retries'
is "$(grown 'shop_problems_total{code="charge_failed"}')" 1 'and a problem'
[ "$(metric shop_database_retries_in_hand)" -lt 180 ]
ok 'which were taken from the budget'
is "$(metric shop_database_breaker_open)" 0 'the database is there'
db_stop
for n in 1 2 3 4; do
	request GET /v1/products/1
done
is "$status" 503 'the database is away'
scrape
is "$(metric shop_database_breaker_open)" 1 'which is told'
lost=$(grep '^shop_database_failures_total{class="\(no_connection\|connection_lost\|away\)"}' \
    "$dir/now" | awk '{ n += $2 } END { print n + 0 }')
[ "$lost" -gt 0 ]
ok 'and counted'
db_start
closed() {
	request GET /v1/products/1
	becomes 0 shop_database_breaker_open
}
eventually 15 closed
ok 'and is over when it is back'
mc_freeze
away() {
	request GET /v1/products/top
	scrape
	[ "$(metric shop_workers_without_cache)" -gt 0 ]
}
eventually 15 away
ok 'a worker leaves a frozen memcached alone'
[ "$(metric shop_cache_failures_total)" -ge 3 ]
ok 'after some failures'
mc_thaw
eventually 15 becomes 0 shop_workers_without_cache
ok 'and asks again'

# ---- Workers come and go

# killed SIGNAL REASON: some worker ends so, and another takes its place.
killed() {
	scrape
	some_worker
	kill -s "$1" "$victim"
	eventually 10 gone "$victim"
	eventually 10 pool_is_full
	eventually 10 becomes "$workers" 'shop_workers{pool="main"}'
	eventually 10 becomes "$workers_read" 'shop_workers{pool="read"}'
}
request GET /v1/products/1
scrape
cp "$dir/now" "$dir/first"
for n in $(seq $((workers + workers_read))); do
	for pid in $(pool_workers); do
		victim=$pid
		break
	done
	kill -KILL "$victim"
	eventually 10 gone "$victim"
	eventually 10 pool_is_full
	request GET /v1/products/1
done
killed KILL
cp "$dir/first" "$dir/before"
none_down 'all workers are killed, one after the other: nothing goes down'
is "$(grown 'shop_worker_restarts_total{reason="killed"}')" \
    $((workers + workers_read + 1)) 'and each is counted'
cp "$dir/now" "$dir/first"
killed ABRT
cp "$dir/first" "$dir/before"
is "$(grown 'shop_worker_restarts_total{reason="crashed"}')" 1 'as is one that crashes'
none_down 'nothing goes down then, too'
cp "$dir/now" "$dir/first"
rolls() { grep -c event=roll-done "$dir/log/shopd.log"; }
# roll_over: a roll, to its end.
roll_over() {
	was=$(rolls)
	kill -HUP "$pool_pid"
	rolled() { [ "$(rolls)" -gt "$was" ]; }
	eventually 20 rolled || bail 'no roll'
}
for n in 1 2 3; do
	roll_over
	request GET /v1/products/1
done
scrape
cp "$dir/first" "$dir/before"
none_down 'three rolls: nothing goes down'
is "$(grown "$(asked GET "$product" 200)")" 3 'and what was asked meanwhile is counted'
is "$(metric 'shop_workers{pool="main"}')" "$workers" 'there are as many workers'
is "$(grown 'shop_worker_restarts_total{reason="outgrown"}')" 0 'a roll is no restart'
cp "$dir/now" "$dir/first"
reads() { for i in $(seq 50); do request GET /v1/products/1; done; }
reads
scrape
cp "$dir/first" "$dir/before"
is "$(grown "$(asked GET "$product" 200)")" 50 \
    'fifty requests, by whichever worker, are told by any'
for n in 1 2 3 4 5 6 7 8 9 10; do
	scrape
	mv "$dir/before" "$dir/last.$n"
	awk '/^shop_request_queue_seconds_count/ { print $2 }' "$dir/now"
done >"$dir/counts"
sort -n "$dir/counts" | cmp -s - "$dir/counts" && [ "$(sort -u "$dir/counts" | wc -l)" = 10 ]
ok 'each scrape counts one more'

# ---- Another version

cp "$dir/now" "$dir/first"
# It has routes of its own, so that places mean something else.
cp "$top_builddir/t/trial.fcgi" "$dir/bin/next"
mv "$dir/bin/next" "$dir/bin/shop.fcgi"
roll_over
request GET /v1/products/1
is "$status" 200 'workers that count something else serve'
request GET /metrics
is_problem 503 unavailable 'but have no part in what is counted'
like "$(cat "$dir/log/shopd.log")" 'event=metrics .*another version' 'and say so'
cp "$top_builddir/shop.fcgi" "$dir/bin/next"
mv "$dir/bin/next" "$dir/bin/shop.fcgi"
roll_over
scrape
cp "$dir/first" "$dir/before"
none_down 'the next ones go on where they were'
is "$(grown "$(asked GET "$product" 200)")" 0 'and the others counted nothing there'

# ---- Who may see it

while read -r client wanted; do
	request GET /metrics -H "X-Client: $client"
	is "$status" "$wanted" "$client: $wanted"
done <<END
127.0.0.1 200
::1 200
127.3.2.1 200
192.0.2.1 403
10.1.2.3 403
2001:db8::1 403
END
request GET /metrics -H 'X-Client: 192.0.2.1'
is_problem 403 forbidden 'others may not'
for path in '/m%65trics' '/metrics?x=1' '/%6detrics?'; do
	request GET "$path" -H 'X-Client: 192.0.2.1'
	is "$status" 403 "$path: neither"
done
request HEAD /metrics -H 'X-Client: 192.0.2.1'
is "$status" 403 'nor by HEAD'
for path in //metrics /metrics/ /./metrics /METRICS; do
	request GET "$path" -H 'X-Client: 192.0.2.1'
	like "$status" '^40[34]$' "$path: nor so"
done
conf metrics_allow '192.0.2.1 10.0.0.0/8'
roll_over
for client in 192.0.2.1 10.1.2.3 127.0.0.1; do
	request GET /metrics -H "X-Client: $client"
	is "$status" 200 "$client: listed"
done
request GET /metrics -H 'X-Client: 192.0.2.2'
is "$status" 403 '192.0.2.2: not'
conf metrics_allow '10.0.0.0/8 shop.example'
run audit
is "$code $lines $err" "1 1 shopctl: $dir/shop.conf: metrics_allow: shop.example must be an address, or a network like 10.0.0.0/8" \
    'what is no address is named'
conf metrics_allow ''

# ---- Audits

scrape
is "$(metric 'shop_audit_violations{kind="full"}')" '' 'there was no audit'
for kind in full since; do
	is "$(metric "shop_audit_last_success_timestamp_seconds{kind=\"$kind\"}")" 0 \
	    "so that the last good one ($kind) was never, and somebody is woken"
done
ctl audit >"$dir/out" && scrape
is "$(metric 'shop_audit_violations{kind="full"}') $(metric \
    'shop_audit_violations{kind="since"}')$(metric \
    'shop_audit_last_success_timestamp_seconds{kind="since"}')" '0 ' 'one that finds nothing'
run_s=$(metric 'shop_audit_last_run_timestamp_seconds{kind="full"}')
is "$run_s" "$(metric 'shop_audit_last_success_timestamp_seconds{kind="full"}')" \
    'is a success'
[ "$run_s" -le "$(date +%s)" ] && [ "$run_s" -gt $(($(date +%s) - 100)) ]
ok 'of now'
is "$(stat -c %a "$dir/audit.state")" 644 'the workers may read its file'
ctl audit --mark "$dir/audit.mark" && scrape
is "$(metric 'shop_audit_violations{kind="since"}')" 0 'one by its mark, too'
sql 'UPDATE products SET stock = stock + 1 WHERE id = 1'
run audit
is "$code" 1 'one that finds something'
scrape
[ "$(metric 'shop_audit_violations{kind="full"}')" -gt 0 ]
ok 'tells how much'
is "$(metric 'shop_audit_last_success_timestamp_seconds{kind="full"}')" "$run_s" \
    'and when all was well'
sql 'UPDATE products SET stock = stock - 1 WHERE id = 1'
cp "$dir/audit.state" "$dir/state"
db_stop
run audit
is "$code" 1 'one that can not be carried out'
cmp -s "$dir/audit.state" "$dir/state"
ok 'is none'
db_start
echo nonsense >"$dir/audit.state"
scrape
is "$status $(metric 'shop_audit_violations{kind="full"}')$(metric \
    'shop_audit_last_success_timestamp_seconds{kind="full"}')" '200 0' \
    'a file of something else tells of no good one'
ctl audit >"$dir/out" && scrape
is "$(metric 'shop_audit_violations{kind="full"}')" 0 'until the next audit'
# Of two audits at once none forgets the other's.
rm -f "$dir/audit.state"
exec 8<"$dir"
flock 8
ctl audit >"$dir/out" 2>&1 8<&- &
audit_pid=$!
waits() {
	ls -l "/proc/$(running "$top_builddir/shopctl --config $dir/shop.conf audit")/fd" \
	    2>/dev/null | grep -q -- "-> $dir\$"
}
seen 'an audit that wants to note how it went' waits
echo 'since 1 1 0' >"$dir/audit.state"
flock -u 8
wait $audit_pid
is "$? $(cut -d ' ' -f 1 "$dir/audit.state" | sort | xargs)" '0 full since' \
    'two audits at once: both are noted'
conf audit_state "$dir/no/audit.state"
run audit
is "$code $lines $err" "1 1 shopctl: audit: audit_state = $dir/no/audit.state: No such file or directory" \
    'a file that can not be written is named'
conf audit_state "$dir/audit.state"

# ---- Without shopd

nginx_stop
env SHOP_LISTEN="unix:$dir/alone.sock" "$top_builddir/shop.fcgi" \
    --config "$dir/shop.conf" <"$dir/now" 2>"$dir/log/alone.log" &
alone=$!
eventually 10 [ -S "$dir/alone.sock" ]
upstream=unix:$dir/alone.sock
nginx_start
request GET /metrics
is_problem 503 unavailable 'a worker alone does not tell a part for the whole'
stop_pid TERM $alone
finish
