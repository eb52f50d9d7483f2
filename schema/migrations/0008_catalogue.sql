-- migrate:up

-- What a product has beside its price and stock.  Stock loses its upper bound,
-- for what a cancelled order gives back must never be refused.
ALTER TABLE products
  ADD COLUMN /*M! IF NOT EXISTS */ image_url VARCHAR(500) NULL COMMENT 'where its picture is: https://... or a path of this host',
  ADD COLUMN /*M! IF NOT EXISTS */ version BIGINT NOT NULL DEFAULT 1 COMMENT 'how often an admin changed it, and 1: edits that cross are told by it',
  ADD COLUMN /*M! IF NOT EXISTS */ on_sale BOOLEAN NOT NULL DEFAULT TRUE COMMENT '0: customers see nothing of it',
  DROP CONSTRAINT products_stock,
  ADD CONSTRAINT products_stock CHECK (stock >= 0);

-- migrate:down

ALTER TABLE products
  DROP CONSTRAINT products_stock,
  ADD CONSTRAINT products_stock CHECK (stock BETWEEN 0 AND 9007199254740991),
  DROP COLUMN on_sale, DROP COLUMN version, DROP COLUMN image_url;
