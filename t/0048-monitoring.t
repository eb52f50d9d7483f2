#!/bin/sh
# SPDX-License-Identifier: MIT
# What is shipped for Prometheus and Grafana fits what the shop tells: alerts are sound,
# fire when they should, and have a line that says what to do.
. "${top_srcdir:-.}/t/lib.sh"
any_build
command -v jq >/dev/null || skip_all 'no jq'
cd "$top_srcdir/monitoring" || bail 'no monitoring'
rules=shop.rules.yml
dashboard=shop-dashboard.json

# same TEXT: $dir/a and $dir/b have the same lines, and some.
same() {
	sort -u "$dir/a" >"$dir/a.sorted"
	sort -u "$dir/b" >"$dir/b.sorted"
	[ -s "$dir/a" ] && diff "$dir/a.sorted" "$dir/b.sorted" >"$dir/diff"
	ok "$1"
	sed -n 's/^[<>]/#&/p' "$dir/diff" 2>/dev/null
	rm -f "$dir/diff"
}
# named FILE: the shop's metrics in it, without what a histogram puts behind.
named() {
	grep -oE 'shop_[a-z_]+' "$1" | sed -E 's/_(bucket|sum|count)$//' | sort -u
}
# strangers FILE TEXT: it names some, and none that there isn't.
strangers() {
	named "$1" | comm -23 - "$dir/metrics" >"$dir/found"
	[ "$(named "$1" | wc -l)" -ge 5 ]
	ok "$1 names metrics"
	is "$(cat "$dir/found")" '' "$2"
}
sed -n 's/^\(COUNTER\|HISTOGRAM\|GAUGE\)([a-z_]*, [A-Z]*, "\([a-z_]*\)".*/\2/p' \
    "$top_srcdir/src/base/metric.def" | sort >"$dir/metrics"
is "$(wc -l <"$dir/metrics")" "$(grep -cE '^(COUNTER|HISTOGRAM|GAUGE)\(' \
    "$top_srcdir/src/base/metric.def")" 'each row of metric.def is read'
strangers $rules 'each is one of metric.def'
strangers shop.test.yml 'each of these, too'
strangers "$dashboard" 'and of these'

# by_promtool TEXT ARGUMENTS...: it has nothing against it.
by_promtool() {
	promtool_text=$1
	shift
	promtool "$@" >"$dir/out" 2>&1
	promtool_code=$?
	is $promtool_code 0 "$promtool_text"
	[ $promtool_code = 0 ] || sed 's/^/# /' "$dir/out"
}

# Counters are asked for how they grow, and alone have _total.
sed -n 's/^COUNTER([a-z_]*, [A-Z]*, "\([a-z_]*\)".*/\1/p' \
    "$top_srcdir/src/base/metric.def" >"$dir/a"
grep '_total$' "$dir/metrics" >"$dir/b"
same 'counters, and no others, are called _total'
{
	jq -r '.. | .expr? // empty' $dashboard
	sed -n 's/^ *expr: //p; /^ *expr: |/,/^ *\(for\|labels\):/p' $rules
} | tr -d '\n ' | grep -oE '[a-z]*\(?shop_[a-z_]*_total' |
    grep -vE '^(rate|increase)\(' >"$dir/found"
is "$(cat "$dir/found")" '' 'and none is looked at as it is'

# ---- Alerts

sed -n 's/^ *- alert: //p' $rules >"$dir/alerts"
cp "$dir/alerts" "$dir/a"
sed -n 's/^| `\(Shop[A-Za-z]*\)` |.*|.*|$/\1/p' "$top_srcdir/docs/operating.md" \
    >"$dir/b"
same 'each alert has its line in docs/operating.md, and no other has'
sed -n 's/^ *alertname: //p' shop.test.yml >"$dir/b"
same 'and its test'
awk '/alertname:/ { name = $2 } /exp_labels:/ { print name }' shop.test.yml >"$dir/b"
same 'in which it fires'
awk '/alertname:/ { name = $2 } /exp_alerts: \[\]/ { print name }' shop.test.yml \
    >"$dir/b"
same 'and one in which it does not'
is "$(sort "$dir/alerts" | uniq -d)" '' 'no two have one name'
is "$(grep -cE '^ *labels: \{severity: (page|ticket)\}$' $rules) $(grep -c \
    '^ *summary: "{{ \$labels.instance }}: ' $rules)" \
    "$(wc -l <"$dir/alerts") $(wc -l <"$dir/alerts")" \
    'each has a severity, and says where'

# ---- The dashboard

is "$(jq -r '.title' $dashboard)" Shop 'the dashboard is JSON'
is "$(jq '[.panels[] | select(.title == "" or (.targets | length) == 0)] |
    length' $dashboard)" 0 'each panel has a title, and asks for something'
is "$(jq '[.panels[].id] | length == (unique | length)' $dashboard)" true \
    'no two have one id'
jq -r '.panels[] | .gridPos as $g | range($g.x; $g.x + $g.w) as $x |
    range($g.y; $g.y + $g.h) as $y | "\($x) \($y)"' $dashboard | sort | uniq -d \
    >"$dir/found"
is "$(cat "$dir/found")" '' 'nor one place'
is "$(jq '[.panels[].gridPos | .x + .w] | max' $dashboard)" 24 \
    'they are as wide as Grafana'
jq -r '.. | .datasource? // empty | .uid' $dashboard | sort -u >"$dir/found"
is "$(cat "$dir/found")" '${datasource}' 'and ask whichever Prometheus is chosen'

# ---- promtool, of Debian's prometheus

if command -v promtool >/dev/null; then
	by_promtool 'promtool takes the rules' check rules --lint=all \
	    --lint-fatal $rules
	by_promtool 'each alert fires when it should' test rules shop.test.yml
	# Every question of the dashboard as a rule, for its grammar.
	{
		echo 'groups: [{name: dashboard, rules: ['
		n=0
		jq '.panels[].targets[].expr, .annotations.list[].expr' $dashboard |
		    sed 's/\$__rate_interval/5m/g' | while read -r expr; do
			n=$((n + 1))
			echo "{record: 'a:$n', expr: $expr},"
		done
		echo ']}]'
	} >"$dir/dashboard.yml"
	by_promtool 'and each panel asks what can be asked' \
	    check rules "$dir/dashboard.yml"
	sed -n '/^```yaml/,/^```$/p' "$top_srcdir/docs/operating.md" |
	    sed '/^```/d; s|/usr/local/share/shop/monitoring|'"$PWD"'|' \
	    >"$dir/prometheus.yml"
	by_promtool 'and docs/operating.md has settings that Prometheus takes' \
	    check config "$dir/prometheus.yml"
else
	pass 'promtool # SKIP there is none'
fi
finish
