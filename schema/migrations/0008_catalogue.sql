-- migrate:up

-- What a product has beside its price and stock, and what lists and searches
-- read.  Stock loses its upper bound, for what a cancelled order gives back must
-- never be refused.  Each statement is done wholly or not at all.
ALTER TABLE products
  ADD COLUMN /*M! IF NOT EXISTS */ image_url VARCHAR(500) NULL COMMENT 'where its picture is: https://... or a path of this host',
  ADD COLUMN /*M! IF NOT EXISTS */ version BIGINT NOT NULL DEFAULT 1 COMMENT 'how often an admin changed it, and 1: edits that cross are told by it',
  ADD COLUMN /*M! IF NOT EXISTS */ on_sale BOOLEAN NOT NULL DEFAULT TRUE COMMENT '0: customers see nothing of it',
  DROP CONSTRAINT products_stock,
  ADD CONSTRAINT products_stock CHECK (stock >= 0);

-- A list's key has the name as well, so that a search which walks it reads the
-- key alone.  LOWER alone leaves two letters apart that UPPER makes one, as sigma at a
-- word's end.
ALTER TABLE products
  ADD COLUMN /*M! IF NOT EXISTS */ name_key VARBINARY(400) AS (CAST(LOWER(UPPER(name COLLATE utf8mb4_unicode_520_ci)) AS BINARY)) STORED COMMENT 'the name without regard to case, UTF-8; searches compare its bytes',
  ADD COLUMN /*M! IF NOT EXISTS */ price_down BIGINT AS (-price) STORED COMMENT 'points, negative: the list of the dearest goes up by it, and by id',
  ADD KEY /*M! IF NOT EXISTS */ products_on_sale (on_sale, id, name_key),
  ADD KEY /*M! IF NOT EXISTS */ products_price (on_sale, price, id, name_key),
  ADD KEY /*M! IF NOT EXISTS */ products_price_down (on_sale, price_down, id, name_key);

-- grant: worker
CREATE TABLE IF NOT EXISTS product_suffixes (
  suffix VARBINARY(200) NOT NULL COMMENT 'products.name_key from one of its characters on, the first 200 bytes',
  product_id BIGINT NOT NULL COMMENT 'products.id, of one that is on sale',
  price BIGINT NOT NULL COMMENT 'products.price, points a piece',
  PRIMARY KEY (suffix, product_id),
  KEY product_suffixes_product (product_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='what a search finds products by: a text is in a name where a suffix begins with it';

ALTER TABLE stock_movements
  ADD COLUMN /*M! IF NOT EXISTS */ reason VARCHAR(100) NULL COMMENT 'what the admin said of it; NULL: nothing';

-- migrate:down

ALTER TABLE stock_movements DROP COLUMN reason;
DROP TABLE IF EXISTS product_suffixes;
ALTER TABLE products
  DROP KEY products_price_down, DROP KEY products_price, DROP KEY products_on_sale,
  DROP COLUMN price_down, DROP COLUMN name_key,
  DROP CONSTRAINT products_stock,
  ADD CONSTRAINT products_stock CHECK (stock BETWEEN 0 AND 9007199254740991),
  DROP COLUMN on_sale, DROP COLUMN version, DROP COLUMN image_url;
