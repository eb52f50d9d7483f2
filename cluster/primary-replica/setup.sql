-- SPDX-License-Identifier: MIT
-- Once, on the machine that is to be the primary, before the replica is made of it
-- (after SET GLOBAL read_only = OFF).  Put passwords for the words in capitals.
CREATE DATABASE IF NOT EXISTS shop CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- shopctl's (db_admin_user), from the machines of the pools.  It may not write where
-- read_only is on, and neither may the routines: no account of the shop has
-- READ_ONLY ADMIN.  Keep it so, or an old primary is not fenced.
CREATE USER IF NOT EXISTS shop_admin@'%' IDENTIFIED BY 'ADMIN_PASSWORD';
GRANT ALL PRIVILEGES ON shop.* TO shop_admin@'%' WITH GRANT OPTION;
GRANT CREATE USER, SET USER, PROCESS ON *.* TO shop_admin@'%';
GRANT SELECT ON mysql.* TO shop_admin@'%';

-- What a replica fetches by.
CREATE USER IF NOT EXISTS shop_replica@'%' IDENTIFIED BY 'REPLICA_PASSWORD';
GRANT REPLICATION SLAVE ON *.* TO shop_replica@'%';

-- What shop-primary works by.
CREATE USER IF NOT EXISTS shop_primary@'%' IDENTIFIED BY 'PRIMARY_PASSWORD';
GRANT READ_ONLY ADMIN, CONNECTION ADMIN, RELOAD, PROCESS, BINLOG MONITOR, BINLOG ADMIN,
  REPLICATION MASTER ADMIN, REPLICATION SLAVE ADMIN, REPLICA MONITOR
  ON *.* TO shop_primary@'%';
