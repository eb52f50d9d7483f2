-- SPDX-License-Identifier: MIT
-- Once, on the first node, before it begins the group (after SET GLOBAL super_read_only
-- = OFF): the database, and the accounts that shopctl and the nodes need.  Put passwords
-- for the words in capitals.  The other nodes get all of it with their copy.
CREATE DATABASE IF NOT EXISTS shop CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- shopctl's (db_admin_user), from the machines of the pools.  It may not write where
-- super_read_only is on, and nobody of the shop may turn that off.
CREATE USER IF NOT EXISTS shop_admin@'%' IDENTIFIED BY 'ADMIN_PASSWORD';
GRANT ALL PRIVILEGES ON shop.* TO shop_admin@'%' WITH GRANT OPTION;
GRANT CREATE USER, PROCESS, SET_ANY_DEFINER, ALLOW_NONEXISTENT_DEFINER, SHOW_ROUTINE
  ON *.* TO shop_admin@'%';
GRANT SELECT ON mysql.* TO shop_admin@'%';
GRANT SELECT ON performance_schema.replication_group_members TO shop_admin@'%';

-- What a node speaks to the others by: the group's messages, what it missed, and the
-- copy of everything.  CONNECTION_ADMIN: also where a server has no room for clients.
CREATE USER IF NOT EXISTS shop_group@'%' IDENTIFIED BY 'GROUP_PASSWORD' REQUIRE SSL;
GRANT REPLICATION SLAVE, GROUP_REPLICATION_STREAM, BACKUP_ADMIN, CONNECTION_ADMIN
  ON *.* TO shop_group@'%';
