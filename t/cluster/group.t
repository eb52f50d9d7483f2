#!/bin/sh
# SPDX-License-Identifier: MIT
# Three members of a MySQL group, two pools on two machines, nginx before them, and
# clients with journals: whatever befalls a machine nothing is lost, doubled or halved,
# and all nodes are equal.  Then what an old primary says that has been replaced, and
# two of three that die.
#
# KILLS is how often the writer is killed (3, by hand 20), SEED what the clients do.
top_srcdir=${top_srcdir:-.}
. "$top_srcdir/t/cluster/lib.sh"
seeded
profile=group
cluster_need
# They notice after 6 s.
kill_s=9
drill_start

drill_kills ${KILLS:-3}
drill_freeze 12
drill_other
drill_cut 12
drill_part 12
moved() {
	at $mover sql_root "SELECT group_replication_set_as_primary(@@server_uuid)" >/dev/null
	await 30 is_primary $mover
	ok 'another node is made the primary'
}
mover=$(other_nodes "$(the_writer)" | head -n 1)
fault "node $mover is made the primary" 4 moved
drill_migration
drill_join
drill_pool
drill_keyed
drill_nginx
drill_all
drill_end 10000

# ---- A primary that has been replaced, and does not know it

primary_of() {
	for n in $1; do
		! is_primary $n || echo $n
	done
}
has_primary() { [ -n "$(primary_of "$1")" ]; }
# charge N KEY [USER]: in a session like ours; "ok", or the number of its error.
charge() {
	at $1 sql "SET SESSION group_replication_consistency = 'BEFORE';
	    CALL charge_points(${3:-1}, 9000000000000, UNHEX(LEFT(SHA2('$2', 256), 32)),
	    UNHEX(LEFT(SHA2('f', 256), 32)), 2, 10)" 2>&1 |
	    sed -n 's/^ERROR \([0-9]*\).*/\1/p; /^[a-z]/p' | cut -f 1
}
# listed COMMAND...: shopctl by pool 0's list; $code, $took_ms, $dir/listed.
listed() {
	took_ms=$(now_ms)
	within app1 "$top_builddir/shopctl" --config "$dir/p0/shop.conf" "$@" \
	    >"$dir/listed" 2>"$dir/listed.err"
	code=$?
	took_ms=$(($(now_ms) - took_ms))
}
if [ -n "$net" ]; then
	victim=$(primary_of "$nodes")
	others=$(other_nodes $victim | tr '\n' ' ')
	lead_by $victim
	# What the server's own setting is does not matter.
	for n in $nodes; do
		at $n sql_root "SET GLOBAL group_replication_consistency = 'EVENTUAL'"
	done
	# Each charges a user of its own, again and again, until that fails: with 3797
	# where it began after the cut, with 3100 where it was under way.
	charging=
	for c in $(seq 24); do
		user=$(sql "CALL user_add('c', 'c$c@group.example', 0)" | cut -f 2)
		{ n=1
		while said=$(charge $victim "cut $c $n" $user)
		    echo "cut $c $n $said"; [ "$said" = ok ]; do
			n=$((n + 1))
		done >"$dir/charged.$c"; } &
		charging="$charging $!"
	done
	charges() { cat "$dir"/charged.* | wc -l; }
	many() { [ "$(charges)" -ge 200 ]; }
	await 30 many
	# It hears nothing of the others, who hear it for a moment more: so what waits
	# has been sent.
	for n in $others; do deaf db$n db$victim; done
	await 30 has_primary "$others"
	ok 'another one is the primary'
	new=$(primary_of "$others")
	is "$(charge $new new)" ok 'and takes writes'
	is "$(is_primary $victim && echo still)" still 'the old one takes itself for one'
	is "$(at $victim timeout 4 "$top_builddir/shopctl" --config "$dir/shop.conf" \
	    user show 1)" '' 'but tells no session of ours a balance'
	like "$(at $victim sql "SET SESSION group_replication_consistency = 'EVENTUAL';
	    SELECT balance FROM users WHERE id = 1")" '^[0-9]+$' \
	    'though it would: it is asked not to'
	pool_conf 0 "db$victim $(for n in $others; do echo db$n; done | tr '\n' ' ')"
	listed user show 1
	is $code 0 'shopctl, whose list it leads, goes on to the new one'
	less $took_ms 6000 'in time (ms)'
	listed status --json
	is "$(jq -r '.database | .at + " " + .state' "$dir/listed")" \
	    "$(addr db$new):3306 ok" 'so does shopctl status'
	less $took_ms 6000 'in time (ms)'
	listed doctor
	like "$(grep -E ' (database|databases|worker-session)\>' "$dir/listed")" \
	    "^ok database
bad databases: $(addr db$victim):3306: .*
ok worker-session$" 'and doctor, which names the old one'
	# Of that 3 s are a look at pool 0, whose machine there is not.
	less $took_ms 15000 'in time (ms)'
	# It gives up what waits when it learns that it was voted out.
	for n in $others; do hears db$n db$victim; done
	back_again $victim
	wait $charging
	lead_by $new
	cat "$dir"/charged.* | while read -r cut c n said; do
		echo "$said $(sql "SELECT COUNT(*) FROM points_ledger
		    WHERE idem = UNHEX(LEFT(SHA2('cut $c $n', 256), 32))")"
	done | sort | uniq -c >"$dir/stored"
	sed 's/^/# said, stored: /' "$dir/stored"
	is "$(grep -c 'ok 0' "$dir/stored")" 0 'what was acknowledged is stored'
	is "$(grep -cE ' (1290|3796|3797|3799) 1' "$dir/stored")" 0 \
	    'what was refused is not; with 3100 it may be, or not'
	await 60 caught_up
	ok 'all nodes have applied the same'
fi

# ---- Two of three die

last=$(primary_of "$nodes")
dead=$(other_nodes $last | tr '\n' ' ')
for n in $dead; do node_kill $n; done
alone_now() {
	[ "$(at $last sql_root "SELECT COUNT(*) FROM performance_schema.replication_group_members
	    WHERE member_state = 'UNREACHABLE'")" = 2 ]
}
await 30 alone_now
ok 'the last one knows that it has no majority'
at $last sql_root "SET GLOBAL group_replication_force_members = '$(addr db$last):3306'"
ok 'it is told to be the group'
at $last sql_root "SET GLOBAL group_replication_force_members = ''"
lead_by $last
is "$(charge $last forced)" ok 'and takes writes'
for n in $dead; do node_again $n; done
await 60 caught_up
ok 'the others come back, and have the same'

# ---- The doctor

pool_conf 0 'db1 db2 db3'
doctor() {
	within app1 "$top_builddir/shopctl" --config "$dir/p0/shop.conf" doctor 2>&1
}
is "$(doctor | grep databases)" 'ok databases' 'doctor finds all in the group'
out=$(primary_of "$nodes")
out=$(other_nodes "$out" | head -n 1)
at $out sql_root 'STOP GROUP_REPLICATION; SET GLOBAL
    group_replication_unreachable_majority_timeout = 0'
like "$(doctor)" "^bad databases: $(addr db$out):3306: it is not part of its cluster" \
    'and names the one that is not'
pool_conf 0 db$out
doctor >"$dir/doctor"
like "$(cat "$dir/doctor")" '^bad writable: read_only is ON: leave that: its group' \
    'which is not told to take writes'
like "$(cat "$dir/doctor")" '^bad server: group_replication_unreachable_majority_timeout is 0' \
    'nor to let sessions hang'
finish
