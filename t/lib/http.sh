# SPDX-License-Identifier: MIT
# Requests and what came; what the OpenAPI document says of it.

# ---- Requests

# token USER: one that works.
token() {
	ctl token --user "$1" --ttl 600
}

# free_port: a TCP port that was free a moment ago.
free_port() {
	perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(
	    LocalAddr => "0.0.0.0", Listen => 1)->sockport'
}

# How curl gets to the shop, where it is not by nginx.
via=

# request METHOD TARGET [curl's arguments]: sets status, body, headers.
request() {
	method=$1
	target=$2
	shift 2
	if [ "$method" = HEAD ]; then
		set -- --head "$@"
	else
		set -- -X "$method" "$@"
	fi
	: >"$dir/body"
	status=$(curl -s --path-as-is --max-time 30 \
	    ${via:---unix-socket $dir/http.sock} \
	    -o "$dir/body" -D "$dir/headers" \
	    -w '%{http_code}' "$@" "http://shop$target")
	answer_record
	body=$(cat "$dir/body" 2>/dev/null)
	headers=$(tr -d '\r' <"$dir/headers" 2>/dev/null)
	# dash takes minutes to look for it in a long document.
	case $status$body in
	[45]*'"code":"'*)
		answer=${body#*'"code":"'}
		echo "$method $target $status ${answer%%'"'*}" ;;
	*)
		[ "$method" = HEAD ] || echo "$method $target $status -" ;;
	esac >>"$dir/answered"
}

# as USER: requests by `user METHOD TARGET ...` are this user's.
as() {
	bearer=$(token "$1")
}

user() {
	user_method=$1
	user_target=$2
	shift 2
	request "$user_method" "$user_target" \
	    -H "Authorization: Bearer $bearer" "$@"
}

# post TARGET BODY [curl's arguments]: JSON, as the user.
post() {
	post_target=$1
	post_body=$2
	shift 2
	user POST "$post_target" -H 'Content-Type: application/json' \
	    --data-binary "$post_body" "$@"
}

# order PRODUCT...: one of each.
order() {
	items=
	for product in "$@"; do
		items="$items${items:+,}{\"productId\": $product, \"quantity\": 1}"
	done
	post /v1/orders "{\"items\": [$items]}"
}

# promote USER: an admin from here on.
promote() { sql "UPDATE users SET role = 'admin' WHERE id = $1"; }

# header NAME: its value in the last response.
header() {
	printf '%s\n' "$headers" | sed -n "s/^$1: //Ip"
}

# json FILTER: of the last body, by jq; compact.
json() {
	printf '%s' "$body" | jq -c "$1" 2>/dev/null
}

# is_problem STATUS CODE TEXT: the last response is this problem, complete:
# an instance that leads to its page, and a detail that is not its title.
is_problem() {
	problem_id=$(header X-Request-Id)
	# By the shell alone, which is twenty times as quick as jq.
	problem_title=${body#*'"title":"'}
	problem_title=${problem_title%%'"'*}
	problem_detail=${body#*'"detail":"'}
	problem_detail=${problem_detail%%'"'*}
	got="$status $(header Content-Type) $body"
	case $got in
	"$1 application/problem+json {\"type\":\"/problems/$2\",\"title\":\"$problem_title\",\"status\":$1,\"code\":\"$2\",\"detail\":\"$problem_detail"*"\",\"requestId\":\"$problem_id\",\"instance\":\"/problems/$2#$problem_id\""*'}')
		if [ -n "$problem_id" ] && [ -n "$problem_title" ] &&
		    [ -n "$problem_detail" ] &&
		    [ "$problem_title" != "$problem_detail" ]
		then
			pass "$3"
			return
		fi ;;
	esac
	fail "$3"
	printf '# got:    %s\n# wanted: %s\n' "$got" "$1 $2"
}

# example NAME: an example of the OpenAPI document, as JSON.
openapi=$top_srcdir/nginx/html/openapi.yaml
example() {
	awk -v name="$1:" '
		/^  [a-z]/ { on = $1 == "examples:" }
		on && /^    [^ ]/ { here = $1 == name; next }
		on && here && sub(/^      value:/, "") { text = 1 }
		on && here && text' "$openapi"
}

# timeless: what differs each time has one name: ids and times.
timeless() {
	jq -c 'walk(if type == "object" then
	    (if has("requestId") then .requestId = "ID" else . end) |
	    (if has("instance") then .instance |= sub("#.*"; "#ID") else . end) |
	    (if has("id") then .id = 0 else . end) |
	    (if .orderId? then .orderId = 0 else . end)
	    elif type == "string" then
	    gsub("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}([.][0-9]{3})?Z"; "TIME")
	    else . end)'
}

# is_example NAME TEXT: the last response is that example, byte for byte but for ids
# and times.
is_example() {
	is "$(printf '%s' "$body" | timeless)" "$(example "$1" | timeless)" "$2"
}

# undocumented: the answers to `request` that the OpenAPI document lacks.
undocumented() {
	[ ! -s "$dir/answered" ] || sort -u "$dir/answered" |
	    awk -f "$top_srcdir/t/documented.awk" "$openapi" -
}

# raw FORMAT [HOW]: bytes as printf prints them, until nginx closes; sets
# status, body, headers and took_ms, when the last of the answer came.  HOW is
# half: nothing more will be sent, and nginx is told so; or once: not until it
# closes, but until the answer is whole.
raw() {
	printf "$1" | perl -MIO::Socket::UNIX -MTime::HiRes=time -e '
		alarm 20;
		$SIG{PIPE} = "IGNORE";
		my $from = time;
		my ($at, $all) = ($from, "");
		my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die "$!";
		{ local $/; print $s scalar <STDIN>; $s->flush }
		shutdown $s, 1 if $ARGV[1] eq "half";
		while (sysread $s, my $bytes, 65536) {
			$all .= $bytes;
			$at = time;
			last if $ARGV[1] eq "once" && $all =~
			    /^Content-Length: (\d+).*?\r\n\r\n(.*)/ims &&
			    length $2 >= $1;
		}
		print $all;
		$at = time if $at == $from;
		printf STDERR "%d\n", ($at - $from) * 1000;' \
	    "$dir/http.sock" "${2:-}" >"$dir/raw" 2>"$dir/took"
	took_ms=$(cat "$dir/took")
	raw_look "$dir/raw"
}

# raw_look FILE: the same of an answer's bytes.
raw_look() {
	tr -d '\r' <"$1" >"$dir/raw.lf"
	status=$(sed -n '1s/^HTTP[^ ]* \([0-9]*\) .*/\1/p' "$dir/raw.lf")
	headers=$(sed '/^$/q' "$dir/raw.lf")
	body=$(sed '1,/^$/d' "$dir/raw.lf")
}

# balance USER and stock PRODUCT, from the tables.
balance() { sql "SELECT balance FROM users WHERE id = $1"; }
stock() { sql "SELECT stock FROM products WHERE id = $1"; }

# tables: a digest of every row, to see that nothing changed.
tables() {
	sql 'SELECT * FROM users; SELECT * FROM products;
	    SELECT * FROM orders; SELECT * FROM order_items;
	    SELECT * FROM payments; SELECT * FROM points_ledger;
	    SELECT * FROM sales_marks; SELECT * FROM stock_movements;
	    SELECT * FROM cart_items; SELECT * FROM requests;
	    SELECT * FROM credentials; SELECT * FROM grants;
	    SELECT * FROM product_suffixes' |
	    sha256sum
}

# parallel N COMMAND...: N at once, each with its number in $n; waits for all.
parallel() {
	parallel_pids=
	parallel_max=$1
	shift
	n=0
	while [ $n -lt "$parallel_max" ]; do
		n=$((n + 1))
		(together=1; "$@") &
		parallel_pids="$parallel_pids $!"
	done
	wait $parallel_pids
}

# meet WAITING QUERY N COMMAND...: N at once.  The query's locks are held until so
# many of them wait for a row, with all earlier steps done; then all go on.
meet() {
	meet_waiting=$1
	hold 30 "$2"
	shift 2
	parallel "$@" &
	meet_pid=$!
	seen "$meet_waiting who wait for a row" lock_waits_are "$meet_waiting"
	let_go
	wait $meet_pid
}

# shot NAME METHOD TARGET [curl's arguments]: a request of many at once; its
# status, time (s), body and headers stay in $dir/shots/NAME.*.
shot() {
	mkdir -p "$dir/shots"
	shot_file=$dir/shots/$1
	shot_method=$2
	shot_target=$3
	shift 3
	rm -f "$shot_file.asked"
	[ -n "$via" ] ||
	    printf '%s ' "${rs}answer $shot_method $shot_target" >"$shot_file.asked"
	curl -s --path-as-is --max-time 30 \
	    ${via:---unix-socket $dir/http.sock} \
	    -o "$shot_file.body" -D "$shot_file.headers" \
	    -w '%{http_code} %{time_total}\n' -X "$shot_method" "$@" \
	    "http://shop$shot_target" >"$shot_file.new"
	cut -d ' ' -f 2 "$shot_file.new" >"$shot_file.time"
	cut -d ' ' -f 1 "$shot_file.new" >"$shot_file.status"
	rm -f "$shot_file.new"
}

# shot_post NAME TARGET BODY [curl's arguments]: JSON, as the user.
shot_post() {
	shot_name=$1
	shot_target=$2
	shot_body=$3
	shift 3
	shot "$shot_name" POST "$shot_target" \
	    -H "Authorization: Bearer $bearer" \
	    -H 'Content-Type: application/json' --data-binary "$shot_body" "$@"
}

# shot_look NAME: status, body, headers and seconds are this shot's.
shot_look() {
	status=$(cat "$dir/shots/$1.status")
	seconds=$(cat "$dir/shots/$1.time")
	body=$(cat "$dir/shots/$1.body" 2>/dev/null)
	headers=$(tr -d '\r' <"$dir/shots/$1.headers" 2>/dev/null)
}

# shots: what all of them were answered, "7 201, 3 409"; forgets them.
shots() {
	shots_record
	cat "$dir"/shots/*.status | sort | uniq -c |
	    awk '{ printf "%s%s %s", (NR > 1 ? ", " : ""), $1, $2 }'
	rm -rf "$dir/shots"
}
