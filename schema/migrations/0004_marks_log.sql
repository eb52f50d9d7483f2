-- migrate:up

-- Marks in the order in which they are made, for the clock may go back: a
-- product may then have several of one hour.  All there are were made in the
-- order of their hours, which is how the key that goes had them, and so how
-- they are numbered.  One statement: it is done wholly or not at all, and the
-- routines that only know the other columns go on making marks.
ALTER TABLE products ADD COLUMN /*M! IF NOT EXISTS */
  stepped_from DATETIME NOT NULL DEFAULT '1970-01-01 00:00:00' COMMENT 'latest hour of a mark after which came one of an earlier hour: the clock was set back; 1970: never',
  ADD KEY /*M! IF NOT EXISTS */ products_stepped_from (stepped_from);
ALTER TABLE sales_marks
  ADD COLUMN /*M! IF NOT EXISTS */ id BIGINT NOT NULL AUTO_INCREMENT COMMENT 'grows in the order in which a product''s marks are made' AFTER product_id,
  MODIFY hour DATETIME NOT NULL COMMENT 'start of the hour in which it sells from here on, UTC',
  MODIFY sold_before BIGINT NOT NULL COMMENT 'pieces sold before this mark, ever; the next mark''s tells where it ends',
  DROP PRIMARY KEY, ADD PRIMARY KEY (product_id, id),
  ADD KEY /*M! IF NOT EXISTS */ sales_marks_id (id, hour, sold_before),
  ADD KEY /*M! IF NOT EXISTS */ sales_marks_product (product_id, hour, sold_before);

-- migrate:down

-- To hours in the order of time, each once.
CREATE TABLE IF NOT EXISTS sales_marks_down (
  product_id BIGINT NOT NULL,
  hour DATETIME NOT NULL,
  sold BIGINT NOT NULL,
  PRIMARY KEY (product_id, hour)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
REPLACE INTO sales_marks_down (product_id, hour, sold)
SELECT s.product_id, s.hour, SUM(s.sold) FROM
  (SELECT m.product_id, m.hour, COALESCE(LEAD(m.sold_before)
      OVER (PARTITION BY m.product_id ORDER BY m.id), p.sold) - m.sold_before AS sold
    FROM sales_marks m JOIN products p ON p.id = m.product_id) s
  GROUP BY s.product_id, s.hour HAVING SUM(s.sold) > 0;
DELETE FROM sales_marks;
ALTER TABLE sales_marks MODIFY id BIGINT NOT NULL;
ALTER TABLE sales_marks DROP PRIMARY KEY, DROP KEY sales_marks_id,
  DROP KEY sales_marks_product,
  DROP COLUMN id, ADD PRIMARY KEY (product_id, hour);
INSERT INTO sales_marks (product_id, hour, sold_before)
SELECT product_id, hour, SUM(sold) OVER (PARTITION BY product_id ORDER BY hour) - sold
  FROM sales_marks_down;
UPDATE products JOIN
    (SELECT product_id, MAX(hour) AS newest FROM sales_marks
      GROUP BY product_id) h ON h.product_id = products.id
  SET products.hour = h.newest;
ALTER TABLE products DROP KEY products_stepped_from, DROP COLUMN stepped_from;
DROP TABLE sales_marks_down;
