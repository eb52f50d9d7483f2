#!/bin/sh
# SPDX-License-Identifier: MIT
# shopctl status: how pool, cache and database are, when all is well and when
# it is not.
. "${top_srcdir:-.}/t/lib.sh"
conf stuck_timeout_ms 600000
shop_start

# got FILTER: of the last run's only line, which is JSON, compact.
got() {
	[ "$(wc -l <"$dir/out")" = 1 ] || echo "not one line"
	jq -c "$1" <"$dir/out"
}
# shows FILTER VALUE: status says so now.
shows() {
	ctl status --json >"$dir/now" 2>/dev/null
	[ "$(jq -c "$1" <"$dir/now")" = "$2" ]
}
# fails PATTERN TEXT: the last run ended with 1, a page, and one line that says
# why.
fails() {
	is "$code $lines $(got '.version | length > 0')" '1 1 true' "$2"
	like "$err" "^shopctl: status: .*$1" 'and says why'
}

# ---- All is well

eventually 10 shows '[.queues[] | [.name, .workers]]' '[["main",4],["read",2]]'
ok 'all workers are seen'
as 1
order 1
eventually 10 shows .cache '{"state":"ok"}'
run status --json
is "$code $err" '0 ' 'all is well'
is "$(got '[.id, .pool.state, .pool.pid, .pool.roll, .pool.oldestRoll, .pool.why]')" \
    "[\"$shop_id\",\"running\",$pool_pid,1,1,null]" 'the pool'
is "$(got '.pool.upSeconds | . >= 0 and . < 600')" true 'for how long'
is "$(got '[.queues[] | [.busy, .longestMs, .waiting]]')" '[[0,0,0],[0,0,0]]' \
    'nobody has anything to do'
is "$(got '.queues[0].connected >= 1')" true 'somebody has a connection'
is "$(got '[.breaker, .cache]')" '[{"state":"closed","failures":0},{"state":"ok"}]' \
    'breaker and cache'
is "$(got '[.database.state, .database.readOnly, .database.schema, .database.why]')" \
    "[\"ok\",false,\"$(sql 'SELECT MAX(version) FROM schema_migrations')\",null]" \
    'the database'
is "$(got .database.server)" "\"$(sql 'SELECT VERSION()')\"" 'its version'
is "$(got 'has("audit")')" false 'no audit is asked for'
run status
is "$code $err" '0 ' 'a page for people'
for word in 'version ' 'pool$' 'running ' 'queues$' 'main ' 'read ' 'breaker$' 'work$' 'requests .*retriesInHand .*killed ' \
    'closed ' 'cache$' 'database$' 'ok '; do
	like "$out" "^$word" "has: $word"
done

pool_stop
pool_start
run status
like "$out" '^running +[0-9]+ +[0-9]+ +1 ' 'one that was started just now: for 0 s'
eventually 10 shows '[.queues[] | .workers]' '[4,2]'
ok 'and all workers are there again'

# ---- At work

hold 60 'SELECT * FROM users WHERE id = 2 FOR UPDATE'
asking=
as 2
shot_post held /v1/points/charge '{"amount": 1}' &
asking=$!
eventually 5 shows '.queues[0].busy' 1
ok 'a worker is busy'
is "$(jq '.queues[0].longestMs < 5000' <"$dir/now")" true 'for how long, too'
let_go
wait $asking
eventually 5 shows '.queues[0].busy' 0
ok 'and done'

for pid in $(write_workers); do
	kill -STOP "$pid"
	eventually 5 stands_still "$pid"
done
as 3
for n in 1 2 3; do
	shot_post "queued$n" /v1/points/charge '{"amount": 1}' &
done
eventually 5 shows '.queues[0].waiting' 3
ok 'three connections wait for a worker'
is "$(jq -c '.queues[1].waiting' <"$dir/now")" 0 'none in the other queue'
for pid in $(write_workers); do
	kill -CONT "$pid"
done
eventually 10 shows '[.queues[0].waiting, .queues[0].busy]' '[0,0]'
ok 'and are served'

# ---- What was done

requests=$(jq .work.requests <"$dir/now")
as 1
for n in 1 2; do
	post /v1/points/charge '{"amount": 7}' -H 'Idempotency-Key: told'
done
eventually 5 shows '[.work.requests, .work.replays]' "[$((requests + 2)),1]"
ok 'requests, and the one that was done already'
is "$(jq -c '[.work.failures, .work.retries, .work.retriesInHand > 0]' <"$dir/now")" \
    '[0,0,true]' 'none had to be tried again'
hold 60 'SELECT * FROM users WHERE id = 1 FOR UPDATE'
shot_post lost /v1/points/charge '{"amount": 7}' &
asking=$!
seen 'a waiting charge' lock_waits_are 1
put_out $(sql "SELECT trx_mysql_thread_id FROM information_schema.innodb_trx
    WHERE trx_state = 'LOCK WAIT'")
let_go
wait $asking
shot_look lost
is "$status" 201 'a session that was ended is no matter'
eventually 5 shows '[.work.failures > 0, .work.retries > 0]' '[true,true]'
ok 'but counted'
kill -KILL "$(write_workers | head -n 1)"
eventually 10 shows '[.work.restarts.killed, .work.restarts.crashed]' '[1,0]'
ok 'a worker that was killed'
eventually 10 shows '.queues[0].workers' 4
ok 'has a successor'

# ---- The audit's mark

run status --mark "$dir/audit.mark" --json
fails 'audit.mark: No such file' 'there was no audit'
is "$(got '[.audit.ageSeconds, .audit.at]')" '[null,null]' 'which has no age'
ctl audit --mark "$dir/audit.mark"
run status --mark "$dir/audit.mark" --json
is "$code $(got '[.audit.file, (.audit.ageSeconds < 60), (.audit.at | test("Z$"))]')" \
    "0 [\"$dir/audit.mark\",true,true]" 'the last good audit'
touch -d '@1000000000' "$dir/audit.mark"
run status --mark "$dir/audit.mark" --json
is "$(got '[.audit.at, .audit.ageSeconds > 700000000]')" \
    '["2001-09-09T01:46:40Z",true]' 'was long ago'
run status --mark
is "$code $lines" '2 1' 'bad usage'

# ---- Audits that are noted

is "$(jq -c .audits <"$dir/now")" '[]' 'where they are not noted none is told'
conf audit_state "$dir/audit.state"
run status --json
fails "audit_state = $dir/audit.state: no audit was noted" 'they are to be, and there was none'
ctl audit >/dev/null
ctl audit --mark "$dir/audit.mark"
run status --json
is "$code $(got '[.audits[] | [.kind, .ageSeconds < 60, .at == .lastGoodAt, .violations]]')" \
    '0 [["full",true,true,0],["since",true,true,0]]' 'the last ones'
sql 'UPDATE products SET stock = stock + 1 WHERE id = 1'
run audit
is "$code" 1 'an audit that finds something'
sql 'UPDATE products SET stock = stock - 1 WHERE id = 1'
run status --json
fails 'the last audit .full. found 1 violations' 'is told'
is "$(got '[.audits[] | [.kind, .violations, (.lastGoodAt | test("Z$"))]]')" \
    '[["full",1,true],["since",0,true]]' 'by its kind'
run status
like "$out" '^full +[0-9]+  20[^ ]*Z  20[^ ]*Z +1$' 'on the page, too'
ctl audit >/dev/null
run status
is "$code" 0 'until one is good'
conf audit_state ''

# ---- What goes wrong

mc_stop
run status --json
is "$code $(got .cache.state)" '0 "away"' 'a cache that is away is no fault'
mc_start

cp "$dir/shop.conf" "$dir/shop.conf.good"
conf jwt_secret_file "$dir/nothing"
kill -HUP "$pool_pid"
eventually 10 grep -q event=roll-failed "$dir/log/shopd.log"
cp "$dir/shop.conf.good" "$dir/shop.conf"
# The file is written right behind the line of the log.
eventually 5 shows '.pool.why == null' false
run status --json
fails 'nothing' 'a roll was refused'
is "$(got '[.pool.state, .pool.oldestRoll, .queues[0].workers]')" '["running",1,4]' \
    'the workers of before run on'
kill -HUP "$pool_pid"
eventually 15 shows '[.pool.oldestRoll, .pool.why]' '[3,null]'
ok 'and the next one is well'

sql_root 'SET GLOBAL read_only = ON'
run status --json
is "$code $(got '[.database.state, .database.readOnly]')" '1 ["unfit",true]' \
    'a server that takes no writes'
sql_root 'SET GLOBAL read_only = OFF'

db_freeze
before=$(now_ms)
run status --json
fails . 'a frozen database'
is "$(got '[.database.state, .pool.state, (.queues | length)]')" \
    '["away","running",2]' 'keeps nothing else from being shown'
took=$(($(now_ms) - before))
[ "$took" -lt 15000 ]
ok "and nobody waits long for it ($took ms)"
for n in 1 2 3 4; do
	shot_post "away$n" /v1/points/charge '{"amount": 1}' &
done
eventually 20 shows '.breaker.failures >= 3' true
ok 'the breaker counts'
db_thaw
eventually 20 shows '[.breaker.state, .database.state]' '["closed","ok"]'
ok 'and closes when the database is back'

db_stop
run status --json
fails . 'a database that is away'
is "$(got '[.id, .database.server, .database.schema]')" '[null,null,null]' \
    'tells nothing'
db_start

pool_stop
run status --json
fails 'shopd.pid' 'no pool'
is "$(got '[.pool.state, .pool.pid, .queues, .breaker, .work, .database.state]')" \
    '["unknown",null,[],null,null,"ok"]' 'and what can be seen without one'
pool_start
shots >/dev/null
finish
