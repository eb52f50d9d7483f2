-- Charge points that somebody has paid for: once a grant, for ever, whatever
-- the idempotency key.
-- grant: worker
--
-- One row: as charge_points.  'replayed' is told by the grant, before the key is
-- looked at: it was charged before, with this user and amount.  'invalid_grant':
-- it was with others; or p_expired, it is past its exp, and it was not charged.
-- The user's lock is taken first, so that two requests of one user wait for each
-- other; those of two users meet at the grant's row.
CREATE /*M! OR REPLACE */ PROCEDURE charge_granted(
  IN p_user BIGINT, IN p_issued BIGINT, IN p_idem BINARY(16),
  IN p_fingerprint BINARY(16), IN p_wait INT, IN p_amount BIGINT,
  IN p_jti VARCHAR(64) CHARACTER SET ascii, IN p_expired INT)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_outcome VARCHAR(32) CHARACTER SET ascii;
  DECLARE v_status VARCHAR(8) CHARACTER SET ascii;
  DECLARE v_from, v_balance, v_amount, v_user, v_ledger BIGINT;
  DECLARE v_used INT DEFAULT 0;
  DECLARE v_rounds INT DEFAULT 0;
  DECLARE v_now DATETIME(3);

  once: LOOP
    quickly: BEGIN
      DECLARE EXIT HANDLER FOR 1062 SET v_outcome = NULL;

      START TRANSACTION;
      SET v_status = NULL, v_user = NULL, v_used = 0;
      SELECT status, tokens_from, balance INTO v_status, v_from, v_balance
        FROM users WHERE id = p_user FOR UPDATE;
      SELECT user_id, amount, ledger_id INTO v_user, v_amount, v_ledger
        FROM grants WHERE jti = CAST(p_jti AS BINARY);
      SELECT COUNT(*) INTO v_used FROM points_ledger
        WHERE user_id = p_user AND idem = p_idem;
      SET v_outcome = CASE
        WHEN v_status IS NULL OR v_status <> 'active' THEN 'unknown_user'
        WHEN v_from > p_issued THEN 'invalid_token'
        WHEN v_user = p_user AND v_amount = p_amount THEN 'replayed'
        WHEN v_user IS NOT NULL OR p_expired THEN 'invalid_grant'
        WHEN v_used > 0 THEN 'idempotency_key_reused'
        WHEN v_balance > 9007199254740991 - p_amount THEN 'validation_failed'
        ELSE 'ok' END;
      IF v_outcome <> 'ok' THEN
        LEAVE once;
      END IF;
      SET v_balance = v_balance + p_amount, v_amount = p_amount,
        v_now = UTC_TIMESTAMP(3);
      UPDATE users SET balance = v_balance WHERE id = p_user;
      INSERT INTO points_ledger
          (user_id, type, amount, balance_after, idem, fingerprint, created_at)
        VALUES (p_user, 'charge', p_amount, v_balance, p_idem, p_fingerprint, v_now);
      SET v_ledger = LAST_INSERT_ID();
      INSERT INTO grants (jti, user_id, amount, ledger_id, created_at)
        VALUES (p_jti, p_user, p_amount, v_ledger, v_now);
      COMMIT;
      LEAVE once;
    END quickly;
    -- Another user's request has just charged it: look again.
    ROLLBACK;
    SET v_rounds = v_rounds + 1;
    IF v_rounds > 10 THEN
      SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213,
        MESSAGE_TEXT = 'the grant does not hold still';
    END IF;
  END LOOP once;

  IF v_outcome = 'replayed' THEN
    CALL await_durable();
    -- The grant has kept what the ledger's row had, where that was archived.
    SELECT v_outcome AS outcome, g.ledger_id AS id, g.amount,
        COALESCE(l.balance_after, g.balance_after) AS balance_after, g.created_at
      FROM grants g LEFT JOIN points_ledger l ON l.id = g.ledger_id
      WHERE g.jti = CAST(p_jti AS BINARY);
  ELSE
    ROLLBACK;
    SELECT v_outcome AS outcome, v_ledger AS id, v_amount AS amount,
      v_balance AS balance_after, v_now AS created_at;
  END IF;
END
