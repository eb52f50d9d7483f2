-- SPDX-License-Identifier: MIT
-- Once, on the first node, before the others join: the database, and the accounts
-- that shopctl and state transfer need.  Put passwords for the words in capitals.
CREATE DATABASE IF NOT EXISTS shop CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- shopctl's (db_admin_user), from the machines of the pools.
CREATE USER IF NOT EXISTS shop_admin@'%' IDENTIFIED BY 'ADMIN_PASSWORD';
GRANT ALL PRIVILEGES ON shop.* TO shop_admin@'%' WITH GRANT OPTION;
GRANT CREATE USER, SET USER, PROCESS ON *.* TO shop_admin@'%';
GRANT SELECT ON mysql.* TO shop_admin@'%';

-- What copies a node for a new one (wsrep_sst_auth).
CREATE USER IF NOT EXISTS sst@localhost IDENTIFIED BY 'SST_PASSWORD';
GRANT RELOAD, PROCESS, LOCK TABLES, BINLOG MONITOR, CONNECTION ADMIN ON *.* TO sst@localhost;
