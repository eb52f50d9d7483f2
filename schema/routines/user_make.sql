-- A new user in the caller's transaction, with an opening balance (0: none),
-- which is a row of the ledger, and a password's hash ('': none, and the user
-- can't log in).  An address that is taken is error 1062.
CREATE /*M! OR REPLACE */ PROCEDURE user_make(
  IN p_name VARCHAR(100) CHARACTER SET utf8mb4,
  IN p_email VARCHAR(254) CHARACTER SET utf8mb4, IN p_balance BIGINT,
  IN p_role VARCHAR(8) CHARACTER SET ascii,
  IN p_hash VARCHAR(200) CHARACTER SET ascii, OUT v_id BIGINT)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_now DATETIME(3) DEFAULT UTC_TIMESTAMP(3);

  INSERT INTO users (email, name, balance, role, created_at)
    VALUES (p_email, p_name, p_balance, p_role, v_now);
  SET v_id = LAST_INSERT_ID();
  IF p_balance > 0 THEN
    INSERT INTO points_ledger
        (user_id, type, amount, balance_after, idem, fingerprint, created_at)
      VALUES (v_id, 'charge', p_balance, p_balance, '', '', v_now);
  END IF;
  IF p_hash <> '' THEN
    INSERT INTO credentials (user_id, hash, changed_at)
      VALUES (v_id, p_hash, v_now);
  END IF;
END
