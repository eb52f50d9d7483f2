-- A new customer without a password, as user_create: for the seed, and for
-- tools of before.
CREATE /*M! OR REPLACE */ PROCEDURE user_add(
  IN p_name VARCHAR(100) CHARACTER SET utf8mb4,
  IN p_email VARCHAR(254) CHARACTER SET utf8mb4, IN p_balance BIGINT)
  MODIFIES SQL DATA SQL SECURITY DEFINER
CALL user_create(p_name, p_email, p_balance, 'customer', '')
