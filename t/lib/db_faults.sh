# SPDX-License-Identifier: MIT
# Slow disks, full disks, clocks that are set: faults of the database.

# ---- What can befall the database

# slow_fsync_make: before shop_start; as long as the file $slow_flag exists
# the database's disk takes its time.
slow_fsync_make() {
	slow_flag=$dir/slow
	${CC:-cc} -shared -fPIC -O -o "$dir/slow_fsync.so" \
	    "$top_srcdir/t/slow_fsync.c" || bail 'no slow_fsync.so'
	db_env="LD_PRELOAD=$dir/slow_fsync.so SLOW_FSYNC_FLAG=$slow_flag"
}

# slow_is_seen: a flush has been slow since slow_begin.
slow_begin() {
	rm -f "$slow_flag.seen"
	: >"$slow_flag"
}
slow_end() { rm -f "$slow_flag"; }
slow_is_seen() { [ -e "$slow_flag.seen" ]; }

# clock_make: before shop_start; the database's clock can be stepped.
clock_make() {
	clock_file=$dir/step
	echo 0 >"$clock_file"
	${CC:-cc} -D_GNU_SOURCE -shared -fPIC -O -o "$dir/step_clock.so" \
	    "$top_srcdir/t/step_clock.c" -ldl || bail 'no step_clock.so'
	db_env="LD_PRELOAD=$dir/step_clock.so STEP_CLOCK_FILE=$clock_file"
}

# clock_step SECONDS: it is off by so much from now on, and is seen to be.
clock_step() {
	echo "$1" >"$clock_file.new"
	mv "$clock_file.new" "$clock_file"
	clock_off=$(($(sql 'SELECT UNIX_TIMESTAMP()') - $(date +%s) - $1))
	[ $clock_off -ge -3 ] && [ $clock_off -le 3 ] ||
	    bail "the clock can't be stepped: it is off by $clock_off s"
}

# db_on_disk MIB: before shop_start; the database gets a small disk of its own,
# $dir/disk.  False where that can't be had.
db_on_disk() {
	[ -n "$as_root" ] && command -v mkfs.ext4 >/dev/null || return 1
	programs_need
	# Made where there is room for it.
	template_need
	truncate -s "$1M" "$dir/disk.img" &&
	    mkfs.ext4 -q -m 0 "$dir/disk.img" && mkdir "$dir/disk" &&
	    mount -o loop "$dir/disk.img" "$dir/disk" 2>/dev/null || return 1
	mounted=$dir/disk
	mkdir "$dir/disk/data"
	ln -s disk/data "$dir/data"
}

# disk_fill, disk_free: not a byte is left on it, and then there is.
disk_fill() {
	fallocate -l "$(($(stat -f -c '%a * %S' "$dir/disk")))" \
	    "$dir/disk/fill" 2>/dev/null
	cat /dev/zero >>"$dir/disk/fill" 2>/dev/null
	seen 'a full disk' disk_is_full
}
disk_is_full() {
	! head -c 65536 /dev/zero 2>/dev/null >"$dir/disk/probe"
	full=$?
	rm -f "$dir/disk/probe"
	return $full
}
disk_free() { rm -f "$dir/disk/fill"; }

# db_gave_up: MariaDB does when a rollback finds no room on its disk; it takes
# its time over it.
fatals() { grep -c '\[FATAL\]' "$dir/log/db.err"; }
db_gave_up() {
	gone "$db_pid" || [ "$(fatals)" != "${fatals_before:-0}" ]
}

# db_supervise: whoever watches over it starts it again.
db_supervise() {
	sleep 0.5
	db_gave_up || return 0
	fatals_before=$(fatals)
	eventually 20 gone "$db_pid"
	echo "# MariaDB gave up: $(grep -o 'FATAL.*' "$dir/log/db.err" |
	    tail -n 1)"
	db_start
}

# nothing_open: no transaction is open.  InnoDB tells what it told before to
# whoever asks again within 0.1 s.
nothing_open() {
	sleep 0.15
	[ "$(sql 'SELECT COUNT(*) FROM information_schema.innodb_trx')" = 0 ]
}

# few_connections: the workers have one each, at most.
few_connections() {
	[ "$(sql "SELECT COUNT(*) FROM information_schema.processlist
	    WHERE user = 'shop_worker'")" -le "$(pool_size)" ]
}
