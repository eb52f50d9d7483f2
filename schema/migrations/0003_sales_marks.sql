-- migrate:up

-- grant: worker
CREATE TABLE IF NOT EXISTS sales_marks (
  product_id BIGINT NOT NULL COMMENT 'products.id',
  hour DATETIME NOT NULL COMMENT 'start of an hour in which it sold, UTC',
  sold_before BIGINT NOT NULL COMMENT 'pieces sold before that hour, ever; an order undone lowers those of later hours',
  PRIMARY KEY (product_id, hour),
  KEY sales_marks_hour (hour),
  CONSTRAINT sales_marks_sold CHECK (sold_before >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='what the ranking is made of: products.sold as it was';

ALTER TABLE products ADD COLUMN /*M! IF NOT EXISTS */
  hour DATETIME NOT NULL DEFAULT '1970-01-01 00:00:00' COMMENT 'start of the last hour in which it sold, UTC; its newest mark';
ALTER TABLE orders MODIFY
  created_at DATETIME(3) NOT NULL COMMENT 'UTC; its hour is the one in sales_marks';

-- Gone already where this is run again: then there is nothing left to fill in.
CREATE TABLE IF NOT EXISTS hourly_sales (
  hour DATETIME NOT NULL COMMENT 'start of the hour, UTC',
  product_id BIGINT NOT NULL COMMENT 'products.id',
  sold BIGINT NOT NULL COMMENT 'pieces in orders of that hour',
  PRIMARY KEY (hour, product_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='what the ranking was summed from';

-- The old order_place sells nothing from here on, until the new one is there.
LOCK TABLES hourly_sales WRITE, products WRITE, sales_marks WRITE;
REPLACE INTO sales_marks (product_id, hour, sold_before)
SELECT products.id, hourly_sales.hour, products.sold - SUM(hourly_sales.sold)
    OVER (PARTITION BY products.id ORDER BY hourly_sales.hour DESC)
  FROM hourly_sales JOIN products ON products.id = hourly_sales.product_id;
UPDATE products JOIN
    (SELECT product_id, MAX(hour) AS newest FROM hourly_sales
      GROUP BY product_id) h ON h.product_id = products.id
  SET products.hour = h.newest;
DROP TABLE hourly_sales;
UNLOCK TABLES;

-- migrate:down

CREATE TABLE IF NOT EXISTS hourly_sales (
  hour DATETIME NOT NULL COMMENT 'start of the hour, UTC',
  product_id BIGINT NOT NULL COMMENT 'products.id',
  sold BIGINT NOT NULL COMMENT 'pieces in orders of that hour',
  PRIMARY KEY (hour, product_id),
  CONSTRAINT hourly_sales_sold CHECK (sold >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='what the ranking is summed from';
REPLACE INTO hourly_sales (hour, product_id, sold)
SELECT m.hour, m.product_id, COALESCE(LEAD(m.sold_before)
    OVER (PARTITION BY m.product_id ORDER BY m.hour), p.sold) - m.sold_before
  FROM sales_marks m JOIN products p ON p.id = m.product_id;
ALTER TABLE products DROP COLUMN hour;
DROP TABLE IF EXISTS sales_marks;
