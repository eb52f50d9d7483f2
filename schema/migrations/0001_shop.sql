-- migrate:up

-- grant: worker
CREATE TABLE IF NOT EXISTS users (
  id BIGINT NOT NULL AUTO_INCREMENT COMMENT 'the sub of a token',
  email VARCHAR(254) NOT NULL COMMENT 'address, unique without regard to case',
  name VARCHAR(100) NOT NULL COMMENT 'what the user is called',
  status ENUM('active', 'closed') NOT NULL DEFAULT 'active' COMMENT 'a closed user can do nothing',
  balance BIGINT NOT NULL DEFAULT 0 COMMENT 'points; the sum of the user''s ledger',
  created_at DATETIME(3) NOT NULL COMMENT 'UTC',
  PRIMARY KEY (id),
  UNIQUE KEY users_email (email),
  CONSTRAINT users_balance CHECK (balance BETWEEN 0 AND 9007199254740991)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='who has points';

-- grant: worker
CREATE TABLE IF NOT EXISTS products (
  id BIGINT NOT NULL AUTO_INCREMENT COMMENT 'number of the product',
  name VARCHAR(100) NOT NULL COMMENT 'what it is called',
  description VARCHAR(1000) NOT NULL DEFAULT '' COMMENT 'plain text',
  price BIGINT NOT NULL COMMENT 'points a piece',
  stock BIGINT NOT NULL DEFAULT 0 COMMENT 'pieces left; movements less what was sold',
  sold BIGINT NOT NULL DEFAULT 0 COMMENT 'pieces sold, ever',
  created_at DATETIME(3) NOT NULL COMMENT 'UTC',
  PRIMARY KEY (id),
  CONSTRAINT products_price CHECK (price BETWEEN 1 AND 9007199254740991),
  CONSTRAINT products_stock CHECK (stock BETWEEN 0 AND 9007199254740991),
  CONSTRAINT products_sold CHECK (sold >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='what is sold, and how many are left';

CREATE TABLE IF NOT EXISTS stock_movements (
  id BIGINT NOT NULL AUTO_INCREMENT COMMENT 'number of the movement',
  product_id BIGINT NOT NULL COMMENT 'products.id',
  type ENUM('opening', 'restock') NOT NULL COMMENT 'why; what is sold stands in order_items',
  quantity BIGINT NOT NULL COMMENT 'pieces, + into the stock',
  created_at DATETIME(3) NOT NULL COMMENT 'UTC',
  PRIMARY KEY (id),
  KEY stock_movements_product (product_id),
  CONSTRAINT stock_movements_quantity CHECK (quantity <> 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='stock that came or went otherwise than by an order';

-- grant: worker
CREATE TABLE IF NOT EXISTS payments (
  id BIGINT NOT NULL AUTO_INCREMENT COMMENT 'number of the payment; an approved one''s order has the same',
  user_id BIGINT NOT NULL COMMENT 'users.id, who pays',
  amount BIGINT NOT NULL COMMENT 'points asked for',
  status ENUM('approved', 'failed') NOT NULL COMMENT 'a failed one has no order',
  attempts TINYINT NOT NULL COMMENT 'the attempt that was approved, or how many failed',
  reason VARCHAR(64) NULL COMMENT 'why it failed',
  created_at DATETIME(3) NOT NULL COMMENT 'UTC',
  PRIMARY KEY (id),
  CONSTRAINT payments_amount CHECK (amount BETWEEN 1 AND 9007199254740991),
  CONSTRAINT payments_attempts CHECK (attempts BETWEEN 1 AND 4),
  CONSTRAINT payments_reason CHECK ((status = 'failed') = (reason IS NOT NULL))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='what the payment service was asked and said';

-- grant: worker
CREATE TABLE IF NOT EXISTS orders (
  id BIGINT NOT NULL COMMENT 'payments.id of the payment that paid it',
  user_id BIGINT NOT NULL COMMENT 'users.id, who ordered',
  status ENUM('paid') NOT NULL DEFAULT 'paid' COMMENT 'only a paid order exists',
  total_price BIGINT NOT NULL COMMENT 'points; the sum of its lines',
  balance_after BIGINT NOT NULL COMMENT 'points left to the user, as in the ledger',
  created_at DATETIME(3) NOT NULL COMMENT 'UTC; its hour is the one in hourly_sales',
  PRIMARY KEY (id),
  CONSTRAINT orders_total CHECK (total_price BETWEEN 1 AND 9007199254740991),
  CONSTRAINT orders_balance CHECK (balance_after BETWEEN 0 AND 9007199254740991)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='what was bought';

-- grant: worker
CREATE TABLE IF NOT EXISTS order_items (
  order_id BIGINT NOT NULL COMMENT 'orders.id',
  line SMALLINT NOT NULL COMMENT 'place in the order, from 0',
  product_id BIGINT NOT NULL COMMENT 'products.id',
  name VARCHAR(100) NOT NULL COMMENT 'the product''s name when it was bought',
  quantity INT NOT NULL COMMENT 'pieces',
  price BIGINT NOT NULL COMMENT 'points a piece when it was bought',
  PRIMARY KEY (order_id, line),
  CONSTRAINT order_items_quantity CHECK (quantity BETWEEN 1 AND 1000),
  CONSTRAINT order_items_price CHECK (price BETWEEN 1 AND 9007199254740991)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='the lines of the orders';

-- grant: worker
CREATE TABLE IF NOT EXISTS points_ledger (
  id BIGINT NOT NULL AUTO_INCREMENT COMMENT 'number of the transaction',
  user_id BIGINT NOT NULL COMMENT 'users.id, whose points',
  type ENUM('charge', 'payment') NOT NULL COMMENT 'charge +, payment -',
  amount BIGINT NOT NULL COMMENT 'points, signed',
  balance_after BIGINT NOT NULL COMMENT 'points; the sum up to here',
  order_id BIGINT NULL COMMENT 'orders.id, of a payment',
  idem BINARY(16) NOT NULL COMMENT 'digest of user, method, path and idempotency key',
  fingerprint BINARY(16) NOT NULL COMMENT 'digest of the request''s values',
  created_at DATETIME(3) NOT NULL COMMENT 'UTC',
  PRIMARY KEY (id),
  UNIQUE KEY points_ledger_idem (user_id, idem),
  CONSTRAINT points_ledger_amount CHECK ((type = 'charge' AND amount > 0) OR (type = 'payment' AND amount < 0)),
  CONSTRAINT points_ledger_balance CHECK (balance_after BETWEEN 0 AND 9007199254740991),
  CONSTRAINT points_ledger_order CHECK ((type = 'payment') = (order_id IS NOT NULL))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='every change of a balance, and the key that made it once';

CREATE TABLE IF NOT EXISTS hourly_sales (
  hour DATETIME NOT NULL COMMENT 'start of the hour, UTC',
  product_id BIGINT NOT NULL COMMENT 'products.id',
  sold BIGINT NOT NULL COMMENT 'pieces in orders of that hour',
  PRIMARY KEY (hour, product_id),
  CONSTRAINT hourly_sales_sold CHECK (sold >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='what the ranking is summed from';

-- migrate:down

DROP TABLE IF EXISTS hourly_sales;
DROP TABLE IF EXISTS points_ledger;
DROP TABLE IF EXISTS order_items;
DROP TABLE IF EXISTS orders;
DROP TABLE IF EXISTS payments;
DROP TABLE IF EXISTS stock_movements;
DROP TABLE IF EXISTS products;
DROP TABLE IF EXISTS users;
