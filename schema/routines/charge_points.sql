-- Charge a user's points, exactly once a key.
-- grant: worker
--
-- One row: outcome, id, amount, balance_after, created_at.  outcome is 'ok',
-- 'replayed' (the first answer's row again) or the wire code of a refusal.
-- Committed on 'ok'; nothing is changed on any other outcome.  On an error
-- the transaction is open and the key's lock held: the caller rolls back.
-- p_issued: when the user's token was issued, in ms since 1970.
-- p_wait: seconds to wait for another request with this key; 0 where the
-- client sent none, for then there is no other.
--
-- A guarded UPDATE both checks and locks the user's row; LAST_INSERT_ID(x) is
-- how it tells the new balance without another statement.  Why a guard or the
-- key failed is found out afterwards, under the user's lock.
CREATE /*M! OR REPLACE */ PROCEDURE charge_points(
  IN p_user BIGINT, IN p_issued BIGINT, IN p_idem BINARY(16),
  IN p_fingerprint BINARY(16), IN p_wait INT, IN p_amount BIGINT)
  MODIFIES SQL DATA SQL SECURITY DEFINER
charge: BEGIN
  DECLARE v_outcome VARCHAR(32) CHARACTER SET ascii;
  DECLARE v_status VARCHAR(8) CHARACTER SET ascii;
  DECLARE v_fingerprint BINARY(16);
  DECLARE v_id, v_from, v_balance, v_amount BIGINT;
  DECLARE v_rounds INT DEFAULT 0;
  DECLARE v_now DATETIME(3);

  -- A lock's name is the server's, which other shops may use.
  IF p_wait > 0 AND COALESCE(GET_LOCK(CONCAT(LEFT(SHA2(DATABASE(), 256), 24), ':',
      HEX(p_idem)), p_wait), 0) = 0 THEN
    SELECT 'idempotency_in_progress' AS outcome;
    LEAVE charge;
  END IF;

  once: LOOP
    quickly: BEGIN
      DECLARE EXIT HANDLER FOR 1062 BEGIN END;

      START TRANSACTION;
      UPDATE users SET balance = LAST_INSERT_ID(balance + p_amount)
        WHERE id = p_user AND status = 'active' AND tokens_from <= p_issued
          AND balance <= 9007199254740991 - p_amount;
      IF ROW_COUNT() <> 1 THEN
        LEAVE quickly;
      END IF;
      SET v_balance = LAST_INSERT_ID(), v_now = UTC_TIMESTAMP(3);
      INSERT INTO points_ledger
          (user_id, type, amount, balance_after, idem, fingerprint, created_at)
        VALUES (p_user, 'charge', p_amount, v_balance, p_idem, p_fingerprint, v_now);
      SET v_id = LAST_INSERT_ID();
      COMMIT;
      SET v_outcome = 'ok', v_amount = p_amount;
      LEAVE once;
    END quickly;

    ROLLBACK;
    START TRANSACTION;
    SET v_status = NULL, v_fingerprint = NULL;
    SELECT status, tokens_from, balance INTO v_status, v_from, v_balance
      FROM users WHERE id = p_user FOR UPDATE;
    -- A refusal now may have been a success when the key came first.
    SELECT id, amount, balance_after, created_at, fingerprint
      INTO v_id, v_amount, v_balance, v_now, v_fingerprint
      FROM points_ledger WHERE user_id = p_user AND idem = p_idem;
    SET v_outcome = CASE
      WHEN v_status IS NULL OR v_status <> 'active' THEN 'unknown_user'
      WHEN v_from > p_issued THEN 'invalid_token'
      WHEN v_fingerprint = p_fingerprint THEN 'replayed'
      WHEN v_fingerprint IS NOT NULL THEN 'idempotency_key_reused'
      WHEN v_balance > 9007199254740991 - p_amount THEN 'validation_failed'
      END;
    IF v_outcome = 'replayed' THEN
      CALL await_durable();
    END IF;
    ROLLBACK;
    IF v_outcome IS NOT NULL THEN
      LEAVE once;
    END IF;
    -- What was in the way is over: again, ten times as order_buy does.
    SET v_rounds = v_rounds + 1;
    IF v_rounds > 10 THEN
      SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213,
        MESSAGE_TEXT = 'the balance does not hold still';
    END IF;
  END LOOP once;

  IF p_wait > 0 THEN
    DO RELEASE_ALL_LOCKS();
  END IF;
  SELECT v_outcome AS outcome, v_id AS id, v_amount AS amount,
    v_balance AS balance_after, v_now AS created_at;
END
