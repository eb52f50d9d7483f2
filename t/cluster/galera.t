#!/bin/sh
# SPDX-License-Identifier: MIT
# Three Galera nodes, two pools on two machines, nginx before them, and clients with
# journals: whatever befalls a machine nothing is lost, doubled or halved, all nodes
# are equal, and the pause is short.
#
# KILLS is how often the writer is killed (3, by hand 20), SEED what the clients do; with
# QUICK=1 it is killed once, parted, and all die; with TLS=1 all that goes over the network
# is encrypted.
top_srcdir=${top_srcdir:-.}
. "$top_srcdir/t/cluster/lib.sh"
seeded
cluster_need
drill_start

if [ -n "${QUICK:-}" ]; then
	drill_kills ${KILLS:-1}
	drill_part 10
	drill_keyed
else
	drill_kills ${KILLS:-3}
	drill_freeze 8
	drill_other
	drill_cut 10
	drill_part 10
	drill_migration
	drill_upgrade
	drill_join
	drill_pool
	drill_keyed
	drill_nginx
fi
drill_all
drill_end 5000
finish
