#!/bin/sh
# SPDX-License-Identifier: MIT
# The benchmark beside another server: that one is nginx, which says yes to all.
. "${top_srcdir:-.}/t/lib.sh"
any_build
programs_need
command -v wrk >/dev/null || skip_all 'no wrk'
for program in dbbench hello.fcgi; do
	[ -x "$top_builddir/t/bench/$program" ] || skip_all "no $program"
done

bench() {
	bench_status=0
	(cd "$dir" && top_builddir=$(cd "$top_builddir" && pwd) \
	    "$top_srcdir/t/bench/run" --out "$dir/out" "$@") \
	    >"$dir/told" 2>"$dir/err" || bench_status=$?
}
top_srcdir=$(cd "$top_srcdir" && pwd)
top_builddir=$(cd "$top_builddir" && pwd)
port=$((20000 + $$ % 10000))
while grep -q ":$(printf %04X $port) 0*:0000 0A " /proc/net/tcp; do
	port=$((port + 1))
done
url=http://127.0.0.1:$port

bench --beside other
is "$bench_status" 1 'a server without a URL'
like "$(cat "$dir/err")" 'bench: --beside other: NAME=http' 'is told what is wanted'
bench --beside "other=$url"
is "$bench_status" 1 'a server that is not there'
like "$(cat "$dir/err")" "bench: other: GET $url/v1/products/1 is not" 'is named'

mkdir -p "$dir/other"
cat >"$dir/other.conf" <<END
${as_root:+user root;}
pid "$dir/other.pid";
events { }
http {
	access_log off;
	server {
		listen 127.0.0.1:$port;
		default_type application/json;
		location / { return 200 '{}'; }
		location /v1/orders { return 503; }
	}
}
END
nginx -p "$dir/other" -c "$dir/other.conf" -e "$dir/log/other.err" \
    -g 'daemon off;' 2>"$dir/log/other.out" &
nginx_pid=$!
there() { curl -fs --noproxy '*' -o /dev/null "$url/v1/products/1"; }
eventually 10 there
bench --beside "other=$url,1x"
is "$bench_status" 1 'a process that is none'
bench --beside "other=$url,$nginx_pid" --seconds 1 --rounds 1 --quick
is "$bench_status" 0 'it is measured'
sed 's/^/# /' "$dir/told"
for flow in product balance top charge; do
	like "$(cat "$dir/told")" "^$flow +ours / other +[0-9]+[.][0-9]" "$flow: a ratio"
done
like "$(cat "$dir/told")" '^order +ours / other +- +it had [0-9]+ errors' \
    'no ratio where it had errors'
is "$(jq -c '[.beside[] | select(.ratio == null) | .flow]' "$dir/out/bench.json")" \
    '["order","order-hot"]' 'as bench.json has it'
is "$(jq '.figures["other:product"] | .rate > 0 and .cpu_us >= 0' \
    "$dir/out/bench.json")" true 'with its rate and its time'
kill "$nginx_pid"
wait "$nginx_pid"
nginx_pid=
finish
