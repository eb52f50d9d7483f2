-- SPDX-License-Identifier: MIT
--
-- The least that a shop's writes can be: the same columns and types, a
-- primary key each (and the ledger's by user, which any shop needs), guarded
-- updates and inserts in one transaction, the row that many want last.  No
-- idempotency key, no balance_after, no sums for a ranking, no rows returned:
-- what the database can do at most, to measure the shop's own routines by.
DROP DATABASE IF EXISTS bare;
CREATE DATABASE bare CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
USE bare;

CREATE TABLE users (
  id BIGINT NOT NULL AUTO_INCREMENT,
  email VARCHAR(254) NOT NULL,
  name VARCHAR(100) NOT NULL,
  status ENUM('active', 'closed') NOT NULL DEFAULT 'active',
  balance BIGINT NOT NULL DEFAULT 0,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB;

CREATE TABLE products (
  id BIGINT NOT NULL AUTO_INCREMENT,
  name VARCHAR(100) NOT NULL,
  description VARCHAR(1000) NOT NULL DEFAULT '',
  price BIGINT NOT NULL,
  stock BIGINT NOT NULL DEFAULT 0,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB;

CREATE TABLE orders (
  id BIGINT NOT NULL AUTO_INCREMENT,
  user_id BIGINT NOT NULL,
  status ENUM('paid') NOT NULL DEFAULT 'paid',
  total_price BIGINT NOT NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB;

CREATE TABLE order_items (
  order_id BIGINT NOT NULL,
  line SMALLINT NOT NULL,
  product_id BIGINT NOT NULL,
  quantity INT NOT NULL,
  price BIGINT NOT NULL,
  PRIMARY KEY (order_id, line)
) ENGINE=InnoDB;

CREATE TABLE payments (
  id BIGINT NOT NULL AUTO_INCREMENT,
  order_id BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  status ENUM('approved', 'failed') NOT NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB;

CREATE TABLE ledger (
  id BIGINT NOT NULL AUTO_INCREMENT,
  user_id BIGINT NOT NULL,
  type ENUM('charge', 'payment') NOT NULL,
  amount BIGINT NOT NULL,
  order_id BIGINT NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY ledger_user (user_id)
) ENGINE=InnoDB;

CREATE TABLE numbers (n BIGINT PRIMARY KEY) AS WITH RECURSIVE numbers AS (
  SELECT 1 AS n UNION ALL SELECT n + 1 FROM numbers WHERE n < 1000)
  SELECT n FROM numbers;
INSERT INTO users (id, email, name, balance, created_at)
  SELECT n, CONCAT('user', n, '@example.com'), CONCAT('User ', n),
    1000000000000, UTC_TIMESTAMP(3) FROM numbers;
INSERT INTO products (id, name, price, stock, created_at)
  SELECT n, CONCAT('Product ', n), 100 + n % 900, 1000000000000,
    UTC_TIMESTAMP(3) FROM numbers;

DELIMITER //

CREATE PROCEDURE bare_charge(IN p_user BIGINT, IN p_amount BIGINT)
  MODIFIES SQL DATA
BEGIN
  START TRANSACTION;
  UPDATE users SET balance = balance + p_amount
    WHERE id = p_user AND status = 'active';
  IF ROW_COUNT() <> 1 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no such user';
  END IF;
  INSERT INTO ledger (user_id, type, amount, created_at)
    VALUES (p_user, 'charge', p_amount, UTC_TIMESTAMP(3));
  COMMIT;
END//

CREATE PROCEDURE bare_order(
  IN p_user BIGINT, IN p_product BIGINT, IN p_quantity INT)
  MODIFIES SQL DATA
BEGIN
  DECLARE v_price, v_total, v_order BIGINT;
  DECLARE v_now DATETIME(3) DEFAULT UTC_TIMESTAMP(3);

  START TRANSACTION;
  SELECT price INTO v_price FROM products WHERE id = p_product;
  SET v_total = v_price * p_quantity;
  UPDATE users SET balance = balance - v_total
    WHERE id = p_user AND status = 'active' AND balance >= v_total;
  IF ROW_COUNT() <> 1 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'too few points';
  END IF;
  INSERT INTO orders (user_id, total_price, created_at)
    VALUES (p_user, v_total, v_now);
  SET v_order = LAST_INSERT_ID();
  INSERT INTO order_items (order_id, line, product_id, quantity, price)
    VALUES (v_order, 0, p_product, p_quantity, v_price);
  INSERT INTO payments (order_id, amount, status, created_at)
    VALUES (v_order, v_total, 'approved', v_now);
  INSERT INTO ledger (user_id, type, amount, order_id, created_at)
    VALUES (p_user, 'payment', -v_total, v_order, v_now);
  UPDATE products SET stock = stock - p_quantity
    WHERE id = p_product AND stock >= p_quantity;
  IF ROW_COUNT() <> 1 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'too few pieces';
  END IF;
  COMMIT;
END//

DELIMITER ;
