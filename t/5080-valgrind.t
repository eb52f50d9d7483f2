#!/bin/sh
# SPDX-License-Identifier: MIT
# Under valgrind: the unit tests, and a worker through every route, its
# errors and its end.  No byte is read that nobody wrote, none is lost.
. "${top_srcdir:-.}/t/lib.sh"
one_pool
command -v valgrind >/dev/null || skip_all 'no valgrind'
! grep -aq -e __asan_init -e __ubsan_handle "$top_builddir/shop.fcgi" ||
    skip_all 'a build with a sanitizer'

# libc's own clean-up at the end stumbles over threads that look names up.
memcheck="valgrind --quiet --num-callers=30 --leak-check=full
    --run-libc-freeres=no
    --show-leak-kinds=definite --errors-for-leak-kinds=definite
    --error-exitcode=99"

# clean TEXT: valgrind, which is quiet, was there and has found nothing.
clean() {
	cat "$dir"/valgrind.* >"$dir/found" || echo 'no log' >"$dir/found"
	is "$(head -n 60 "$dir/found")" '' "$1"
	rm -f "$dir"/valgrind.*
}

$memcheck --log-file="$dir/valgrind.%p" "$top_builddir/t/unit" \
    >"$dir/unit" 2>/dev/null
is "$?" 0 'the unit tests end well'
is "$(grep -c '^not ok' "$dir/unit")" 0 'all of them hold'
[ "$(grep -c '^ok' "$dir/unit")" -gt 100 ]
ok 'and they are many'
clean 'valgrind has nothing to say'

cat >"$dir/worker" <<END
#!/bin/sh
exec $(echo $memcheck) --log-file=$dir/valgrind.%p \
    $top_builddir/shop.fcgi "\$@"
END
chmod +x "$dir/worker"
workers=1
conf workers 1
conf worker_path "$dir/worker"
# It is slow, and large.
conf worker_memory_max_kib 16777216
conf drain_timeout_ms 60000
conf cache_timeout_ms 100
shop_start
as 1

post /v1/points/charge '{"amount": 1000}' -H 'Idempotency-Key: k'
is "$status" 201 'a charge'
post /v1/points/charge '{"amount": 1000}' -H 'Idempotency-Key: k'
is "$status $(header Idempotency-Replayed)" '201 true' 'again'
post /v1/points/charge '{"amount": 1001}' -H 'Idempotency-Key: k'
is_problem 422 idempotency_key_reused 'another with its key'
user GET /v1/points/balance
is "$status" 200 'the balance'
request GET /v1/products/1
is "$status" 200 'a product'
request GET /v1/products/999
is_problem 404 product_not_found 'one that is not there'
request GET /v1/products/top
is "$status $(header Cache-Status)" '200 ranking; fwd=miss; stored' \
    'the ranking, made'
request GET /v1/products/top
is "$status $(header Cache-Status)" '200 ranking; hit' 'the ranking, kept'
post /v1/orders '{"items": [{"productId": 17, "quantity": 1},
    {"productId": 1, "quantity": 1}]}'
is "$status" 201 'an order'
user GET "$(header Location)"
is "$status" 200 'which can be seen'
user GET /v1/orders/999
is_problem 404 order_not_found 'another can not'
post /v1/orders '{"items": [{"productId": 20, "quantity": 1000}]}'
is_problem 409 insufficient_points 'one too dear'
post /v1/orders '{"items": [{"productId": 999, "quantity": 1}]}'
is_problem 404 product_not_found 'one of nothing'
sql 'UPDATE products SET stock = 0 WHERE id = 17;
    INSERT INTO stock_movements (product_id, type, quantity, created_at)
    VALUES (17, "restock", -299, UTC_TIMESTAMP(3))'
post /v1/orders '{"items": [{"productId": 17, "quantity": 1}]}'
is_problem 409 insufficient_stock 'one of what is gone'
post /v1/orders '{"items": [{"productId": 0}, {"x": []}, 7], "y": 1e400}'
is_problem 422 validation_failed 'one full of faults'
post /v1/orders '{"items": [{"productId": 1, "quantity": 1}'
is_problem 400 malformed_json 'one that ends too soon'
user POST /v1/points/charge -H 'Content-Type: text/plain' -d '{"amount": 1}'
is_problem 415 unsupported_media_type 'a charge that is no JSON'
request POST /v1/points/charge
is_problem 401 missing_token 'nobody asks'
bearer=${bearer}x
user GET /v1/points/balance
is_problem 401 invalid_token 'nor somebody with a token of his own'
request GET /v1/products/abc
is_problem 400 invalid_parameter 'no id'
request PUT /v1/orders
is_problem 405 method_not_allowed 'no such method'
request GET /nowhere
is_problem 404 not_found 'nothing there'
mc_stop
request GET /v1/products/top
is "$status" 200 'the ranking without memcached'
as 2
db_stop
user GET /v1/points/balance
is_problem 503 unavailable 'the database is away'
post /v1/points/charge '{"amount": 1}'
is_problem 503 unavailable 'for a charge'
post /v1/orders '{"items": [{"productId": 1, "quantity": 1}]}'
is_problem 503 unavailable 'for an order'
request GET /readyz
is "$status" 503 'which readyz says'
request GET /healthz
is "$status" 200 'but the worker is there'
db_start
balance_is_back() { user GET /v1/points/balance && [ "$status" = 200 ]; }
eventually 10 balance_is_back
ok 'and back'

stop_pid TERM "$pool_pid"
like "$(grep event=worker-exit "$dir/log/shopd.log" | tail -n 1)" \
    ' status=0 ' 'the worker ends well'
clean 'valgrind has nothing to say of it'
finish
