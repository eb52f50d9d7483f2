# SPDX-License-Identifier: MIT
# Failing the n-th call of a library, for every n.  A script defines
#	flow WHAT KEY	one request
#	ready WHAT	what it needs to be there, made without a fault
#	is_write WHAT	does it change something?
#	is_keyed WHAT	so that it succeeds when it is repeated?

# torture_start: a shop with one worker, whose calls fail as $SHOP_FAULT_FILE says.
torture_start() {
	one_pool
	[ -x "$top_builddir/t/faulty.fcgi" ] ||
	    skip_all 'built with --disable-faults'
	workers=1
	conf worker_path "$top_builddir/t/faulty.fcgi"
	conf workers 1
	SHOP_FAULT_FILE=$dir/fault
	export SHOP_FAULT_FILE
	echo 'none 0' >"$SHOP_FAULT_FILE"
	done_of=
	shop_start
}

torture_fired() {
	[ "$(cat "$SHOP_FAULT_FILE.fired")" = yes ]
}

# An answer: a success, or a problem of ours that may come of a fault.
torture_answered() {
	case $status:$body in
	20[014]:*) return 0 ;;
	50[03]:*"\"status\":$status,"*) return 0 ;;
	*) return 1 ;;
	esac
}

# torture_settled WHAT: the repetition was answered by a success, or by a refusal that
# only comes where the first one took effect.
torture_settled() {
	case $status:$body in
	20[014]:*) return 0 ;;
	409:*'"code":"email_taken"'* | 401:*'"code":"invalid_token"'* | \
	    401:*'"code":"unknown_user"'*)
		! is_keyed "$1" ;;
	*) return 1 ;;
	esac
}

# torture_deaths: how many workers have died.
torture_deaths() {
	grep -c 'event=worker-exit .*signal=' "$dir/log/shopd.log"
}

# try WHAT KIND: fail its 1st, 2nd, ... call.
try() {
	n=0
	bad=
	undone=
	while n=$((n + 1)); [ $n -lt 2000 ]; do
		key=$1-$2-$n
		# What the flow before was too short for still waits.
		echo 'none 0' >"$SHOP_FAULT_FILE"
		ready "$1"
		echo "$2 $n" >"$SHOP_FAULT_FILE"
		deaths=$(torture_deaths)
		flow "$1" "$key"
		# Oracle's library uses memory that it did not get, and dies.  nginx
		# asks another worker then, which may find a write without a key done.
		torture_answered || { [ "$mysql$2" = 1memory ] &&
		    [ "$(torture_deaths)" -gt "$deaths" ] &&
		    torture_settled "$1"; } || bad="$bad $n:$status"
		torture_fired || break
		echo 'none 0' >"$SHOP_FAULT_FILE"
		first=$status
		if is_write "$1"; then
			# Whatever became of it, now it has been done, once.
			flow "$1" "$key"
			torture_settled "$1" || undone="$undone $n:$first,$status"
		fi
	done
	is "$bad" '' "$1: with any of its $((n - 1)) $2 calls failing it answers"
	[ $n -gt 1 ]
	ok "$1: there was a $2 call to fail"
	if is_write "$1"; then
		is "$undone" '' "$1: and repeating it settles it"
	fi
	# The last of them, whose n-th call did not exist, was done as well.
	done_of="$done_of $1 $n"
}
