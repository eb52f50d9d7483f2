#!/bin/sh
# SPDX-License-Identifier: MIT
# Sixteen clients do whatever there is to do, with keys of their own, of each
# other, and none.  What they were answered is what the tables are.
. "${top_srcdir:-.}/t/lib.sh"
seeded
conf workers 8
shop_start
mix_make

mix 16 "${MIX_SECONDS:-15}" \
    charge,charge,order,order,cancel,fulfil,add,add,set,take,clear,checkout,list,history
mix_is_well
echo "# deadlocks $(grep -c 'number=1213' "$dir/log/shopd.log")"
is "$(grep -c 'status=500' "$dir/log/shopd.log")" 0 'no 500'
for kind in 'charge 201' 'order 201' 'cancel 200' 'fulfil 200' 'add 200' 'set 200' \
    'take 200' 'clear 204' 'checkout 201' 'list 200' 'history 200' 'cancel 409' \
    'fulfil 409' 'charge 422' replayed; do
	grep -q "^# $kind " "$dir/mixed" || echo "$kind"
done >"$dir/found"
is "$(cat "$dir/found")" '' 'there was some of everything'
finish
