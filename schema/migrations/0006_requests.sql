-- migrate:up

-- What the breadth of a shop stands on.  Each statement is done wholly or not
-- at all, and the routines and workers of before don't see what it adds.
ALTER TABLE users ADD COLUMN /*M! IF NOT EXISTS */
  role ENUM('customer', 'admin') NOT NULL DEFAULT 'customer' COMMENT 'what the user may do; never told by a token';
ALTER TABLE orders ADD KEY /*M! IF NOT EXISTS */ orders_user (user_id, id);

-- The keys of writes that leave no row in the ledger.  The workers can't read
-- it: routines alone find a key, and what was made by it.
CREATE TABLE IF NOT EXISTS requests (
  user_id BIGINT NOT NULL COMMENT 'users.id, who asked',
  idem BINARY(16) NOT NULL COMMENT 'digest of user, method, path and idempotency key',
  fingerprint BINARY(16) NOT NULL COMMENT 'digest of the request''s values',
  made_id BIGINT NULL COMMENT 'id of what it made or changed',
  created_at DATETIME(3) NOT NULL COMMENT 'UTC',
  PRIMARY KEY (user_id, idem)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='writes that were done once, by their keys';

-- migrate:down

DROP TABLE IF EXISTS requests;
ALTER TABLE orders DROP KEY orders_user;
ALTER TABLE users DROP COLUMN role;
