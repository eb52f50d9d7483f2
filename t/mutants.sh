#!/bin/sh
# SPDX-License-Identifier: MIT
# make check-mutants: is a test a test?  Builds Shop with one guard removed,
# for each guard, and wants at least one of the named tests to turn red.
#
#	t/mutants.sh [NAME...]	from a build directory, as make does
set -u
top_srcdir=$(cd "${top_srcdir:-.}" && pwd)
work=$(mktemp -d /tmp/shop-mutants.XXXXXX)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
wanted=" $* "
count=0
failures=0

result() {
	count=$((count + 1))
	[ "$1" = ok ] || failures=$((failures + 1))
	echo "$1 $count - $2"
}

# turns_red TEST: the mutant's run of it.
turns_red() {
	top_srcdir=$work/src top_builddir=$work/build \
	    sh "$work/src/t/$1" >"$work/log" 2>&1
	[ $? -ne 0 ] || grep -q '^not ok' "$work/log"
}

# mutant NAME FILE PERL TESTS: the perl takes the guard out of the file.
mutant() {
	name=$1
	file=$2
	perl=$3
	tests=$4
	[ "$wanted" = "  " ] || case $wanted in
	*" $name "*) ;;
	*) return ;;
	esac
	rm -rf "$work/src" "$work/build"
	mkdir "$work/src" "$work/build"
	# All of it, but for what was made in it.
	(cd "$top_srcdir" && tar -cf - --exclude=./.git --exclude=./var \
	    --exclude='./build*' --exclude=node_modules --exclude=./config.status \
	    --exclude='*.[oa]' .
	    tar -cf - ./build-aux) | tar -C "$work/src" -ixf -
	perl -0pi -e "$perl" "$work/src/$file"
	if cmp -s "$work/src/$file" "$top_srcdir/$file"; then
		result 'not ok' "$name: its guard is no longer in $file"
		return
	fi
	if ! (cd "$work/build" && ../src/configure -q && make -s -j2 all &&
	    make -s -j2 check TESTS=) >"$work/log" 2>&1; then
		result 'not ok' "$name: can't be built"
		tail -n 5 "$work/log" | sed 's/^/# /'
		return
	fi
	for test in $tests; do
		if turns_red "$test"; then
			result ok "$name: $test turns red"
			grep '^not ok' "$work/log" | head -n 3 | sed 's/^/# /'
			rm -rf /tmp/shop-t.*/mutant
			return
		fi
	done
	result 'not ok' "$name: lives, although $tests ran"
}

mutant no-key src/web/idem.c \
    's/(memcpy\(id, digest, IDEM_BYTES\);)/{ $1 if (crypto_random(id, 8) != E_OK) return E_INTERNAL; }/' \
    '3030-idempotency.t'
mutant no-former-key src/shop/attempt.c \
    's/if \(!idem->has_former\)/if (idem != NULL)/' \
    '3030-idempotency.t'
mutant blind-update schema/routines/order_buy.sql \
    's/ AND stock >= v_quantity//' \
    '7010-last-piece.t'
mutant blind-update-of-many schema/routines/order_buy.sql \
    's/\n +AND p\.stock >= CAST\([^;]*;/;/' \
    '7010-last-piece.t'
mutant no-mark schema/routines/order_buy.sql \
    's/ *CALL sales_mark\(p_lines, v_hour\);\n//' \
    '3010-orders.t'
mutant blind-hour schema/routines/order_buy.sql \
    's/ AND hour = v_hour//' \
    '3010-orders.t'
mutant blind-hour-of-many schema/routines/order_buy.sql \
    's/ AND p\.hour = v_hour//' \
    '3010-orders.t'
mutant callers-definer src/ops/schema.c \
    's/DEFINER = %s%s/%.0s%s/' \
    '9010-who-writes.t'
mutant account-believed src/ops/grant.c \
    's/if \(g->has_entry \|\| take\)/if (true)/; s/right != NULL && !take/false/' \
    '9011-accounts.t'
mutant clock-only-on schema/routines/order_buy.sql \
    's/v_now < v_newest OR //' \
    '4030-clock.t'
mutant step-not-noted schema/routines/sales_mark.sql \
    's/IF\(v_hour > p_hour, /IF(false, /' \
    '4030-clock.t'
mutant ahead-believed src/shop/sql.def \
    's/WHERE hour > w\.now/WHERE false/' \
    '4030-clock.t'
mutant any-path-for-nginx src/ops/site_option.c \
    's/strchr\([^,]*, \*text\) != NULL/false/' \
    '0045-site.t'
mutant another-site-believed src/ops/doctor_nginx.c \
    's/return f\.n == 0 \|\|/return true ||/' \
    '0040-doctor.t'
mutant archive-of-today src/ops/archive.c \
    's/d\.latest FROM/UTC_DATE() FROM/' \
    '0038-archive.t'
mutant archive-by-dates schema/routines/archive_begin.sql \
    's/\(SELECT id FROM points_ledger WHERE created_at >= p_before\s+ORDER BY id LIMIT 1\) - 1/(SELECT MAX(id) FROM points_ledger WHERE created_at < p_before)/' \
    '0038-archive.t'
mutant archive-of-faults schema/routines/archive_ledger.sql \
    's/IF v_wrong IS NOT NULL/IF FALSE/' \
    '0038-archive.t'
mutant archive-reads-all-marks schema/routines/archive_fill.sql \
    's/FORCE INDEX \(sales_marks_product\)/FORCE INDEX (PRIMARY)/' \
    '0038-archive.t'
mutant archive-forgets-grants schema/routines/archive_ledger.sql \
    's/UPDATE points_ledger l STRAIGHT_JOIN grants.*?;//s' \
    '0038-archive.t'
mutant archive-of-ends-of-today schema/routines/archive_settled.sql \
    's/cancelled_at < p_before OR fulfilled_at < p_before/status <> "paid"/' \
    '0038-archive.t'
mutant archive-of-steps schema/routines/archive_marks.sql \
    's/GREATEST\(stepped_from, v_stepped\)/stepped_from/; s/v_hour, v_stepped\)/v_hour, 19700101)/' \
    '0038-archive.t'
mutant archived-and-cancelled schema/routines/do_order_cancel.sql \
    's/IF v_status IS NULL THEN/IF FALSE THEN/' \
    '0038-archive.t'
mutant archive-uncounted schema/invariants.sql \
    's/OR a\.checksum <> COALESCE\(t\.checksum, 0\)//' \
    '0038-archive.t'
mutant replay-before-flush schema/routines/request_begin.sql \
    's/CALL await_durable\(\);/DO 0;/' \
    '6042-undurable.t'
mutant open-not-awaited src/ops/audit_mark.c \
    's/return wait_for_open\(ctx, list, open, why\);/return E_OK;/; s/^static enum err\nwait_for_open/MUST_CHECK enum err wait_for_open(struct ctx *, const char *, const char **, const char **);\nenum err\nwait_for_open/m' \
    '0036-audit-mark.t'
mutant ready-at-once src/run/pool.c \
    's/!p->announced && generation_is_ready\(p->serving\)/!p->announced/' \
    '8071-notify.t'
mutant variables-for-workers src/run/notify.c \
    's/unsetenv\("NOTIFY_SOCKET"\);//' \
    '8071-notify.t'
mutant roll-has-no-result src/ops/cmd_roll.c \
    's/== ROLL_DONE/!= ROLL_NO_POOL/' \
    '8071-notify.t'
mutant handed-and-closed src/run/queues.c \
    's/q->fd\[i\] = fd;/q->fd[i] = fd; q->can_hide[i] = true; ownfile_note(&q->socket[i], listen_path(setting(c, i)));/' \
    '8071-notify.t'
mutant handed-anywhere src/run/handed.c \
    's/if \(is_at\(&a, text\)\)/if (is_at(&a, text) || true)/' \
    '8071-notify.t'
mutant off-sale-for-all src/web/h_products.c \
    's/\n\t\.is_admins = is_off_sale_list,//' \
    '1050-off-sale.t'
mutant no-rollback src/io/db.c \
    's/mysql_rollback\(db->conn\) == 0\)\n\t\t\treturn;/true)\n\t\t\treturn;/' \
    '3040-retries.t 6050-freeze.t'
mutant retry-without-key src/shop/attempt.c \
    's/(\*a->number = ctx->trace\.attempts;)/$1\n\t\tif (ctx->trace.attempts > 1)\n\t\t\t((unsigned char *)(uintptr_t)a->arg[1].bytes)[0]++;/' \
    '6200-faults.t 6040-commit-kill.t'
mutant writer-not-asked src/io/db_connect.c \
    's/: db_has_choice\(db\) \? db_session_writer/: false ? db_session_writer/' \
    '6610-two-databases.t'
mutant writer-not-watched src/io/db_connect.c \
    's/ \|\|\n\t    \(db_list_check_due\([^)]*\) &&\n\t    !is_still_fit\(db\)\)\)/)/' \
    '6610-two-databases.t'
mutant no-way-back src/io/db_connect.c \
    's/db->place != db->first && db_list_look_due/false \&\& db_list_look_due/' \
    '6610-two-databases.t'
mutant all-back-at-once src/io/db_list.h \
    's/(DB_LIST_LOOK_MS\t\t)250/${1}0/' \
    '6610-two-databases.t'
mutant slow-one-again src/io/db.c \
    's/\n\t\tdb->slow = db->place;/\n\t\treturn;/' \
    '6620-lost-database.t'
mutant balance-anywhere src/shop/sql.def \
    's/SQL\(BALANCE, READ/SQL(BALANCE, ANYWHERE/' \
    '0010-sources.t 6640-replica.t'
mutant however-far-behind src/io/db_list.c \
    's/bool near = behind <= lag_ms;/bool near = true;/' \
    '6640-replica.t'
mutant unknown-is-failure src/io/db_err.def \
    's/(DB_ERR\(20(06|13|55), CONN_LOST, )COMMIT_UNKNOWN/$1RESOURCE/g' \
    '6350-server-ends.t'
mutant cache-trusted src/web/seal.c \
    's/ \|\|\n\t    again_len != len \|\| memcmp\(again, value, len\) != 0//' \
    '4010-ranking.t 6060-memcached.t'
mutant unguarded-balance schema/routines/order_buy.sql \
    's/ AND balance >= v_total//' \
    '7010-last-piece.t 6080-locks.t'
mutant no-deadline src/shop/attempt.c \
    's/ctx->trace\.attempts >= ATTEMPTS_MAX/false/; s/\(!unknown && !may_spend\(ctx\)\)/false/' \
    '3040-retries.t'

# A key of a write that leaves no row in the ledger, and its user.
mutant key-not-found schema/routines/request_begin.sql \
    's/ AND idem = p_idem;/ AND FALSE;/' \
    '3060-order-cancel.t'
mutant key-for-any-body schema/routines/request_begin.sql \
    's/v_fingerprint = p_fingerprint/v_fingerprint IS NOT NULL/' \
    '3110-cart.t'
mutant key-not-waited-for schema/routines/request_begin.sql \
    's/IF p_wait > 0 AND /IF FALSE AND /' \
    '7030-cancels.t'
mutant key-never-let-go schema/routines/request_end.sql \
    's/DO RELEASE_ALL_LOCKS\(\);/DO 0;/' \
    '7030-cancels.t'
mutant refusal-lets-no-key-go schema/routines/request_begin.sql \
    's/DO RELEASE_ALL_LOCKS\(\);/DO 0;/' \
    '7030-cancels.t'
mutant users-meet schema/routines/request_begin.sql \
    's/(FROM users WHERE id = p_user) FOR UPDATE/$1/' \
    '3110-cart.t 7031-checkouts.t'
mutant closed-user-writes schema/routines/request_begin.sql \
    's/ +WHEN v_status IS NULL OR v_status <> .active. THEN .unknown_user.\n//' \
    '3110-cart.t'
mutant revoked-token-writes schema/routines/request_begin.sql \
    's/ +WHEN v_from > p_issued THEN .invalid_token.\n//' \
    '7032-ends.t'

# Orders, cancelled and fulfilled.
mutant revoked-token-orders schema/routines/order_buy.sql \
    's/ AND tokens_from <= p_issued//' \
    '7032-ends.t'
mutant orders-lock-all schema/routines/order_buy.sql \
    's/ FORCE INDEX \(PRIMARY\)//g' \
    '7010-last-piece.t'
mutant cancels-anybodys schema/routines/do_order_cancel.sql \
    's/ OR \(v_owner <> p_user AND v_role <> .admin.\)//' \
    '3060-order-cancel.t'
mutant cancels-twice schema/routines/do_order_cancel.sql \
    's/IF v_status = .paid. THEN/IF TRUE THEN/' \
    '3060-order-cancel.t'
mutant cancels-fulfilled schema/routines/do_order_cancel.sql \
    's/IF v_status = .fulfilled. THEN/IF FALSE THEN/' \
    '3060-order-cancel.t'
mutant cancel-meets-fulfil schema/routines/do_order_cancel.sql \
    's/(FROM orders WHERE id = p_order) FOR UPDATE/$1/' \
    '7030-cancels.t'
mutant owner-after-order schema/routines/do_order_cancel.sql \
    's/ +SELECT id INTO v_owner FROM users WHERE id = v_owner FOR UPDATE;\n//' \
    '7030-cancels.t'
mutant stock-stays-sold schema/routines/do_order_cancel.sql \
    's/ +CALL sales_undo\(p_order\);\n//' \
    '3060-order-cancel.t'
mutant undo-unlocked schema/routines/sales_undo.sql \
    's/(FROM products WHERE id = v_product) FOR UPDATE/$1/' \
    '7030-cancels.t'
mutant undo-of-one-mark schema/routines/sales_undo.sql \
    's/ AND id > v_mark;/ AND FALSE;/' \
    '3060-order-cancel.t'
mutant fulfils-cancelled schema/routines/do_order_fulfil.sql \
    's/WHEN v_status = .cancelled. THEN .order_not_fulfillable. //' \
    '3060-order-cancel.t'
mutant fulfil-meets-cancel schema/routines/do_order_fulfil.sql \
    's/(FROM orders WHERE id = p_order) FOR UPDATE/$1/' \
    '7030-cancels.t'

# The operator, by shopctl.
mutant anybody-is-operator schema/routines/request_begin.sql \
    's/p_role = .operator. THEN/p_role IS NOT NULL THEN/' \
    '0350-day-two.t'
mutant worker-is-operator schema/routines/do_order_cancel.sql \
    's/^--$/-- grant: worker/m' \
    '0350-day-two.t'
mutant terminal-obeys src/ops/show.c \
    's/\t\{ 0x2028, 0x202e \},.*\n//' \
    '0350-day-two.t'
mutant operator-meets-edit src/ops/cmd_product.c \
    's/(#define CHANGE_TRIES) 5/$1 1/' \
    '0350-day-two.t'

# Carts.
mutant cart-over-stock schema/routines/cart_change.sql \
    's/v_requested > v_stock/FALSE/' \
    '3110-cart.t'
mutant cart-without-end schema/routines/cart_change.sql \
    's/v_has = 0 AND v_lines >= 100/FALSE/' \
    '3110-cart.t'
mutant cart-of-too-many schema/routines/cart_change.sql \
    's/v_requested > 1000/FALSE/' \
    '3110-cart.t'
mutant cart-too-dear schema/routines/cart_change.sql \
    's/IF v_total \+ [^;]*? > 9007199254740991 THEN/IF FALSE THEN/' \
    '3110-cart.t'
mutant cart-off-sale schema/routines/cart_change.sql \
    's/WHERE id = p_product AND on_sale/WHERE id = p_product/' \
    '3110-cart.t'
mutant takes-more-than-there-is schema/routines/cart_change.sql \
    's/v_has < p_quantity/FALSE/' \
    '3110-cart.t'
mutant cart-moves-at-checkout schema/routines/cart_lines.sql \
    's/ FOR UPDATE//' \
    '7031-checkouts.t'
mutant cart-stays schema/routines/order_buy.sql \
    's/DELETE FROM cart_items WHERE user_id = p_user;/DO 0;/' \
    '3120-checkout.t'
mutant any-total schema/routines/order_buy.sql \
    's/ OR \(p_total > 0 AND p_total <> v_total\)//' \
    '3120-checkout.t'

# Charges that were paid for.
mutant grant-again schema/routines/charge_granted.sql \
    's/WHERE jti = CAST\(p_jti AS BINARY\)/WHERE FALSE/' \
    '5320-grants.t'
mutant grant-of-another schema/routines/charge_granted.sql \
    's/v_user = p_user AND v_amount = p_amount/v_user IS NOT NULL/' \
    '5320-grants.t'
mutant grant-expired schema/routines/charge_granted.sql \
    's/ OR p_expired//' \
    '5320-grants.t'
mutant grant-by-used-key schema/routines/charge_granted.sql \
    's/ +WHEN v_used > 0 THEN .idempotency_key_reused.\n//' \
    '5320-grants.t'
mutant grant-without-room schema/routines/charge_granted.sql \
    's/v_balance > 9007199254740991 - p_amount/FALSE/' \
    '5320-grants.t'
mutant grant-of-closed-user schema/routines/charge_granted.sql \
    's/ OR v_status <> .active.//' \
    '5320-grants.t'
mutant grant-by-revoked-token schema/routines/charge_granted.sql \
    's/ +WHEN v_from > p_issued THEN .invalid_token.\n//' \
    '5320-grants.t'

# Passwords, tokens, accounts.
mutant guesses-without-end schema/routines/password_begin.sql \
    's/IF v_tenth \+ 900000 > v_now THEN/IF FALSE THEN/' \
    '5310-accounts.t'
mutant guess-not-noted schema/routines/password_begin.sql \
    's/SET times = LEFT\([^;]*WHERE/SET times = times WHERE/' \
    '5310-accounts.t'
mutant success-counts schema/routines/password_end.sql \
    's/SET times = REPLACE\([^;]*WHERE/SET times = times WHERE/' \
    '5310-accounts.t'
mutant log-in-by-old-password schema/routines/password_end.sql \
    's/\n +AND c\.hash = CAST\(p_hash AS BINARY\)//' \
    '7032-ends.t'
mutant log-in-revoked schema/routines/password_end.sql \
    's/GREATEST\(u\.tokens_from,\s+(TIMESTAMPDIFF\(.*?\) DIV 1000)\)/$1/s' \
    '7032-ends.t'
mutant revokes-nothing schema/routines/tokens_revoke.sql \
    's/SET tokens_from = 1 \+/SET tokens_from = 0 */' \
    '5310-accounts.t'
mutant revokes-twice schema/routines/tokens_revoke.sql \
    's/ELSEIF p_attempt <= 1 THEN/ELSEIF FALSE THEN/' \
    '5310-accounts.t'
mutant revokes-at-once schema/routines/tokens_revoke.sql \
    's/ FOR UPDATE//' \
    '7032-ends.t'
mutant revokes-for-closed schema/routines/tokens_revoke.sql \
    's/ OR v_status <> .active.//' \
    '7032-ends.t'
mutant change-by-revoked-token schema/routines/account_change.sql \
    's/ +WHEN v_from > p_issued THEN .invalid_token.\n//' \
    '7032-ends.t'
mutant old-tokens-stay schema/routines/account_change.sql \
    's/IF\(p_hash = .., tokens_from,/IF(TRUE, tokens_from,/' \
    '5310-accounts.t'
mutant close-by-revoked-token schema/routines/account_close.sql \
    's/ +WHEN v_from > p_issued THEN .invalid_token.\n//' \
    '7032-ends.t'
mutant closes-at-once schema/routines/account_close.sql \
    's/ FOR UPDATE//' \
    '7032-ends.t'
mutant password-outlives-account schema/routines/account_erase.sql \
    's/DELETE FROM credentials WHERE user_id = p_user;/DO 0;/' \
    '5310-accounts.t'
mutant address-of-another schema/routines/account_open.sql \
    's/\n +AND c\.hash = CAST\(p_hash AS BINARY\)//' \
    '5310-accounts.t'
mutant counts-end-with-worker src/run/metrics.c \
    's/\n\tctx->count->retry_tenths/\n\tmemset(ctx->count, 0, sizeof *ctx->count);\n\tctx->count->retry_tenths/' \
    '8120-metrics.t'
mutant counts-in-anothers-place src/run/metrics.c \
    's/board->counters != metrics_digest\(\)/board->counters == 1/' \
    '8120-metrics.t'
mutant metrics-for-all src/base/address.c \
    's/return client != NULL && \(strcmp/return client != NULL || (strcmp/' \
    '8120-metrics.t'

echo "1..$count"
[ $failures -eq 0 ]
