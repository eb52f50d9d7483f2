# SPDX-License-Identifier: MIT
#
# For t/bench/run: what $raw and $wrong say, as a table, as bench.json and as
# bench.svg in $out; then exits.
LC_ALL=C
export LC_ALL

# MEASURE FIGURE VALUE: the median of the rounds; of what must not be
# averaged the sum or the greatest.
sort -k 1,1 -k 2,2 -k 3,3n "$raw" | awk '
	function tell() {
		if (n == 0)
			return
		if (figure == "errors" || figure == "n")
			out = sum
		else if (figure == "max_us")
			out = v[n]
		else
			out = n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
		print measure, figure, out
	}
	$1 != measure || $2 != figure {
		tell(); measure = $1; figure = $2; n = sum = 0
	}
	{ v[++n] = $3; sum += $3 }
	END { tell() }' >"$dir/figures"

# NAME VALUE OP GOAL AIM VERDICT of those goals whose figures are there.
awk '
	NR == FNR { value[$1 "." $2] = $3; next }
	/^#/ || NF == 0 { next }
	{
		name = $1; op = 2
		if ($2 == "/") { name = name "/" $3; op = 4 }
		if (!($1 in value) || ($2 == "/" && !(value[$3] > 0)))
			next
		got = value[$1] / ($2 == "/" ? value[$3] : 1)
		goal = $(op + 1); aim = NF > op + 1 ? $(op + 2) : goal
		less = $op == "<="
		met = goal == "-" || (less ? got <= goal + 0 : got >= goal + 0)
		there = less ? got <= aim : got >= aim
		gsub(/\.rate/, "", name)
		printf "%s %s %s %s %s %s\n", name,
		    sprintf(got < 100 ? "%.3g" : "%.0f", got), $op, goal, aim,
		    !met ? "missed" : there ? "reached" : "met"
	}' "$dir/figures" "$bench/goals" >"$dir/goals"

# In the order in which they were measured.
awk '
	NR == FNR { if (!seen[$1]++) order[++measures] = $1; next }
	{ value[$1, $2] = $3 }
	END {
		printf "%-20s %8s %8s %8s %8s %6s | us a request: %6s %7s %6s %6s | calls: %6s %7s\n",
		    "measure", "a second", "p50 us", "p99 us", "max us", "errors",
		    "nginx", "workers", "db", "cache", "nginx", "workers"
		for (i = 1; i <= measures; i++) {
			m = order[i]
			if (!((m, "rate") in value))
				continue
			printf "%-20s %8d %8d %8d %8d %6d |               %6.1f %7.1f %6.1f %6.1f |        %6s %7s\n",
			    m, value[m, "rate"], value[m, "p50_us"],
			    value[m, "p99_us"], value[m, "max_us"],
			    value[m, "errors"], value[m, "cpu_nginx_us"],
			    value[m, "cpu_workers_us"], value[m, "cpu_db_us"],
			    value[m, "cpu_cache_us"], value[m, "calls_nginx"],
			    value[m, "calls_workers"]
		}
	}' "$raw" "$dir/figures"
echo
awk '{ printf "%-38s %9s   goal %s %-7s aim %-7s %s\n", $1, $2, $3, $4, $5, $6 }' \
    "$dir/goals"

# FLOW NAME RATIO ERRORS: ours over another server's rate; no ratio where that
# one had errors.
for other in ${beside:-}; do
	awk -v name="${other%%=*}" '
		{ value[$1 "." $2] = $3 }
		END {
			n = split("product balance top charge order order-hot", f)
			for (i = 1; i <= n; i++) {
				other = name ":" f[i]
				bad = value[other ".errors"]
				ours = value[f[i] ".rate"]
				theirs = value[other ".rate"]
				ratio = "-"
				if (bad == 0 && theirs > 0)
					ratio = sprintf("%.2f", ours / theirs)
				print f[i], name, ratio, bad + 0
			}
		}' "$dir/figures"
done >"$dir/beside"
awk '{ printf "%-12s ours / %-12s %s%s\n", $1, $2, $3,
    ($4 > 0 ? "   it had " $4 " errors" : "") }' "$dir/beside"

# ---- bench.json

lines() { jq -R . "$1" | jq -s .; }
jq -R 'split(" ") | {m: .[0], f: .[1], v: (.[2] | tonumber)}' "$dir/figures" |
    jq -s 'reduce .[] as $x ({}; .[$x.m][$x.f] = $x.v)' >"$dir/figures.json"
jq -R 'split(" ") | {name: .[0], value: (.[1] | tonumber), op: .[2],
    goal: (.[3] | tonumber? // null), aim: (.[4] | tonumber), verdict: .[5]}' \
    "$dir/goals" | jq -s . >"$dir/goals.json"
jq -R 'split(" ") | {flow: .[0], name: .[1], ratio: (.[2] | tonumber? // null),
    errors: (.[3] | tonumber)}' "$dir/beside" | jq -s . >"$dir/beside.json"
: >>"$dir/statements"
jq -n --arg date "$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
    --arg version "$(git -C "$top_srcdir" describe --always --dirty 2>/dev/null)" \
    --arg kernel "$(uname -sr)" --argjson cpus "$(nproc)" \
    --arg cpu "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
    --arg load "$(cut -d ' ' -f 1-3 /proc/loadavg)" \
    --arg database "$($dbd --version | sed 's/.*Ver \([^ ]*\).*/\1/')" \
    --arg nginx "$(nginx -v 2>&1 | sed 's|.*/||')" \
    --arg filesystem "$(stat -f -c %T "$dir")" \
    --argjson seconds "$seconds" --argjson rounds "$rounds" \
    --argjson workers "$pool" --argjson workers_read "$pool_read" \
    --argjson connections "$connections" \
    --argjson took "$(($(date +%s) - began))" \
    --slurpfile figures "$dir/figures.json" \
    --slurpfile goals "$dir/goals.json" \
    --slurpfile beside "$dir/beside.json" \
    --argjson wrong "$(lines "$wrong")" \
    --argjson statements "$(lines "$dir/statements")" '{
	date: $date, version: $version,
	machine: {cpus: $cpus, cpu: $cpu, kernel: $kernel, load: $load,
	    filesystem: $filesystem, database: $database, nginx: $nginx},
	run: {seconds: $seconds, rounds: $rounds, workers: $workers,
	    workers_read: $workers_read,
	    connections: $connections, took_s: $took},
	beside: $beside[0],
	figures: $figures[0], goals: $goals[0], wrong: $wrong,
	statements: $statements}' >"$out/bench.json" || wrong 'no bench.json'

# ---- bench.svg: the rates, and the ratios with what is wanted of them

plot() {
	awk 'NR == FNR { if ($2 == "rate") rate[$1] = $3; next }
	    ($1 in rate) && !seen[$1]++ { print $1, rate[$1] }' \
	    "$dir/figures" "$raw" >"$dir/rates"
	awk '$3 == ">="' "$dir/goals" >"$dir/ratios"
	gnuplot <<END
set terminal svg size 1100, 900 dynamic font "sans,12"
set output "$out/bench.svg"
set multiplot layout 2, 1
set style fill solid 0.6
set boxwidth 0.7
set grid ytics
set rmargin 8
set xtics rotate by -40 noenhanced
set yrange [0:]
set title "a second, $connections connections, $pool workers"
set logscale y
set yrange [100:]
plot "$dir/rates" using 0:2:xtic(1) with boxes lc rgb "#4477aa" notitle
unset logscale y
set yrange [0:*]
set title "ratios within this run"
plot "$dir/ratios" using 0:2:xtic(1) with boxes lc rgb "#66ccee" title "measured", \
  "" using 0:4 with points pt 9 ps 1.5 lc rgb "#ee6677" title "goal", \
  "" using 0:5 with points pt 7 ps 1 lc rgb "#228833" title "aim"
END
}
if ! command -v gnuplot >/dev/null; then
	say "bench: for a plot, as root: apt-get install --no-install-recommends gnuplot-nox"
else
	plot 2>"$dir/log/gnuplot" || say "bench: $(tail -n 1 "$dir/log/gnuplot")"
fi

# ---- The end

missed=$(grep -c ' missed$' "$dir/goals")
echo
echo "bench: $(wc -l <"$dir/goals") goals, $missed missed; $out/bench.json"
[ ! -s "$wrong" ] || { sed 's/^/WRONG: /' "$wrong"; exit 1; }
[ -z "$strict" ] || [ "$missed" = 0 ] || exit 3
exit 0
