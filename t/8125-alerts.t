#!/bin/sh
# SPDX-License-Identifier: MIT
# Prometheus itself asks the shop: the database is frozen, and an alert fires; it is
# over when the database goes on.  With the times of the rules cut to seconds.
. "${top_srcdir:-.}/t/lib.sh"
any_build
command -v prometheus >/dev/null || skip_all 'no prometheus'
command -v jq >/dev/null || skip_all 'no jq'
port=$(free_port)
its_port=$(free_port)
shop_start
nginx_stop
listen="unix:$dir/http.sock, 127.0.0.1:$port"
nginx_start

sed 's/for: [0-9]*m$/for: 2s/; s/\[5m\]/[10s]/g' \
    "$top_srcdir/monitoring/shop.rules.yml" >"$dir/rules.yml"
cat >"$dir/prometheus.yml" <<END
global: {scrape_interval: 1s, evaluation_interval: 1s, scrape_timeout: 1s}
rule_files: ["$dir/rules.yml"]
scrape_configs:
  - job_name: shop
    static_configs: [{targets: ["127.0.0.1:$port"]}]
END
prometheus --config.file="$dir/prometheus.yml" --storage.tsdb.path="$dir/tsdb" \
    --web.listen-address="127.0.0.1:$its_port" --log.level=warn \
    2>"$dir/log/prometheus.log" &
prometheus_pid=$!
trap 'was=$?; kill "$prometheus_pid" 2>/dev/null; wait "$prometheus_pid"
    (exit $was); cleanup' EXIT

# told PATH FILTER: what Prometheus says.
told() { curl -s --max-time 5 "http://127.0.0.1:$its_port/api/v1/$1" | jq -r "$2"; }
target() { [ "$(told targets '.data.activeTargets[0].health')" = up ]; }
eventually 60 target
ok 'Prometheus takes what the shop says'
asked() {
	[ "$(told 'query?query=sum(shop_requests_total)' \
	    '.data.result[0].value[1] // 0')" -ge 3 ]
}
eventually 20 asked
ok 'and counts'
# firing: the names of those that do.
firing() { told alerts '.data.alerts[] | select(.state == "firing") | .labels.alertname'; }
is "$(firing)" '' 'all is well'

as 1
frozen() {
	request GET /v1/products/1
	firing | grep -qx ShopDatabaseAway
}
db_freeze
eventually 60 frozen
ok 'the database is frozen: ShopDatabaseAway'
is "$(told alerts '.data.alerts[] | select(.labels.alertname == "ShopDatabaseAway") |
    .annotations.summary')" "127.0.0.1:$port: the workers don't reach the database" \
    'which says where'
db_thaw
thawed() {
	request GET /v1/products/1
	[ "$status" = 200 ] && ! firing | grep -qx ShopDatabaseAway
}
eventually 60 thawed
ok 'it goes on: over'

nginx_stop
down() { firing | grep -qx ShopDown; }
eventually 60 down
ok 'nginx is away: ShopDown'
nginx_start
finish
