#!/bin/sh
# SPDX-License-Identifier: MIT
# Which requests have a line in the log, by log_requests; what that of a slow
# one names; and that whatever is logged meanwhile bears the request's id.
. "${top_srcdir:-.}/t/lib.sh"
# One worker, so that a request may have to wait for it.
one_pool
workers=1
conf workers 1
conf log_slow_ms 300
conf cache_timeout_ms 100
# Connecting may take longer than a statement, and is tried after one.
conf db_connect_timeout_s 3
conf request_deadline_ms 8000
conf nginx_timeout_s 12
conf stuck_timeout_ms 20000
shop_start
for n in 1 2; do
	eval "token_$n=\$(token $n)"
	as $n
	post /v1/points/charge '{"amount": 1000000}'
done
log=$dir/log/shopd.log
order() { printf '{"items": [{"productId": %s, "quantity": 1}]}' "$1"; }

# line_of ID: a request's, and every other line that bears its id.
line_of() { grep "event=request id=$1 " "$log"; }
others_of() { grep -E " id=$1( |\$)" "$log" | grep -v event=request; }
# value NAME LINE: a number in it.
value() { echo "$2" | sed -n "s/.* $1=\([0-9]*\).*/\1/p"; }

# mode VALUE: log_requests from here on.  The worker of before has left, and
# with it all of its lines.
mode() {
	old=$(pool_workers)
	conf log_requests "$1"
	kill -HUP "$pool_pid"
	eventually 10 none_of $old && eventually 10 pool_is_full
}

# held_order ID: an order that waits for another session's lock.
held_order() {
	hold 20 'SELECT id FROM products WHERE id = 2 FOR UPDATE'
	bearer=$token_1
	shot_post "$1" /v1/orders "$(order 2)" -H "X-Request-Id: $1" &
	pids=$!
	seen 'an order waits' lock_waits_are 1
}
# let_go_late: not before it is slow.
let_go_late() {
	sleep 0.5
	let_go
	wait $pids
}

# ---- Each value

for value in slow errors none all; do
	mode $value
	ok "log_requests = $value"
	request GET /v1/products/1 -H "X-Request-Id: $value-fast"
	fast=$status
	request GET /v1/products/999 -H "X-Request-Id: $value-missing"
	is "$fast $status" '200 404' 'requests go through, or are refused'

	sql_root 'SET GLOBAL read_only = 1'
	request GET /readyz -H "X-Request-Id: $value-error"
	sql_root 'SET GLOBAL read_only = 0'
	is "$status" 503 'one fails'

	held_order "$value-slow"
	let_go_late
	shot_look "$value-slow"
	is "$status" 201 'one is slow'
done
# So that the last lines are written.
mode all
ok 'the last worker is gone'

# told ID: level, and what tells why.
told() {
	line_of "$1" | sed 's/.*level=\([a-z]*\) .* status=\([0-9]*\).*/\1 \2/'
}
is "$(told all-fast), $(told all-missing), $(told all-error), $(told all-slow)" \
    'info 200, info 404, warn 503, warn 201' 'all: each has its line'
is "$(told slow-fast), $(told slow-missing), $(told slow-error), $(told slow-slow)" \
    ', , warn 503, warn 201' 'slow: what failed, and what was slow'
is "$(told errors-fast), $(told errors-missing), $(told errors-error), $(told errors-slow)" \
    ', , warn 503, ' 'errors: what failed'
is "$(grep -c 'event=request id=none-' "$log")" 0 'none: no request has one'
like "$(others_of none-error)" 'event=not_ready id=none-error msg=' \
    'what else happens is told all the same'

# ---- The statement that was slow

for name in all-slow slow-slow; do
	line=$(line_of $name)
	like "$line" ' statement=BUY statement_us=[0-9]+$' "$name: names it"
	[ "$(value statement_us "$line")" -ge 300000 ] &&
	    [ "$(value statement_us "$line")" -le "$(value us "$line")" ]
	ok 'and how long it took'
done
unlike "$(line_of all-fast; line_of all-missing; line_of all-error)" statement \
    'a request that was not slow names none'

held_order first
bearer=$token_2
shot_post queued /v1/orders "$(order 3)" -H 'X-Request-Id: queued' &
pids="$pids $!"
let_go_late
eventually 5 line_of queued
line=$(line_of queued)
like "$line" 'level=warn .* status=201 us=[0-9]+ queued_us=[0-9]+ .* statement=BUY ' \
    'one that waited for a worker is slow as well'
[ "$(value queued_us "$line")" -ge 300000 ] && [ "$(value us "$line")" -lt 300000 ] &&
    [ "$(value statement_us "$line")" -lt 300000 ]
ok 'by its wait, not by its statement'

db_freeze
as 1
user GET /v1/points/balance -H 'X-Request-Id: frozen'
db_thaw
is "$status" 503 'a database that does not answer'
eventually 5 line_of frozen
like "$(line_of frozen)" ' statement=connect statement_us=[23][0-9]{6}$' \
    'what took longest was to connect, and no statement is blamed for it'

# ---- Whose lines they are

like "$(others_of frozen)" \
    'level=warn event=db_error id=frozen statement=BALANCE number=2013 ' \
    'the database'\''s error bears the id: no answer'
like "$(others_of frozen)" 'event=db_error id=frozen statement=connect ' \
    'no connection'
is_ready() {
	request GET /readyz
	[ "$status" = 200 ]
}
eventually 10 is_ready
ok 'it is back'
remake "$top_srcdir/schema/routines/order_buy.sql" shop_definer@localhost '' \
    "s/'ok'/'bad'/" >/dev/null
bearer=$token_2
post /v1/orders "$(order 3)" -H 'X-Request-Id: no-outcome'
is "$status" 500 'a routine with a word of its own'
like "$(others_of no-outcome)" 'level=error event=bad_outcome id=no-outcome ' 'is, too'
mc_stop
# It is given up after some failures.
cache_is_told() {
	request GET /v1/products/top -H 'X-Request-Id: no-cache'
	others_of no-cache
}
eventually 5 cache_is_told
like "$(others_of no-cache)" 'event=cache_away id=no-cache ' 'a cache that is away, too'
mc_start

# The worker also connects between two requests.
is "$(grep -E 'event=(db_error|cache_away|not_ready|bad_outcome|request) ' "$log" |
    grep -v 'event=db_error statement=connect ' |
    grep -vc 'event=[a-z_]* id=[^ ]')" 0 'no such line is without'

# ---- Those of a worker that dies with a request in its hands

held_order killed
victim=$(pool_workers)
kill -KILL "$victim"
eventually 10 none_of "$victim"
let_go
wait $pids
shot_look killed
is "$status" 201 'another is asked'
serves() {
	request GET /v1/products/1
	[ "$status" = 200 ]
}
eventually 10 pool_is_full && eventually 10 serves
ok 'it is replaced'
like "$(others_of killed)" \
    "level=warn event=worker-exit worker=$victim .* signal=9 .* id=killed\$" \
    'shopd tells at which request it died'
victim=$(pool_workers)
kill -KILL "$victim"
eventually 10 none_of "$victim" && eventually 10 serves
unlike "$(grep "event=worker-exit worker=$victim " "$log")" ' id=' \
    'one that was idle died at none'

conf worker_requests_max 1
mode all
request GET /v1/products/1
eventually 5 grep -q event=worker-outgrown "$log"
unlike "$(grep event=worker-outgrown "$log")" ' id=' \
    'what happens after a request is none of its lines'
finish
