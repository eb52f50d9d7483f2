-- Begin a write that leaves no row in the ledger: its key, its transaction, its
-- user.  Called by routines that the workers execute, with their own arguments.
--
-- v_outcome is NULL where the caller is to go on: the transaction is open, and
-- the user's row locked, so that one user's writes wait for each other.  Else it
-- is the outcome, and neither a transaction is open nor a lock held: 'replayed', with what
-- request_end was told when the key came first; 'idempotency_in_progress',
-- 'unknown_user', 'invalid_token', 'forbidden' (p_role is wanted, and the user has
-- another), 'idempotency_key_reused'.
-- v_role is the user's role.  Where p_role is 'operator', which no routine that
-- workers execute says, there is no user (p_user is 0), and v_role is 'admin'.
-- p_issued: when the user's token was issued, in ms since 1970.
-- p_wait: seconds to wait for another request with this key; 0 where the
-- client sent none, for then there is no other.
CREATE /*M! OR REPLACE */ PROCEDURE request_begin(
  IN p_user BIGINT, IN p_issued BIGINT, IN p_idem BINARY(16),
  IN p_fingerprint BINARY(16), IN p_wait INT,
  IN p_role VARCHAR(8) CHARACTER SET ascii,
  OUT v_outcome VARCHAR(32) CHARACTER SET ascii,
  OUT v_role VARCHAR(8) CHARACTER SET ascii, OUT v_made BIGINT,
  OUT v_answer MEDIUMTEXT CHARACTER SET utf8mb4)
  MODIFIES SQL DATA SQL SECURITY DEFINER
begin_it: BEGIN
  DECLARE v_status VARCHAR(8) CHARACTER SET ascii;
  DECLARE v_from BIGINT;
  DECLARE v_fingerprint BINARY(16);

  -- A lock's name is the server's, which other shops may use.
  IF p_wait > 0 AND COALESCE(GET_LOCK(CONCAT(LEFT(SHA2(DATABASE(), 256), 24), ':',
      HEX(p_idem)), p_wait), 0) = 0 THEN
    SET v_outcome = 'idempotency_in_progress';
    LEAVE begin_it;
  END IF;
  START TRANSACTION;
  IF p_role = 'operator' THEN
    SET v_status = 'active', v_from = 0, v_role = 'admin';
  ELSE
    SELECT status, tokens_from, role INTO v_status, v_from, v_role
      FROM users WHERE id = p_user FOR UPDATE;
  END IF;
  SELECT fingerprint, made_id, answer INTO v_fingerprint, v_made, v_answer
    FROM requests WHERE user_id = p_user AND idem = p_idem;
  SET v_outcome = CASE
    WHEN v_status IS NULL OR v_status <> 'active' THEN 'unknown_user'
    WHEN v_from > p_issued THEN 'invalid_token'
    WHEN v_role <> p_role AND p_role = 'admin' THEN 'forbidden'
    WHEN v_fingerprint = p_fingerprint THEN 'replayed'
    WHEN v_fingerprint IS NOT NULL THEN 'idempotency_key_reused'
    END;
  IF v_outcome IS NOT NULL THEN
    IF v_outcome = 'replayed' THEN
      CALL await_durable();
    END IF;
    ROLLBACK;
    IF p_wait > 0 THEN
      DO RELEASE_ALL_LOCKS();
    END IF;
  END IF;
END
