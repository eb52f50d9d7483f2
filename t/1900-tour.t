#!/bin/sh
# SPDX-License-Identifier: MIT
# The tour of docs/tour.sh, as a customer takes it.
. "${top_srcdir:-.}/t/lib.sh"
shop_start

charged=$(sql 'SELECT COALESCE(SUM(balance), 0) FROM users')
# As the README has it, whose first lines set SHOP_URL, and export nothing.
tour=$(sed -n 's/.*`\([^`]*docs\/tour\.sh\)`.*/\1/p' "$top_srcdir/README.md")
(cd "$top_srcdir" && export SHOP_VIA="--unix-socket $dir/http.sock" &&
    SHOP_URL=http://shop && eval "${tour:-false}") >"$dir/out" 2>"$dir/err"
is "$? $(cat "$dir/err")" '0 ' 'the tour goes through'
sed 's/^/# /' "$dir/out"
is "$(grep -c '^[1-9]\. ' "$dir/out")" 9 'in nine steps'
is "$(sed -n '/^3\. /,/^4\. /p' "$dir/out" | awk -F '\t' 'NF > 1 { print $1 }' | sort -nc && echo sorted)" \
    sorted 'two pages, the cheapest first'
is "$(sed -n '/^3\. /,/^4\. /p' "$dir/out" | cut -f 2 -s | sort | uniq -d)" '' 'none twice'
is "$(sed -n '/^8\. /,/^9\. /p' "$dir/out" | grep -oE '^(refund|payment|charge)' | tr '\n' ' ')" \
    'refund payment charge ' 'charged, paid, refunded'
is "$(sed -n '/^9\. /,$p' "$dir/out" | tail -n 1)" '{"status":401,"code":"unknown_user"}' \
    'and gone'
is "$(sql "SELECT COUNT(*) FROM users WHERE email LIKE 'tour-%'")" 0 'without a name'
is "$(sql 'SELECT SUM(balance) FROM users')" "$((charged + 60000))" 'its points stay in the books'
finish
