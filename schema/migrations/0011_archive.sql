-- migrate:up

-- What of closed months was moved away, and the sums that stay for it
-- (shopctl archive).  The columns more are added without a copy of their tables,
-- which is why they have no CHECK: invariants.sql looks at them.  The routines
-- and workers of before don't see them.
ALTER TABLE orders ADD COLUMN /*M! IF NOT EXISTS */
  entries_archived TINYINT NOT NULL DEFAULT 0 COMMENT 'rows of the ledger about it that were archived: 1 its payment''s, 2 its refund''s, too; -1 within archive_settled';
ALTER TABLE sales_marks ADD COLUMN /*M! IF NOT EXISTS */
  archived BIGINT NOT NULL DEFAULT 0 COMMENT 'pieces sold from this mark to the next whose orders were archived';
ALTER TABLE grants ADD COLUMN /*M! IF NOT EXISTS */
  balance_after BIGINT NULL COMMENT 'points, as in the ledger''s row, since that was archived; NULL: it was not';

CREATE TABLE IF NOT EXISTS ledger_openings (
  user_id BIGINT NOT NULL COMMENT 'users.id, whose rows',
  last_id BIGINT NOT NULL COMMENT 'points_ledger.id of the last row that was archived',
  entries BIGINT NOT NULL COMMENT 'how many rows were archived, ever',
  amount BIGINT NOT NULL COMMENT 'points; the sum of their amounts',
  balance_after BIGINT NOT NULL COMMENT 'points, as the last of them has it',
  PRIMARY KEY (user_id),
  CONSTRAINT ledger_openings_entries CHECK (entries > 0),
  CONSTRAINT ledger_openings_balance CHECK (balance_after >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='what a user''s ledger begins with, where rows were archived';

CREATE TABLE IF NOT EXISTS product_openings (
  product_id BIGINT NOT NULL COMMENT 'products.id',
  sold BIGINT NOT NULL DEFAULT 0 COMMENT 'pieces in orders that were archived and not cancelled',
  came BIGINT NOT NULL DEFAULT 0 COMMENT 'pieces of movements that were archived, signed',
  hour DATETIME NOT NULL DEFAULT '1970-01-01 00:00:00' COMMENT 'of the last mark that was archived, UTC; 1970: none',
  stepped_from DATETIME NOT NULL DEFAULT '1970-01-01 00:00:00' COMMENT 'as products.stepped_from, of marks that were archived',
  PRIMARY KEY (product_id),
  CONSTRAINT product_openings_sold CHECK (sold >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='what a product''s orders, movements and marks begin with, where some were archived';

CREATE TABLE IF NOT EXISTS archive_totals (
  of_table VARCHAR(32) NOT NULL COMMENT 'the table whose rows were archived; they are in archive_OF_TABLE',
  entries BIGINT NOT NULL DEFAULT 0 COMMENT 'rows in it',
  checksum BIGINT NOT NULL DEFAULT 0 COMMENT 'the sum of CRC32 of each row''s columns',
  before_day DATE NOT NULL COMMENT 'UTC; all of them are dated before it',
  emptying BOOLEAN NOT NULL DEFAULT FALSE COMMENT '1: shopctl archive empty is at it, or was cut short',
  PRIMARY KEY (of_table)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='what the archive must have';

-- The archive: columns as in the live tables, no key but the first.
CREATE TABLE IF NOT EXISTS archive_points_ledger (
  id BIGINT NOT NULL COMMENT 'as points_ledger.id',
  user_id BIGINT NOT NULL COMMENT 'users.id, whose points',
  type ENUM('charge', 'payment', 'refund') NOT NULL COMMENT 'charge +, payment -, refund + of a cancelled order',
  amount BIGINT NOT NULL COMMENT 'points, signed',
  balance_after BIGINT NOT NULL COMMENT 'points; the sum up to here',
  order_id BIGINT NULL COMMENT 'orders.id, of a payment and a refund',
  idem BINARY(16) NOT NULL COMMENT 'digest of user, method, path and idempotency key',
  fingerprint BINARY(16) NOT NULL COMMENT 'digest of the request''s values',
  created_at DATETIME(3) NOT NULL COMMENT 'UTC',
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='rows of points_ledger of closed months';

CREATE TABLE IF NOT EXISTS archive_orders (
  id BIGINT NOT NULL COMMENT 'as orders.id',
  user_id BIGINT NOT NULL COMMENT 'users.id, who ordered',
  status ENUM('paid', 'cancelled', 'fulfilled') NOT NULL COMMENT 'as it was, for ever',
  total_price BIGINT NOT NULL COMMENT 'points; the sum of its lines',
  balance_after BIGINT NOT NULL COMMENT 'points left to the user, as in the ledger',
  created_at DATETIME(3) NOT NULL COMMENT 'UTC',
  cancelled_at DATETIME(3) NULL COMMENT 'UTC; of a cancelled one',
  fulfilled_at DATETIME(3) NULL COMMENT 'UTC; of a fulfilled one',
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='rows of orders of closed months';

CREATE TABLE IF NOT EXISTS archive_order_items (
  order_id BIGINT NOT NULL COMMENT 'archive_orders.id',
  line SMALLINT NOT NULL COMMENT 'place in the order, from 0',
  product_id BIGINT NOT NULL COMMENT 'products.id',
  name VARCHAR(100) NOT NULL COMMENT 'the product''s name when it was bought',
  quantity INT NOT NULL COMMENT 'pieces',
  price BIGINT NOT NULL COMMENT 'points a piece when it was bought',
  PRIMARY KEY (order_id, line)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='the lines of the orders in archive_orders';

CREATE TABLE IF NOT EXISTS archive_payments (
  id BIGINT NOT NULL COMMENT 'as payments.id',
  user_id BIGINT NOT NULL COMMENT 'users.id, who pays',
  amount BIGINT NOT NULL COMMENT 'points asked for',
  status ENUM('approved', 'failed') NOT NULL COMMENT 'a failed one has no order',
  attempts TINYINT NOT NULL COMMENT 'the attempt that was approved, or how many failed',
  reason VARCHAR(64) NULL COMMENT 'why it failed',
  created_at DATETIME(3) NOT NULL COMMENT 'UTC',
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='payments of the orders in archive_orders, and failed ones';

CREATE TABLE IF NOT EXISTS archive_stock_movements (
  id BIGINT NOT NULL COMMENT 'as stock_movements.id',
  product_id BIGINT NOT NULL COMMENT 'products.id',
  type ENUM('opening', 'restock') NOT NULL COMMENT 'why',
  quantity BIGINT NOT NULL COMMENT 'pieces, + into the stock',
  created_at DATETIME(3) NOT NULL COMMENT 'UTC',
  reason VARCHAR(100) NULL COMMENT 'what the admin said of it; NULL: nothing',
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='rows of stock_movements of closed months';

CREATE TABLE IF NOT EXISTS archive_sales_marks (
  id BIGINT NOT NULL COMMENT 'as sales_marks.id',
  product_id BIGINT NOT NULL COMMENT 'products.id',
  hour DATETIME NOT NULL COMMENT 'start of the hour in which it sold from here on, UTC',
  sold_before BIGINT NOT NULL COMMENT 'pieces sold before this mark, ever',
  archived BIGINT NOT NULL COMMENT 'pieces sold from this mark to the next',
  PRIMARY KEY (product_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='rows of sales_marks of closed months';

-- migrate:down

-- Rows of the archive go with it: only where nothing was archived.
DROP TABLE IF EXISTS archive_sales_marks;
DROP TABLE IF EXISTS archive_stock_movements;
DROP TABLE IF EXISTS archive_payments;
DROP TABLE IF EXISTS archive_order_items;
DROP TABLE IF EXISTS archive_orders;
DROP TABLE IF EXISTS archive_points_ledger;
DROP TABLE IF EXISTS archive_totals;
DROP TABLE IF EXISTS product_openings;
DROP TABLE IF EXISTS ledger_openings;
ALTER TABLE grants DROP COLUMN balance_after;
ALTER TABLE sales_marks DROP COLUMN archived;
ALTER TABLE orders DROP COLUMN entries_archived;
