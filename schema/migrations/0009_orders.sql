-- migrate:up

-- Orders are cancelled and fulfilled, and points come back.  A balance loses
-- its upper bound, for a refund is never refused; charges keep theirs.  Each
-- statement is done wholly or not at all, and can be done again.
ALTER TABLE users
  DROP CONSTRAINT users_balance,
  ADD CONSTRAINT users_balance CHECK (balance >= 0);

ALTER TABLE orders
  MODIFY status ENUM('paid', 'cancelled', 'fulfilled') NOT NULL DEFAULT 'paid' COMMENT 'cancelled and fulfilled are final',
  ADD COLUMN /*M! IF NOT EXISTS */ cancelled_at DATETIME(3) NULL COMMENT 'UTC; of a cancelled one',
  ADD COLUMN /*M! IF NOT EXISTS */ fulfilled_at DATETIME(3) NULL COMMENT 'UTC; of a fulfilled one',
  DROP CONSTRAINT orders_balance,
  ADD CONSTRAINT orders_balance CHECK (balance_after >= 0),
  ADD CONSTRAINT /*M! IF NOT EXISTS */ orders_cancelled CHECK ((status = 'cancelled') = (cancelled_at IS NOT NULL)),
  ADD CONSTRAINT /*M! IF NOT EXISTS */ orders_fulfilled CHECK ((status = 'fulfilled') = (fulfilled_at IS NOT NULL)),
  ADD KEY /*M! IF NOT EXISTS */ orders_user_status (user_id, status, id),
  ADD KEY /*M! IF NOT EXISTS */ orders_status (status, id),
  DROP KEY /*M! IF EXISTS */ orders_user;

ALTER TABLE points_ledger
  MODIFY type ENUM('charge', 'payment', 'refund') NOT NULL COMMENT 'charge +, payment -, refund + of a cancelled order',
  MODIFY order_id BIGINT NULL COMMENT 'orders.id, of a payment and a refund',
  DROP CONSTRAINT points_ledger_amount,
  DROP CONSTRAINT points_ledger_balance,
  DROP CONSTRAINT points_ledger_order,
  ADD CONSTRAINT points_ledger_amount CHECK ((type = 'payment') = (amount < 0) AND amount <> 0),
  ADD CONSTRAINT points_ledger_balance CHECK (balance_after >= 0),
  ADD CONSTRAINT points_ledger_order CHECK ((type = 'charge') = (order_id IS NULL)),
  ADD KEY /*M! IF NOT EXISTS */ points_ledger_user (user_id, id);

-- grant: worker
CREATE TABLE IF NOT EXISTS cart_items (
  user_id BIGINT NOT NULL COMMENT 'users.id, whose cart',
  product_id BIGINT NOT NULL COMMENT 'products.id',
  quantity INT NOT NULL COMMENT 'pieces',
  added_at DATETIME(3) NOT NULL COMMENT 'UTC; the lines are in its order',
  PRIMARY KEY (user_id, product_id),
  CONSTRAINT cart_items_quantity CHECK (quantity BETWEEN 1 AND 1000)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='what a user means to order; nothing is reserved';

-- migrate:down

DROP TABLE IF EXISTS cart_items;
ALTER TABLE points_ledger
  DROP KEY points_ledger_user,
  DROP CONSTRAINT points_ledger_amount,
  DROP CONSTRAINT points_ledger_balance,
  DROP CONSTRAINT points_ledger_order,
  MODIFY type ENUM('charge', 'payment') NOT NULL COMMENT 'charge +, payment -',
  MODIFY order_id BIGINT NULL COMMENT 'orders.id, of a payment',
  ADD CONSTRAINT points_ledger_amount CHECK ((type = 'charge' AND amount > 0) OR (type = 'payment' AND amount < 0)),
  ADD CONSTRAINT points_ledger_balance CHECK (balance_after BETWEEN 0 AND 9007199254740991),
  ADD CONSTRAINT points_ledger_order CHECK ((type = 'payment') = (order_id IS NOT NULL));
ALTER TABLE orders
  ADD KEY orders_user (user_id, id),
  DROP KEY orders_status,
  DROP KEY orders_user_status,
  DROP CONSTRAINT orders_fulfilled,
  DROP CONSTRAINT orders_cancelled,
  DROP CONSTRAINT orders_balance,
  ADD CONSTRAINT orders_balance CHECK (balance_after BETWEEN 0 AND 9007199254740991),
  DROP COLUMN fulfilled_at,
  DROP COLUMN cancelled_at,
  MODIFY status ENUM('paid') NOT NULL DEFAULT 'paid' COMMENT 'only a paid order exists';
ALTER TABLE users
  DROP CONSTRAINT users_balance,
  ADD CONSTRAINT users_balance CHECK (balance BETWEEN 0 AND 9007199254740991);
