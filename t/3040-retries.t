#!/bin/sh
# SPDX-License-Identifier: MIT
# Transient failures: locks that others hold, a payment service that fails.
. "${top_srcdir:-.}/t/lib.sh"

order_1='{"items": [{"productId": 1, "quantity": 1}]}'
order_2='{"items": [{"productId": 2, "quantity": 1}]}'

# log_of ID: the log line of this request, written after its answer.
log_of() {
	eventually 5 grep -q "event=request id=$1 " "$dir/log/shopd.log"
	grep "event=request id=$1 " "$dir/log/shopd.log"
}

# open_is N TEXT: so many transactions are open.  InnoDB tells what it told
# before to whoever asks again within 0.1 s.
open_is() {
	for again in 1 2 3 4 5 6 7 8 9 10; do
		sleep 0.15
		open=$(sql 'SELECT COUNT(*) FROM information_schema.innodb_trx')
		[ "$open" != "$1" ] || break
	done
	is "$open" "$1" "$2"
}

nothing_open() { open_is 0 "no transaction is left open: $1"; }

# lock_waits STATEMENT: how many of them were waiting for too long.
lock_waits() {
	grep -c "event=db_error id=[^ ]* statement=$1 number=1205" "$dir/log/shopd.log"
}

# answer_of NAME: the shot's, told with its code.
answer_of() {
	shot_look "$1"
	is_problem "$2" "$3" "$4"
	is "$(header Retry-After)" 1 "with Retry-After: $4"
}

# within FROM TO TEXT: the shot looked at took so many seconds.
within() {
	[ "$(echo "$seconds" | awk "{ print (\$1 >= $1 && \$1 <= $2) }")" = 1 ]
	ok "$3 ($seconds s)"
}

# routine: payment_request is what stands on stdin from now on.
routine() {
	{ printf 'DROP PROCEDURE payment_request;\nDELIMITER //\n'
	sed 's|/\*M! OR REPLACE \*/ ||'; echo; echo '//'; } | db_root shop
}

# payment_service WHEN [SIGNAL]: it approves, and then fails: a deadlock.
payment_service() {
	routine <<-EOF
	CREATE PROCEDURE payment_request(IN p_user BIGINT,
	  IN p_amount BIGINT, IN p_attempt INT, OUT p_payment BIGINT)
	  MODIFIES SQL DATA SQL SECURITY DEFINER
	BEGIN
	  INSERT INTO payments (user_id, amount, status, attempts, created_at)
	    VALUES (p_user, p_amount, 'approved', p_attempt, UTC_TIMESTAMP(3));
	  SET p_payment = LAST_INSERT_ID();
	  IF $1 THEN
	    SIGNAL SQLSTATE ${2:-'40001' SET MYSQL_ERRNO = 1213};
	  END IF;
	END
	EOF
}

shop_start
for n in 1 2 3; do
	eval "token_$n=\$(token $n)"
done

# ---- Others hold the rows, but not for too long.

before_1=$(balance 1)
before_2=$(balance 2)
stock_1=$(stock 1)
stock_2=$(stock 2)
hold 12 'SELECT id FROM users WHERE id = 1 FOR UPDATE;
    SELECT id FROM products WHERE id = 2 FOR UPDATE'
ok 'another session holds a user and a product'
bearer=$token_1
shot_post order-1 /v1/orders "$order_1" -H 'X-Request-Id: order-1' &
pids=$!
shot_post charge-1 /v1/points/charge '{"amount": 700}' \
    -H 'X-Request-Id: charge-1' &
pids="$pids $!"
bearer=$token_2
shot_post order-2 /v1/orders "$order_2" -H 'X-Request-Id: order-2' &
pids="$pids $!"
all_waited() { [ "$(lock_waits BUY)" -ge 2 ] && [ "$(lock_waits CHARGE)" -ge 1 ]; }
eventually 5 all_waited
ok 'an attempt of each fails'
let_go
wait $pids

shot_look order-1
is "$status" 201 'the user is held: the order goes through'
like "$(json .payment.attempts)" '^[2-4]$' 'not at the first attempt'
is "$(log_of order-1 | sed -n 's/.* attempts=\([0-9]\).*/\1/p')" \
    "$(json .payment.attempts)" 'the log tells as many'
grep -q 'level=warn event=db_error id=order-1 statement=BUY ' "$dir/log/shopd.log"
ok 'and why, by the request'\''s id'
shot_look order-2
is "$status" 201 'the product is held: the order goes through'
like "$(json .payment.attempts)" '^[2-4]$' 'not at the first attempt'
is "$(sql "SELECT CONCAT(attempts, ' ', status) FROM payments
    WHERE id = $(json .payment.id)")" "$(json .payment.attempts) approved" \
    'the payment has them too'
shot_look charge-1
is "$status" 201 'the user is held: the charge goes through'
like "$(log_of charge-1)" ' attempts=[2-4] ' 'not at the first attempt'
price_1=$(sql 'SELECT price FROM products WHERE id = 1')
price_2=$(sql 'SELECT price FROM products WHERE id = 2')
is "$(balance 1) $(balance 2) $(stock 1) $(stock 2)" \
    "$((before_1 - price_1 + 700)) $((before_2 - price_2)) $((stock_1 - 1)) $((stock_2 - 1))" \
    'each took effect once'
is "$(sql 'SELECT COUNT(*) FROM payments')" 2 'with one payment each'
nothing_open 'after successes'

# ---- Others hold them longer than anybody should wait.

before=$(tables)
last=$(sql 'SELECT MAX(id) FROM payments')
place_waits=$(lock_waits BUY)
charge_waits=$(lock_waits CHARGE)
hold 12 'SELECT id FROM users WHERE id IN (1, 3) FOR UPDATE;
    SELECT id FROM products WHERE id = 2 FOR UPDATE'
ok 'another session holds two users and a product'
bearer=$token_1
shot_post order-1 /v1/orders "$order_1" -H 'X-Request-Id: late-1' \
    -H 'Idempotency-Key: late-1' &
pids=$!
bearer=$token_2
shot_post order-2 /v1/orders "$order_2" -H 'X-Request-Id: late-2' \
    -H 'Idempotency-Key: late-2' &
pids="$pids $!"
bearer=$token_3
shot_post charge-3 /v1/points/charge '{"amount": 1}' \
    -H 'X-Request-Id: late-3' -H 'Idempotency-Key: late-3' &
pids="$pids $!"
eventually 2 key_held 1 /v1/orders late-1 &&
    eventually 2 key_held 2 /v1/orders late-2 &&
    eventually 2 key_held 3 /v1/points/charge late-3
ok 'meanwhile each has its key'
wait $pids

answer_of order-1 503 payment_failed 'the user is held too long'
within 3.5 6 'after all attempts, within 6 s'
answer_of order-2 503 payment_failed 'the product is held too long'
within 3.5 6 'after all attempts, within 6 s'
answer_of charge-3 503 charge_failed 'the user is held too long, a charge'
within 3.5 6 'after all attempts, within 6 s'
for n in 1 2 3; do
	like "$(log_of "late-$n")" \
	    'level=warn .* status=503 .* attempts=4 cause=statement_failed' \
	    "the log tells attempts and cause, $n"
done
is "$(($(lock_waits BUY) - place_waits)) $(($(lock_waits CHARGE) - charge_waits))" \
    '8 4' 'each attempt was made'
is "$(sql "SELECT user_id, amount, status, attempts, reason FROM payments
    WHERE id > $last ORDER BY user_id" | tr '\t\n' ' ,')" \
    "1 $price_1 failed 4 statement_failed,2 $price_2 failed 4 statement_failed," \
    'each failed payment left one row'
is "$(key_held 1 /v1/orders late-1 || key_held 2 /v1/orders late-2 ||
    key_held 3 /v1/points/charge late-3; echo $?)" 1 'no key is held any more'
open_is 1 'only the other session has a transaction'
let_go
nothing_open 'after failures'
sql "DELETE FROM payments WHERE id > $last"
is "$(tables)" "$before" 'and nothing else was changed'

bearer=$token_1
shot_post again-1 /v1/orders "$order_1" -H 'Idempotency-Key: late-1'
shot_look again-1
is "$status $(json .payment.attempts) $(header Idempotency-Replayed)" \
    '201 1 ' 'the same key succeeds at last'
within 0 1 'at once'
bearer=$token_3
shot_post again-3 /v1/points/charge '{"amount": 1}' \
    -H 'Idempotency-Key: late-3'
shot_look again-3
is "$status $(header Idempotency-Replayed)" '201 ' 'a charge as well'
within 0 1 'at once'

# ---- The payment service fails.

bearer=$token_1
balance_1=$(balance 1)
stock_1=$(stock 1)
last=$(sql 'SELECT MAX(id) FROM payments')
payment_service 'p_attempt < 3'
shot_post twice /v1/orders "$order_1" -H 'X-Request-Id: twice'
shot_look twice
is "$status $(json .payment.attempts)" '201 3' 'it fails twice: a success'
is "$(sql "SELECT id, status, attempts, reason FROM payments
    WHERE id > $last")" "$(printf '%s\tapproved\t3\tNULL' \
    "$(json .payment.id)")" 'with one payment, approved at the third attempt'
like "$(log_of twice)" ' attempts=3 cause=aborted' 'the log tells it'
is "$(balance 1) $(stock 1)" "$((balance_1 - price_1)) $((stock_1 - 1))" \
    'one order took effect'
nothing_open 'after a payment at the third attempt'

payment_service TRUE
before=$(tables)
last=$(sql 'SELECT MAX(id) FROM payments')
shot_post always /v1/orders "$order_1" -H 'X-Request-Id: always' \
    -H 'Idempotency-Key: always'
answer_of always 503 payment_failed 'it fails always'
is "$(sql "SELECT user_id, amount, status, attempts, reason FROM payments
    WHERE id > $last" | tr '\t\n' ' ,')" "1 $price_1 failed 4 aborted," \
    'one failed payment is kept, no approved one'
like "$(log_of always)" ' status=503 .* attempts=4 cause=aborted' \
    'the log tells it'
is "$(key_held 1 /v1/orders always; echo $?)" 1 'the key is not held'
nothing_open 'after a payment that failed'
sql "DELETE FROM payments WHERE id > $last"
is "$(tables)" "$before" 'nothing else was changed'

payment_service TRUE "'45000' SET MESSAGE_TEXT = 'no'"
last=$(sql 'SELECT MAX(id) FROM payments')
shot_post refused /v1/orders "$order_1"
answer_of refused 503 payment_failed 'it says no'
is "$(sql "SELECT status, attempts FROM payments WHERE id > $last" |
    tr '\t\n' ' ,')" 'failed 4,' 'which is one failed payment, too'
nothing_open 'after a payment that was refused'

routine <"$top_srcdir/schema/routines/payment_request.sql"
shot_post restored /v1/orders "$order_1" -H 'Idempotency-Key: always'
shot_look restored
is "$status $(json .payment.attempts) $(header Idempotency-Replayed)" \
    '201 1 ' 'it works again: the same key succeeds'
shot_post replayed /v1/orders "$order_1" -H 'Idempotency-Key: always'
shot_look replayed
is "$status $(header Idempotency-Replayed)" '201 true' 'and is replayed then'
cmp -s "$dir/shots/restored.body" "$dir/shots/replayed.body"
ok 'byte for byte'
finish
