-- A new user of the operator's: see user_make for the arguments.
-- One row: outcome, id.
CREATE /*M! OR REPLACE */ PROCEDURE user_create(
  IN p_name VARCHAR(100) CHARACTER SET utf8mb4,
  IN p_email VARCHAR(254) CHARACTER SET utf8mb4, IN p_balance BIGINT,
  IN p_role VARCHAR(8) CHARACTER SET ascii,
  IN p_hash VARCHAR(200) CHARACTER SET ascii)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_id BIGINT;

  START TRANSACTION;
  CALL user_make(p_name, p_email, p_balance, p_role, p_hash, v_id);
  COMMIT;
  SELECT 'ok' AS outcome, v_id AS id;
END
