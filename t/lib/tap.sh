# SPDX-License-Identifier: MIT
# Rows and the plan; waiting for what happens.

# ---- TAP

# seen WHAT COMMAND...: a fault that a test injects is there before anything is
# asked that depends on it; a row about a fault that isn't would prove nothing.
seen() {
	seen_what=$1
	shift
	eventually 10 "$@" || bail "the fault is not there: $seen_what"
}

# ok TEXT: what ran just before succeeded.
ok() {
	if [ $? -eq 0 ]; then pass "$1"; else fail "$1"; fi
}

pass() {
	tap_count=$((tap_count + 1))
	printf 'ok %s - %s\n' "$tap_count" "$1"
}

fail() {
	tap_count=$((tap_count + 1))
	tap_failures=$((tap_failures + 1))
	printf 'not ok %s - %s\n' "$tap_count" "$1"
}

# is GOT WANTED TEXT
is() {
	if [ "$1" = "$2" ]; then
		pass "$3"
	else
		fail "$3"
		printf '# got:    %s\n# wanted: %s\n' "$1" "$2"
	fi
}

# like GOT PATTERN TEXT: an extended regular expression.
like() {
	if printf '%s\n' "$1" | grep -Eq -- "$2"; then
		pass "$3"
	else
		fail "$3"
		printf '# got:     %s\n# pattern: %s\n' "$1" "$2"
	fi
}

unlike() {
	if printf '%s\n' "$1" | grep -Eq -- "$2"; then
		fail "$3"
		printf '# got:        %s\n# never like: %s\n' "$1" "$2"
	else
		pass "$3"
	fi
}

skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

# any_build: what no flag of the build changes is looked at once, without sanitizers.
any_build() {
	! grep -q 'BUILD_CFLAGS.*fsanitize' "$top_builddir/Makefile" ||
	    skip_all 'a build with sanitizers'
}

bail() {
	echo "Bail out! $1"
	exit 1
}

# finish: the last line of each script.
finish() {
	if [ -S "$db_sock" ] && sql 'SELECT 1' >/dev/null 2>&1; then
		is "$(invariants)" '' 'money and stock are conserved'
	fi
	is "$(undocumented)" '' 'each answer is one that the document has'
	answers_leave
	pool_stop
	is "$(grep -hE 'AddressSanitizer|LeakSanitizer|runtime error:|Assertion' \
	    "$dir"/log/*.log 2>/dev/null)" '' \
	    'no sanitizer and no assertion spoke up'
	echo "1..$tap_count"
	exit 0
}

# ---- Waiting

# eventually SECONDS COMMAND...: until it succeeds; false if it never does.
eventually() {
	tries=$(($1 * 50))
	shift
	while ! "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.02
	done
}

alive() {
	[ -n "$1" ] && kill -0 "$1" 2>/dev/null
}

gone() {
	! alive "$1"
}

# running COMMAND: the processes whose command line begins so.
running() {
	for process in /proc/[0-9]*; do
		case $(tr '\0' ' ' 2>/dev/null <"$process/cmdline") in
		"$1"*) echo "${process#/proc/}" ;;
		esac
	done 2>/dev/null
}

# stands_still PID: SIGSTOP has stopped each of its threads.
stands_still() {
	! grep -L '^State:[[:space:]]*T' "/proc/$1/task/"*/status | grep -q .
}

pid_in() {
	cat "$1" 2>/dev/null
}

# stop_pid SIGNAL PID: and wait until it is gone.
stop_pid() {
	alive "${2:-}" || return 0
	kill -CONT "$2" 2>/dev/null
	kill "-$1" "$2" 2>/dev/null
	eventually 15 gone "$2" || kill -KILL "$2" 2>/dev/null
}
