#!/bin/sh
# SPDX-License-Identifier: MIT
# The units: installed where it was asked for, strict, and not too strict.
. "${top_srcdir:-.}/t/lib.sh"
units=$dir/root/lib/systemd/system
unit=$units/shopd.service
pool_unit() { sed -n "s/^$1=//p" "$unit"; }

# ---- make install

# installed [VARIABLE=VALUE]: what make puts where, as configure told it.
installed() {
	rm -rf "$dir/root"
	(unset MAKEFLAGS MAKELEVEL MFLAGS
	make -s -C "$top_builddir" install-unitDATA install-dist_unitDATA \
	    install-systemdsystemunitDATA DESTDIR="$dir/root" "$@") \
	    >"$dir/log/install.log" 2>&1
	find "$dir/root" -type f | sed "s|^$dir/root||" | sort
}
names='shop-audit-full.service shop-audit-full.timer shop-audit.service
    shop-audit.timer shopd-read.socket shopd.service shopd.socket'
wanted=$(for name in $names; do echo "/share/shop/systemd/$name"; done)
is "$(installed systemdsystemunitdir= | sed 's|.*\(/share/shop/\)|\1|')" \
    "$wanted" 'the units are there to be looked at'
is "$(installed systemdsystemunitdir=/lib/systemd/system |
    sed 's|.*\(/share/shop/\)|\1|')" \
    "$(for name in $names; do echo "/lib/systemd/system/$name"; done
	echo "$wanted")" 'and, asked for, where systemd looks'
like "$(pool_unit ExecStart)" '^/[^ ]*/shopd --config /[^ ]*/shop\.conf$' \
    'it starts shopd with its settings'
like "$(pool_unit ExecReload)" '^/[^ ]*/shopctl --config /[^ ]*/shop\.conf roll$' \
    'and a reload is a roll that is waited for'
unlike "$(cat "$units"/* | grep -v '^#')" '@[a-z]+@' 'every word is replaced'

# ---- What the documents and the settings say

# A restriction is one of these; the others say what runs and when.
sed -n '/^\[Service\]/,/^\[Install\]/s/^\([A-Za-z]*\)=.*/\1/p' "$unit" |
    grep -vE '^(Type|Exec.*|Restart(Sec|PreventExitStatus)?|KillMode)$' |
    grep -vE '^(Timeout(Start|Stop)Sec|Watchdog.*|OOMPolicy|LogRateLimit.*)$' |
    sort -u >"$dir/a"
[ "$(wc -l <"$dir/a")" -ge 30 ]
ok 'there are restrictions'
grep -o '`[A-Z][A-Za-z]*=' "$top_srcdir/SECURITY.md" | tr -d '`=' |
    sort -u >"$dir/b"
is "$(comm -3 "$dir/a" "$dir/b")" '' 'SECURITY.md tells each, and no other'
[ "$(pool_unit TimeoutStopSec)" -gt "$(($(ctl --check-config |
    sed -n 's/^drain_timeout_ms = //p') / 1000))" ]
ok 'a stop waits longer than the workers may need'
[ "$(pool_unit TimeoutStartSec)" -gt "$((2 * (10 + $(ctl --check-config |
    sed -n 's/^drain_timeout_ms = //p') / 1000) + 2))" ]
ok 'a reload longer than a roll that waits for another one'
[ "$(pool_unit MemoryMax | sed -n 's/M$//p')" -ge "$((2 * 12 *
    $(ctl --check-config | sed -n 's/^worker_memory_max_kib = //p') / 1024))" ]
ok 'two generations of 8 workers may grow as far as they may'
[ "$(pool_unit TasksMax)" -gt $((3 * 2 * 256)) ]
ok 'and there may be as many as there may be'

# ---- What systemd says

if command -v systemd-analyze >/dev/null; then
	# The programs aren't installed here.
	mkdir "$dir/units"
	for name in $names; do
		sed "s,=/[^ ]*/\(shopd\|shopctl\) ,=$top_builddir/\1 ,;
		    /^Documentation=/d" "$units/$name" >"$dir/units/$name"
	done
	systemd-analyze verify --man=no "$dir"/units/* >"$dir/out" 2>&1
	is "$? $(cat "$dir/out")" '0 ' 'systemd understands them'
	for name in shopd shop-audit shop-audit-full; do
		systemd-analyze security --offline=yes --threshold=20 \
		    "$dir/units/$name.service" >"$dir/out" 2>&1
		ok "and finds little exposed ($(sed -n \
		    's/.*exposure level for //p' "$dir/out"))"
	done
else
	pass 'systemd understands them # SKIP no systemd-analyze'
fi

# ---- What the programs need

# allowed: the system calls that SystemCallFilter lets through.
allowed() {
	systemd-analyze syscall-filter 2>/dev/null |
	    awk -v filter="$(pool_unit SystemCallFilter | tr '\n' ' ')" '
		/^@/ { set = $1 }
		/^    [@a-z0-9_-]+$/ { members[set] = members[set] " " $1 }
		function mark(name, how, word, n, i) {
			if (name !~ /^@/) { is[name] = how; return }
			n = split(members[name], word, " ")
			for (i = 1; i <= n; i++)
				mark(word[i], how)
		}
		END {
			n = split(filter, word, " ")
			for (i = 1; i <= n; i++) {
				if (sub(/^~/, "", word[i])) minus = 1
				mark(word[i], minus ? "no" : "yes")
			}
			for (name in is)
				if (is[name] == "yes")
					print name
		}' | sort
}

# A start, requests that succeed and fail, a roll, a crash, an end.
life() {
	as 1
	request GET /v1/products/1
	request GET /v1/products/top
	request GET /readyz
	post /v1/points/charge '{"amount": 5000}'
	post /v1/orders '{"items": [{"productId": 1, "quantity": 1}]}'
	post /v1/orders '{"items": 1}'
	kill -KILL "$(pool_workers | head -n 1)"
	eventually 20 pool_is_full
	kill -HUP "$pool_pid"
	eventually 30 grep -q 'event=roll-done' "$dir/log/shopd.log"
	post /v1/points/charge '{"amount": 1}'
	is "$status" 201 'a shop was traced'
	kill -TERM "$pool_pid"
	eventually 20 gone "$pool_pid"
	eventually 20 [ -s "$dir/calls" ]
}
if command -v systemd-analyze >/dev/null && command -v strace >/dev/null &&
    strace -D -f -qq -c -o "$dir/calls" true 2>/dev/null; then
	rm -f "$dir/calls"
	shop_db
	mc_start
	# Leaks can't be looked for under strace.
	ASAN_OPTIONS=detect_leaks=0 \
	    strace -D -f -qq -c -U name -o "$dir/calls" \
	    "$top_builddir/shopd" --config "$dir/shop.conf" \
	    >>"$dir/log/shopd.log" 2>&1 &
	pool_pid=$!
	eventually 30 grep -q 'event=ready' "$dir/log/shopd.log"
	nginx_start
	life
	sed -n 's/^ *\([a-z][a-z0-9_]*\) *$/\1/p' "$dir/calls" |
	    grep -vxE 'syscall|total' | sort -u >"$dir/a"
	[ "$(grep -cxE 'execve|clone|clone3|vfork|memfd_create|accept4?|poll|ppoll|connect' \
	    "$dir/a")" -ge 5 ]
	ok "it made $(wc -l <"$dir/a") system calls"
	allowed >"$dir/b"
	is "$(comm -23 "$dir/a" "$dir/b" | tr '\n' ' ')" '' \
	    'the filter lets each through'
else
	pass 'the filter lets each through # SKIP no strace, or no systemd-analyze'
fi
finish
