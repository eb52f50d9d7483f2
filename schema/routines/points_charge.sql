-- Charge a user's points, exactly once a key.
-- grant: worker
--
-- One row: outcome, id, amount, balance_after, created_at.  outcome is 'ok',
-- 'replayed' (the first answer's row again) or the wire code of a refusal.
-- Committed on 'ok'; nothing is changed on any other outcome.  On an error
-- the transaction is open and the key's lock held: the caller rolls back.
-- p_wait: seconds to wait for another request with this key; 0 where the
-- client sent none, for then there is no other.
CREATE /*M! OR REPLACE */ PROCEDURE points_charge(
  IN p_user BIGINT, IN p_idem BINARY(16), IN p_fingerprint BINARY(16),
  IN p_wait INT, IN p_amount BIGINT)
  MODIFIES SQL DATA SQL SECURITY DEFINER
charge: BEGIN
  DECLARE v_outcome VARCHAR(32) CHARACTER SET ascii DEFAULT 'ok';
  DECLARE v_status VARCHAR(8) CHARACTER SET ascii;
  DECLARE v_fingerprint BINARY(16);
  DECLARE v_id, v_balance, v_amount BIGINT;
  DECLARE v_now DATETIME(3);

  IF p_wait > 0 AND COALESCE(GET_LOCK(CONCAT('shop:', HEX(p_idem)), p_wait), 0) = 0 THEN
    SELECT 'idempotency_in_progress' AS outcome;
    LEAVE charge;
  END IF;

  once: BEGIN
    DECLARE EXIT HANDLER FOR 1062 SET v_outcome = 'replayed';

    START TRANSACTION;
    SELECT status, balance INTO v_status, v_balance
      FROM users WHERE id = p_user FOR UPDATE;
    IF v_status IS NULL OR v_status <> 'active' THEN
      SET v_outcome = 'unknown_user';
      LEAVE once;
    END IF;
    SET v_now = UTC_TIMESTAMP(3);
    IF v_balance > 9007199254740991 - p_amount THEN
      SET v_outcome = 'validation_failed';
      LEAVE once;
    END IF;
    INSERT INTO points_ledger
        (user_id, type, amount, balance_after, idem, fingerprint, created_at)
      VALUES (p_user, 'charge', p_amount, v_balance + p_amount, p_idem,
        p_fingerprint, v_now);
    SET v_id = LAST_INSERT_ID();
    UPDATE users SET balance = balance + p_amount WHERE id = p_user;
    COMMIT;
    SET v_amount = p_amount, v_balance = v_balance + p_amount;
  END once;

  IF v_outcome <> 'ok' THEN
    ROLLBACK;
    -- A refusal now may have been a success when the key came first.
    IF v_outcome <> 'unknown_user' THEN
      SELECT id, amount, balance_after, created_at, fingerprint
        INTO v_id, v_amount, v_balance, v_now, v_fingerprint
        FROM points_ledger WHERE user_id = p_user AND idem = p_idem;
      IF v_fingerprint IS NOT NULL THEN
        SET v_outcome = IF(v_fingerprint = p_fingerprint, 'replayed',
          'idempotency_key_reused');
      END IF;
    END IF;
  END IF;
  IF p_wait > 0 THEN
    DO RELEASE_ALL_LOCKS();
  END IF;
  SELECT v_outcome AS outcome, v_id AS id, v_amount AS amount,
    v_balance AS balance_after, v_now AS created_at;
END
