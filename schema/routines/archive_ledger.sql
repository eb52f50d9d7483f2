-- Move the first p_rows rows of the ledger behind p_after, up to p_floor, into
-- the archive, in one transaction.  One row: outcome, last (the id to go on
-- behind; NULL: there is nothing more), moved (rows).
--
-- A user's opening takes their sum, so that the ledger goes on from it.  An order
-- notes how many of its rows are gone: it may stay behind itself, for as long as
-- it is neither cancelled nor fulfilled.  A grant takes what it needs to give its
-- answer again.  Only the orders' rows are locked that anybody else may want.  A
-- balance_after that is not the sum up to its row is not buried, but an error.
CREATE /*M! OR REPLACE */ PROCEDURE archive_ledger(
  IN p_after BIGINT, IN p_floor BIGINT, IN p_rows INT)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_last, v_n, v_checksum, v_copied, v_wrong BIGINT;
  DECLARE v_text VARCHAR(128) CHARACTER SET utf8mb4;

  SELECT MAX(c.id) INTO v_last FROM (SELECT id FROM points_ledger
      WHERE id > p_after AND id <= p_floor ORDER BY id LIMIT p_rows) c;
  IF v_last IS NOT NULL THEN
    START TRANSACTION;
    SELECT COUNT(*), SUM(CRC32(CONCAT_WS('|', id, user_id, type, amount,
        balance_after, order_id, HEX(idem), HEX(fingerprint), created_at)))
      INTO v_n, v_checksum FROM points_ledger
      WHERE id > p_after AND id <= v_last;

    -- 1. Do they go on from what was archived?
    SELECT MIN(l.user_id) INTO v_wrong
      FROM (SELECT user_id, balance_after,
            SUM(amount) OVER (PARTITION BY user_id ORDER BY id) AS running
          FROM points_ledger WHERE id > p_after AND id <= v_last) l
        LEFT JOIN ledger_openings o ON o.user_id = l.user_id
      WHERE l.balance_after <> COALESCE(o.amount, 0) + l.running;
    IF v_wrong IS NOT NULL THEN
      SET v_text = CONCAT('the ledger of user ', v_wrong,
        ' does not add up: run shopctl audit');
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = v_text;
    END IF;

    -- 2. What goes on from these rows.
    UPDATE (SELECT order_id, COUNT(*) AS entries FROM points_ledger
          WHERE id > p_after AND id <= v_last AND order_id IS NOT NULL
          GROUP BY order_id) l
        STRAIGHT_JOIN orders o FORCE INDEX (PRIMARY) ON o.id = l.order_id
      SET o.entries_archived = o.entries_archived + l.entries;
    UPDATE points_ledger l STRAIGHT_JOIN grants g FORCE INDEX (grants_ledger)
        ON g.ledger_id = l.id
      SET g.balance_after = l.balance_after
      WHERE l.id > p_after AND l.id <= v_last;
    INSERT INTO ledger_openings
        (user_id, last_id, entries, amount, balance_after)
      SELECT s.user_id, s.last_id, s.entries, s.amount, l.balance_after
        FROM (SELECT user_id, MAX(id) AS last_id, COUNT(*) AS entries,
              SUM(amount) AS amount FROM points_ledger
            WHERE id > p_after AND id <= v_last GROUP BY user_id) s
          STRAIGHT_JOIN points_ledger l ON l.id = s.last_id
      ON DUPLICATE KEY UPDATE last_id = VALUES(last_id),
        entries = ledger_openings.entries + VALUES(entries),
        amount = ledger_openings.amount + VALUES(amount),
        balance_after = VALUES(balance_after);

    -- 3. The rows.
    INSERT INTO archive_points_ledger (id, user_id, type, amount, balance_after,
        order_id, idem, fingerprint, created_at)
      SELECT id, user_id, type, amount, balance_after, order_id, idem,
          fingerprint, created_at
        FROM points_ledger WHERE id > p_after AND id <= v_last;
    SET v_copied = ROW_COUNT();
    DELETE FROM points_ledger WHERE id > p_after AND id <= v_last;
    CALL archive_count('points_ledger', v_n, v_checksum, v_copied, ROW_COUNT());
    COMMIT;
  END IF;
  SELECT 'ok' AS outcome, v_last AS last, COALESCE(v_n, 0) AS moved;
END
