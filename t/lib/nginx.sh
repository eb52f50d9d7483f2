# SPDX-License-Identifier: MIT
# nginx in front of it.

# ---- nginx

# nginx_site [OPTION...]: prints the site, as shop.conf and the variables have it;
# with its limits as they are shipped where $limits says shipped.
nginx_site() {
	if [ "${limits:-}" != shipped ]; then
		# All of a test's clients have one address.
		set -- --limit-reads $unlimited --limit-writes $unlimited \
		    --limit-logins $unlimited "$@"
	fi
	env ${upstream:+"SHOP_LISTEN=$upstream" SHOP_LISTEN_READ=} \
	    "$top_builddir/shopctl" --config "$dir/shop.conf" site \
	    --listen "${listen:-unix:$dir/http.sock}" \
	    --html-dir "$top_builddir/html" \
	    --access-log "$dir/log/access.log" "$@"
}
unlimited=1000000,1000000,65535

# nginx_conf [OPTION...]: that, in $dir/nginx, and the nginx.conf that has it.
nginx_conf() {
	mkdir -p "$dir/nginx"
	nginx_site "$@" >"$dir/nginx/shop.conf" &&
	    ctl site --main "$dir" >"$dir/nginx/nginx.conf" ||
	    bail 'shopctl site failed'
	[ -z "${nginx_also:-}" ] || echo "$nginx_also" >>"$dir/nginx/shop.conf"
}

# nginx_start [OPTION...]; nginx_run with the files that are there.
nginx_start() {
	nginx_conf "$@"
	nginx_run
}
nginx_run() {
	nginx -p "$dir" -c "$dir/nginx/nginx.conf" -e "$dir/log/nginx.err" \
	    -g 'daemon off;' 2>"$dir/log/nginx.out" &
	nginx_pid=$!
	eventually 10 [ -S "$dir/http.sock" ] ||
	    bail "nginx: $(cat "$dir/log/nginx.out")"
}

nginx_stop() { stop_pid QUIT "${nginx_pid:-}"; rm -f "$dir/http.sock"; }
