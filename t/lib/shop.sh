# SPDX-License-Identifier: MIT
# All of it together, and the end of it.

# ---- The whole shop

programs_need() {
	for program in $dbd ${db_client%% *} memcached nginx curl jq; do
		command -v $program >/dev/null || skip_all "no $program"
	done
}

# shop_db: only the database, with schema and seed.
shop_db() {
	programs_need
	template_need
	mkdir -p "$dir/data"
	cp -a "$template/data/." "$dir/data/"
	db_start
	# The template's workers' password was another's.
	ctl migrate --take-account >/dev/null || bail 'migrate failed'
	shop_id=$(ctl id) || bail 'no id'
}

shop_start() {
	shop_db
	mc_start
	pool_start
	nginx_start
}

shop_stop() {
	kill -CONT ${db_pid:-} ${mc_pid:-} 2>/dev/null
	stop_pid KILL "${proxy_pid:-}"
	stop_pid QUIT "${nginx_pid:-}"
	stop_pid TERM "${pool_pid:-}"
	stop_pid KILL "${mc_pid:-}"
	stop_pid KILL "${db_pid:-}"
}

cleanup() {
	code=$?
	trap '' INT TERM
	shop_stop >/dev/null 2>&1
	[ -z "$mounted" ] || umount "$mounted"
	if [ $tap_failures -eq 0 ] && [ $code -eq 0 ]; then
		rm -rf "$dir"
	else
		echo "# everything is kept in $dir"
	fi
	exit $code
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
